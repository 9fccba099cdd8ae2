"""Audits a recording while it is made: at each line, what is journalled is compared with what is there."""

import gc
from time import sleep
from types import CodeType
from typing import TYPE_CHECKING, Final

from calcharo_vm.code import decode
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.audit.comparing import Comparison, Mismatch, frames_of
from calcharo_vm.recording.audit.following import FollowingState
from calcharo_vm.recording.audit.reading import Reader

if TYPE_CHECKING:
    from calcharo_vm.recording.frames import ObservedFrame
    from calcharo_vm.recording.recorder import Recorder

_MOST_MISMATCHES: Final = 10
_ATTEMPTS: Final = 20
"""How often a thread looks again when another may be in the midst of an instruction."""
_MOST_ADDRESSES: Final = 10_000


class Auditor:
    """Compares what a recorder has written with the program's own objects.

    The state is made from the journal's words as any reader makes it, so nothing that the recorder keeps for
    itself is believed. No code of the program runs, and none of its objects is kept.

    Attributes:
        mismatches: Where the two differed; when there are ten, no more are looked for.
        comparisons: How often they were compared.
    """

    def __init__(self, recorder: "Recorder", *, every_instruction: bool = False) -> None:
        """Compares at each line; before every instruction if `every_instruction`."""
        self.mismatches: list[Mismatch] = []
        self.comparisons = 0
        self._recorder = recorder
        self._every_instruction = every_instruction
        self._state = FollowingState(recorder)
        self._reader = Reader(recorder.shadow.anatomy)
        self._addresses: dict[int, int] = {}
        self._is_over = False
        self._code: CodeType | None = None
        self._starts: frozenset[int] = frozenset()

    def looks_before(self, code: CodeType, index: int) -> bool:
        """Returns whether an instruction of a code object is one before which the two are compared."""
        if self._every_instruction:
            return True
        if code is not self._code:  # the instructions of a code object are linked one after another
            self._code, self._starts = code, line_starts(code)
        return index in self._starts

    def look(self, frame: "ObservedFrame") -> None:
        """Compares, before the next instruction of a frame executes."""
        if self._is_over:
            return
        was_enabled = gc.isenabled()
        gc.disable()  # a finaliser must not run between two parts of a snapshot
        try:
            self._look_until_it_agrees(frame)
        finally:
            if was_enabled:
                gc.enable()

    def _look_until_it_agrees(self, frame: "ObservedFrame") -> None:
        recorder = self._recorder
        found: list[Mismatch] = []
        for _attempt in range(_ATTEMPTS):
            with recorder.lock:
                written = _written(recorder)
                found = self._compared(frame)
                is_undisturbed = written == _written(recorder)
            if not found or (is_undisturbed and recorder.is_alone):
                break
            sleep(0.001)  # another thread may have changed an object and not have journalled it yet
        known = {mismatch.oid for mismatch in self.mismatches}
        self.mismatches += [each for each in found if each.oid is None or each.oid not in known]
        del self.mismatches[_MOST_MISMATCHES:]
        self._is_over = self._is_over or len(self.mismatches) == _MOST_MISMATCHES

    def _compared(self, frame: "ObservedFrame") -> list[Mismatch]:
        try:
            return self._compare(frame)
        except RecursionError:  # no room is left here: what was begun is begun anew where there is
            self._state = FollowingState(self._recorder)
            return []
        except Exception as error:
            if not _is_ours(error):  # the program's, of a signal handler that ran meanwhile
                raise
            self._is_over = True
            recorded = f"words that contradict one another ({error!r})"
            return [Mismatch(self._state.steps, "the state", "journal", None, recorded, "there")]

    def _compare(self, frame: "ObservedFrame") -> list[Mismatch]:
        state, record = self._state, frame.record
        state.catch_up()
        if record.number in state.begun:
            return []  # a frame that nobody called belongs to its first step, which begins now
        self.comparisons += 1
        if len(self._addresses) > _MOST_ADDRESSES + 2 * len(state.heap):
            self._addresses = {oid: where for oid, where in self._addresses.items() if oid in state.heap}
        comparison = Comparison(state, self._reader, self._addresses, self._recorder.shadow.by_id)
        comparison.run(list(frames_of(frame)), record.thread.number)
        if not comparison.mismatches:
            self._addresses.update(comparison.addresses)
        return comparison.mismatches


def _is_ours(error: Exception) -> bool:
    """Returns whether an exception was raised by the recording's own code."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return place is not None and str(place.tb_frame.f_globals.get("__package__")).startswith("calcharo_vm.recording")


def _written(recorder: "Recorder") -> tuple[int, int]:
    return len(recorder.journal.chunks), len(recorder.log)


def line_starts(code: CodeType) -> frozenset[int]:
    """The indexes of the instructions that begin a line, are jumped to, or end a frame."""
    decoded = decode(code)
    starts = set(decoded.targets)
    line: object = None
    for index, instruction in enumerate(decoded.instructions):
        if instruction.position.line != line or instruction.opname.startswith("RETURN_"):
            starts.add(index)
        line = instruction.position.line
    return frozenset(starts)
