"""A made function at work: how it is entered, and how handlers go on where it stops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.frame import Frame
from calcharo_vm.machine.hiding import hidden
from calcharo_vm.machine.signals import ENDED, ENTER_HANDLER, PAUSED, Signal
from calcharo_vm.recording import ops
from calcharo_vm.tiers.compiled import raising, stops
from calcharo_vm.tiers.compiled.direct_code import make_frames, stopped
from calcharo_vm.tiers.compiled.in_place import Resumed, resume, stopped_in_place
from calcharo_vm.tiers.compiled.stops import (
    FAILURES,
    Stops,
    environment_of,
    make_function,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FunctionType, TracebackType

    from calcharo_vm.machine.guest_code import GuestCode
    from calcharo_vm.recording import Recorder
    from calcharo_vm.recording.frames import FrameRecord
    from calcharo_vm.recording.identity import Shade
    from calcharo_vm.tiers.compiled.code_cache import CodeCache
    from calcharo_vm.tiers.compiled.code_maker import MadeCode
    from calcharo_vm.tiers.compiled.linked import Linked
    from calcharo_vm.tiers.compiled.resuming import Resuming


class CompiledCode:
    """The compiled form of a code object.

    Attributes:
        made: What it is made of.
        failures: How often a guard failed, or an operation raised, by instruction.
    """

    def __init__(
        self,
        made: MadeCode,
        linked: Linked,
        recorder: Recorder,
        often_failed: Callable[[set[int]], None],
        failures: dict[int, int],
    ) -> None:
        """Makes it; `often_failed` is told of instructions whose guards fail again and again, `failures` of all."""
        self.made = made
        self._failures_here: dict[int, int] = {}
        self._cold_here = 0
        self.failures = failures
        self._often_failed = often_failed
        self._tape, self._plain = recorder.tape, linked.plain
        self._bypass: list[bool] = []
        self._stops = Stops(made, recorder)
        self._linked, self._recorder = linked, recorder
        opnames = recorder.plan_of(linked.decoded.code).opnames
        self._returning = frozenset(index for index, name in enumerate(opnames) if name.startswith("RETURN_"))

    def function(self, resuming: Resuming, cache: CodeCache) -> Callable[..., object]:
        """Makes the function: it keeps this, and must not be kept by it, or it would be found as garbage."""
        environment = {
            **environment_of(self._recorder),
            "bypass": self._bypass,
            "starts": self.made.starts,
            "step": self._step_function(),
            "leave": self._leave,
            "failed": self._failed,
            "arrive": self._arrive,
            "cold": self._cold,
            "late": self._late,
            "start": make_start(self._recorder),
            "resume": resume,
            "Resumed": Resumed,
            "create": resuming.create,
            "was_resumed": resuming.was_resumed,
            "left": resuming.left,
            "ended": resuming.ended,
            "PAUSED": PAUSED,
            "ENDED": ENDED,
            "effects": self._recorder.effects,
            **raising.environment(self._recorder),
        }
        return make_function(self.made, environment, self._linked, self._recorder, cache)

    def _step_function(self) -> Callable[..., object]:
        plain = self._plain

        def step(frame: Frame, stack: list[object], index: int) -> object:
            handler, operand, following = plain[index]
            frame.ip = following
            target = handler(frame, stack, operand)
            return following if target is None else target

        return hidden(step)

    def _arrive(self, frame: Frame, index: int) -> bool:
        """Completes the step before an instruction, and returns whether nothing is pending any more."""
        if not self._recorder.is_alone:
            return False
        frame.ip = index + 1
        self._recorder.before(frame)
        return not self._tape.pending

    # --- stopping within a block -----------------------------------------------------------------

    def _leave(self, frame: Frame, number: int, values: dict[str, object]) -> int | Signal:
        """Tells what has been done of a block, and returns the instruction that a handler is to go on with.

        If that is in the handler of an exception that the path has entered, the eval loop has to enter it first.
        """
        point = self._stops.tell(frame, number, values)
        index = point.index
        is_guard = not self._tape.pending  # or else a guard need not have failed
        if is_guard and not (
            frame.entry and index in self._returning
        ):  # called by native code, it returns by a handler
            self._count(index)
        if index in self.made.entries:
            self._bypass.append(True)
        return index if not point.handled else _in_handler(frame, index, values[point.handled])

    def _count(self, index: int) -> None:
        """Counts that an instruction is not what it was when the code was made."""
        self.failures[index] = self.failures.get(index, 0) + 1
        count = self._failures_here[index] = self._failures_here.get(index, 0) + 1
        if not count % stops.PATIENCE:
            self._often_failed(
                {each for each, failures in self._failures_here.items() if failures > stops.PATIENCE // 10}
            )

    def _cold(self, index: int) -> int:
        """Returns an instruction that had never executed when the code was made."""
        self._cold_here += 1
        if not self._cold_here % stops.PATIENCE:
            self._often_failed(set())
        return index

    def _failed(self, frame: Frame, error: BaseException) -> int | Frame | Resumed | Signal:
        """Tells what has been done when something was raised.

        Returns:
            Where a handler goes on, or in which frame, or what does in place of native code; -1 to raise it again.
        """
        traceback = error.__traceback__
        assert traceback is not None
        number, values = self.made.lines.get(traceback.tb_lineno, -1), stops.variables(traceback.tb_frame)
        if stopped(traceback.tb_next) is not None:
            point = self._stops.tell(frame, number, values)
            if point.gives is not None:
                return stopped_in_place(frame, point, error, values, self._recorder)
            return make_frames(frame, point.index, error, self._recorder)
        if number < 0:
            is_handling = self._finish(frame, traceback, values)
            if is_handling:
                self._recorder.interrupt(raising.raising(error))
            return ENTER_HANDLER if is_handling else -1
        if isinstance(error, FAILURES) and traceback.tb_next is None:
            return self._leave(frame, number, values)
        point = self._stops.tell(frame, number, values)
        self._recorder.library_ran()  # an interrupt may have come between an operation and what tells of it
        if point.handled:
            self._recorder.interrupt(raising.raising(error))
            return _in_handler(frame, point.index, values[point.handled])
        frame.ip = point.index + 1
        return -1

    def _finish(self, frame: Frame, traceback: TracebackType, values: dict[str, object]) -> bool:
        """Does what is left to do of a block when an interrupt comes while it is told; nothing if a handler raised.

        Returns:
            Whether the path is in a handler, which the eval loop has to enter.
        """
        if traceback.tb_lineno not in self.made.unfinished or not _is_interrupt(traceback):
            return False
        rest, following = self.made.unfinished[traceback.tb_lineno]
        for text in rest:
            exec(text, self._stops.namespace, values)
        is_handling = bool(rest) and rest[-1].startswith("frame.result = ")
        frame.ip = following if is_handling else following + 1
        return is_handling

    def _late(self, frame: Frame, stack: list[object], index: int, value: object) -> int:
        """Tells that an iterator gave something else than before, and returns the next instruction."""
        self._count(index)
        stack.append(value)
        record = frame.record
        row = record.plan.rows[index]
        self._tape.words.append(ops.ADVANCED)
        self._recorder.settle(frame, record, row, record.plan.depths[index], index + 1)
        self._tape.words.append(row[0])
        self._tape.room -= 1
        return index + 1


def make_start(recorder: Recorder) -> Callable[..., Frame]:
    """Makes what starts the frame of a function that the program calls with exactly the arguments it takes."""
    plans, begin = recorder.plans, recorder.calls.begin

    def start(
        frame: Frame,
        index: int,
        function: FunctionType,
        guest: GuestCode,
        arguments: list[object],
        taken: tuple[Shade, ...],
    ) -> Frame:
        caller: FrameRecord = frame.record
        row = caller.plan.rows[index]
        caller.row, caller.length = row, caller.plan.depths[index]
        frame.ip = index + 1
        if guest.padding:
            arguments += guest.padding
        closure = function.__closure__
        if closure:
            arguments += closure
        globals_ = function.__globals__
        called = Frame(guest, arguments, globals_, function.__builtins__, frame.context)  # type: ignore[attr-defined, unused-ignore] # it has
        begin(called, caller, plans[id(guest.code)], caller.namespaces[0], taken, row[0])
        return called

    return hidden(start)


def _in_handler(frame: Frame, index: int, error: object) -> Signal:
    """Has the eval loop enter the handler of an exception, and go on there with an instruction."""
    frame.ip, frame.result = index, error
    return ENTER_HANDLER


def _is_interrupt(traceback: TracebackType) -> bool:
    """Returns whether something was raised at a line itself, by a signal, and not by what it calls."""
    inner = traceback.tb_next
    return inner is None or inner.tb_frame.f_globals.get("__package__") != __package__
