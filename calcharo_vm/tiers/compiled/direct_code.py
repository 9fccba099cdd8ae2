"""Functions that do what a call does, without a frame: where one stops, frames are made as if they had always been."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.frame import Frame
from calcharo_vm.recording.frames import FrameRecord
from calcharo_vm.tiers.compiled import stops
from calcharo_vm.tiers.compiled.stops import FAILURES, Left, Stops, environment_of, make_function

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from weakref import ref

    from calcharo_vm.machine.guest_code import GuestCode
    from calcharo_vm.recording import Recorder
    from calcharo_vm.recording.plan import Plan
    from calcharo_vm.tiers.compiled.code_cache import CodeCache
    from calcharo_vm.tiers.compiled.code_maker import MadeCode
    from calcharo_vm.tiers.compiled.linked import Linked

_SELF = "direct_code"


class DirectCode:
    """The form of a code object that does without a frame.

    Attributes:
        made: What it is made of.
        stops: What is to be told where it stops.
        plan: What the recorder knows of its instructions.
        guest: The code object.
    """

    def __init__(
        self, made: MadeCode, plan: Plan, guest: ref[GuestCode], recorder: Recorder, failures: dict[int, int]
    ) -> None:
        """Makes it; `failures` is told how often instructions made it stop."""
        self.made, self.plan, self.guest = made, plan, guest
        self.stops = Stops(made, recorder)
        self._failures = failures
        self._failed = 0

    def function(self, linked: Linked, recorder: Recorder, cache: CodeCache) -> Callable[..., object]:
        """Makes the function: it keeps this, and must not be kept by it, or it would be found as garbage."""
        return make_function(self.made, environment_of(recorder), linked, recorder, cache, **{_SELF: self})

    def count(self, index: int) -> None:
        """Counts that an instruction made it stop; when that was often, it is not called any more."""
        self._failures[index] = self._failures.get(index, 0) + 1
        self._failed += 1
        guest = self.guest()
        if self._failed > stops.PATIENCE and guest is not None:
            guest.direct, guest.signature = None, ""


def stopped(traceback: TracebackType | None) -> DirectCode | None:
    """The code of the function that an entry of a traceback is of, if it is one that does without a frame."""
    found = None if traceback is None else traceback.tb_frame.f_globals.get(_SELF)
    return found if isinstance(found, DirectCode) else None


def make_frames(frame: Frame, index: int, error: BaseException, recorder: Recorder) -> Frame:
    """Makes the frames of functions that have stopped, and returns the innermost, which goes on.

    Args:
        frame: The frame that called the first of them.
        index: The instruction that called it.
        error: What stopped the innermost.
        recorder: What records them.
    """
    note_call(frame, index)
    return _make_frames(frame, error, recorder)[-1]


def make_frames_of_native(frame: Frame, error: BaseException, recorder: Recorder) -> tuple[Frame, Frame]:
    """Makes the frames of functions that have stopped, the first of which native code has called.

    Args:
        frame: The frame whose instruction executes the native code.
        error: What stopped the innermost.
        recorder: What records them.

    Returns:
        The first frame and the innermost, which goes on.
    """
    made = _make_frames(frame, error, recorder)
    return made[0], made[-1]


def note_call(frame: Frame, index: int) -> None:
    """Takes note that an instruction of a frame has called."""
    caller: FrameRecord = frame.record
    caller.row, caller.length = caller.plan.rows[index], caller.plan.depths[index]
    frame.ip = index + 1


def _make_frames(frame: Frame, error: BaseException, recorder: Recorder) -> list[Frame]:
    context, outermost = frame.context, error.__traceback__
    assert outermost is not None
    traceback, index = outermost.tb_next, 0
    made: list[Frame] = []
    code = stopped(traceback)
    while code is not None:
        assert traceback is not None
        if made:
            note_call(frame, index)
            context.depth += 1  # who goes on with them counts one
        caller: FrameRecord = frame.record
        context.frame = frame
        values = stops.variables(traceback.tb_frame)
        frame = Frame(code.guest(), values["fast"], values["scope"], values["builtins"], context)  # type: ignore[arg-type] # the caller keeps it
        made.append(frame)
        frame.record = record = FrameRecord(values["number"], code.plan, caller.thread)
        record.namespaces = [recorder.shadow.by_id[id(frame.globals)]]
        record.namespaces[0].count += 1
        record.slots = values["slots"]
        record.thread.frames.append(record)
        index = code.stops.tell(frame, _point(code, traceback.tb_lineno), values).index
        innermost, traceback = code, traceback.tb_next
        code = stopped(traceback)
    frame.ip = index
    recorder.running = record
    if type(error) is not Left and not (isinstance(error, FAILURES) and traceback is None):
        recorder.interrupt(_raising(error))
    elif not recorder.tape.pending:
        innermost.count(index)
    return made


def _point(code: DirectCode, line: int) -> int:
    """The point of a line; an interrupt may come at one that has none, and then the one before is nearest."""
    lines = code.made.lines
    return lines[line] if line in lines else lines[max(each for each in lines if each <= line)]


def _raising(error: BaseException) -> Callable[[], object]:
    def interrupt() -> object:
        raise error.with_traceback(None)

    return interrupt
