"""Exceptions that leave frames, up to one of the same loop that has a handler: all is told at once.

What is told is what the eval loop and the recorder would tell of each frame. Where anything is unusual, they do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.eval_loop import leave_frame
from calcharo_vm.machine.hiding import hidden
from calcharo_vm.machine.tracebacks import add_traceback_entry
from calcharo_vm.recording import ops
from calcharo_vm.recording.frames import CUT
from calcharo_vm.recording.identity import goes_unnoticed
from calcharo_vm.recording.iterators import ITERATES
from calcharo_vm.recording.messages import message_of
from calcharo_vm.recording.plan import NOTHING
from calcharo_vm.recording.values import HeapKind
from calcharo_vm.tiers.compiled.passing import Passing, begin

if TYPE_CHECKING:
    from calcharo_vm.code.exception_table import HandlerEntry
    from calcharo_vm.machine.frame import Frame
    from calcharo_vm.recording import Recorder
    from calcharo_vm.recording.frames import FrameRecord
    from calcharo_vm.recording.identity import Shade

_HERE = -1
_MOST_FRAMES = 64
"""How many frames are looked at for a handler."""


class Unwinding:
    """Looks for frames that handle what others raise, and unwinds up to them."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder, self._tape, self._shadow = recorder, recorder.tape, recorder.shadow
        self._extend, self._pending = recorder.tape.words.extend, recorder.tape.pending

    @hidden
    def handling(self, frame: Frame) -> Frame | None:
        """The frame that handles what a frame raises and does not handle; None if the eval loop has to look."""
        context = frame.context
        if self._pending or self._recorder.running is not frame.record or not _may_leave(frame):
            return None
        if context.trace_function is not None or context.profile_function is not None:
            return None
        caller = frame.back
        for _ in range(_MOST_FRAMES):
            if caller is None or not _waits(caller):
                return None
            entry = _handler(caller)
            if entry is not None:
                return caller if _ends_quietly(caller.record, entry.depth) else None
            if caller.handled or not _may_leave(caller):
                return None
            caller = caller.back
        return None

    @hidden
    def unwind(
        self,
        frame: Frame,
        target: Frame,
        error: BaseException,
        index: int,
        taken: tuple[Shade, ...],
        lasti: int = _HERE,
    ) -> Frame:
        """Tells that an exception leaves frames, and puts the one that handles it at its handler.

        Args:
            frame: The frame that raises it.
            target: The frame that handles it.
            error: The exception.
            index: The instruction that raises.
            taken: The objects that the path had on the stack, the topmost first.
            lasti: Where it was raised first, in code units, if that is elsewhere.

        Returns:
            The frame that handles it, for the eval loop to go on in.
        """
        _raises(frame, error, index, lasti)
        told, passing = (ops.RAISED, *message_of(error)), begin(self._shadow, error)
        while frame is not target:
            self._extend(told)
            passing.tell()
            self._leave(frame, taken)
            frame, taken = frame.back, ()
            add_traceback_entry(frame, error, is_calling=True)
            passing.passed()
        self._extend(told)
        passing.tell()
        self._handle(frame, error, passing)
        frame.context.depth -= 1  # the eval loop counts the frame as if it were entered
        return frame

    def _leave(self, frame: Frame, taken: tuple[Shade, ...]) -> None:
        """Tells that an exception leaves a frame, and leaves it."""
        context, record, recorder = frame.context, frame.record, self._recorder
        thread = record.thread
        _word, pops, _act, _detail = record.row
        if record.length != pops:  # other values lie on the stack
            self._extend((ops.STACK, 0, 0))
        elif pops:
            self._extend((0,))
        self._extend((ops.LEAVE, "UNWOUND"))
        thread.frames.pop()
        steps = self._tape.steps
        recorder.ends.extend((record.number, steps))
        recorder.turns.extend((steps + 1, thread.frames[-1].number))
        frame.stack.clear()
        self._shadow.release_all(taken)
        if record.top >= 0:
            self._shadow.release_all(record.take(0))
        self._shadow.release_all(record.take_all())
        leave_frame(frame)
        context.depth -= 1
        context.frame = frame.back

    def _handle(self, frame: Frame, error: BaseException, passing: Passing) -> None:
        """Tells that a handler of a frame takes over, and puts the frame there."""
        entry, record, decoded = _handler(frame), frame.record, frame.guest.decoded
        assert entry is not None
        index = frame.ip - 1
        del frame.stack[entry.depth :]
        offset, frame.raised_at = frame.raised_at, None
        word, pops, _act, _detail = record.row
        record.row = word, max(pops, record.length - entry.depth), NOTHING, None
        self._extend((ops.HANDLED, entry.depth))
        record.thread.caught = caught = passing.hold()
        self._extend((ops.CAUGHT, caught.token))
        if entry.lasti:
            frame.stack.append((decoded.offsets[index] if offset is None else offset) >> 1)
        frame.stack.append(error)
        frame.ip = entry.target
        self._recorder.running = None
        self._pending.append(True)


def _raises(frame: Frame, error: BaseException, index: int, lasti: int) -> None:
    """Puts a frame at an instruction that raises, or raises again what was raised first elsewhere."""
    record, decoded = frame.record, frame.guest.decoded
    row = record.plan.rows[index]
    record.thread.word, record.row, record.length = row[0], row, record.plan.depths[index]
    frame.ip = index + 1
    if lasti == _HERE:
        add_traceback_entry(frame, error)
    else:
        frame.raised_at = lasti << 1
        frame.ip = decoded.index_at(frame.raised_at) + 1


def _handler(frame: Frame) -> HandlerEntry | None:
    return frame.guest.decoded.handler_for(frame.ip - 1)


def _may_leave(frame: Frame) -> bool:
    """Returns whether a frame may be left: it is a function's, called by one that the same loop executes."""
    if frame.entry or frame.generator is not None or frame.locals is not None:
        return False
    record = frame.record
    return record.leash is None and not record.plan.filled_cells and _ends_quietly(record, 0)


def _waits(frame: Frame) -> bool:
    """Returns whether a frame waits for one that it has called, and nothing else is due there."""
    record = frame.record
    return record.row is not None and record.length != CUT and record.held is None


def _ends_quietly(record: FrameRecord, depth: int) -> bool:
    """Returns whether nobody can tell that what lies on a frame's stack, above a depth, goes."""
    if record.top < depth:
        return True
    return all(
        place < depth or shade.count > 1 or goes_unnoticed(shade) or _is_quiet_iterator(shade)
        for place, shade in zip(record.places[1:], record.shades[1:], strict=True)
    )


def _is_quiet_iterator(shade: Shade) -> bool:
    """Returns whether an iterator holds nothing alone."""
    if shade.kind is not HeapKind.ITERATOR:
        return False
    held = shade.fields.get(ITERATES)
    return len(shade.fields) == 1 and held is not None and held.count > 1  # type: ignore[attr-defined] # a container
