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

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcharo_vm.code.exception_table import HandlerEntry
    from calcharo_vm.machine.frame import Frame
    from calcharo_vm.recording import Recorder
    from calcharo_vm.recording.frames import FrameRecord
    from calcharo_vm.recording.identity import Shade

_MOST_FRAMES = 64
"""How many frames are looked at for a handler."""


def make_unwind(recorder: Recorder) -> tuple[Callable[..., object], Callable[..., object]]:
    """Makes what looks for a handler, and what unwinds up to it."""
    tape, shadow = recorder.tape, recorder.shadow
    extend, pending, ends, turns = tape.words.extend, tape.pending, recorder.ends, recorder.turns
    see_raised, hold, release_all = shadow.raised, shadow.hold, shadow.release_all

    def handling(frame: Frame) -> Frame | None:
        """The frame that handles what a frame raises and does not handle; None if the eval loop has to look."""
        context = frame.context
        if pending or recorder.running is not frame.record or not _may_leave(frame):
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

    def unwind(
        frame: Frame, target: Frame, error: BaseException, index: int, taken: tuple[Shade, ...], lasti: int = -1
    ) -> Frame:
        """Tells that an exception leaves frames, and puts the one that handles it at its handler.

        Args:
            frame: The frame that raises it.
            target: The frame that handles it.
            error: The exception.
            index: The instruction that raises.
            taken: The objects that the path had on the stack, the topmost first.
            lasti: Where it was raised first, in code units, if it is raised again.

        Returns:
            The frame that handles it, for the eval loop to go on in.
        """
        context, record = frame.context, frame.record
        thread, plan = record.thread, record.plan
        row = plan.rows[index]
        thread.word, record.row, record.length = row[0], row, plan.depths[index]
        frame.ip = index + 1
        if lasti == -1:
            add_traceback_entry(frame, error)
        else:
            frame.raised_at = lasti << 1
            frame.ip = frame.guest.decoded.index_at(frame.raised_at) + 1
        told = ops.RAISED, *message_of(error)
        while frame is not target:
            extend(told)
            see_raised(error)
            _word, pops, _act, _detail = record.row
            if record.length != pops:
                extend((ops.STACK, 0, 0))
            elif pops:
                extend((0,))
            extend((ops.LEAVE, "UNWOUND"))
            thread.frames.pop()
            steps = tape.steps
            ends.extend((record.number, steps))
            turns.extend((steps + 1, thread.frames[-1].number))
            frame.stack.clear()
            if record.top >= 0:
                taken += (*record.take(0),)
            release_all(taken)
            release_all(record.take_all())
            leave_frame(frame)
            context.depth -= 1
            context.frame = frame = frame.back
            record, taken = frame.record, ()
            add_traceback_entry(frame, error, is_calling=True)
        extend(told)
        see_raised(error)
        _handle(frame, error)
        context.depth -= 1  # the eval loop counts the frame as if it were entered
        return frame

    def _handle(frame: Frame, error: BaseException) -> None:
        entry, record, decoded = _handler(frame), frame.record, frame.guest.decoded
        assert entry is not None
        index = frame.ip - 1
        del frame.stack[entry.depth :]
        offset, frame.raised_at = frame.raised_at, None
        word, pops, _act, _detail = record.row
        record.row = word, max(pops, record.length - entry.depth), NOTHING, None
        extend((ops.HANDLED, entry.depth))
        record.thread.caught = caught = hold(error)
        extend((ops.CAUGHT, caught.token))  # type: ignore[attr-defined] # it is no scalar
        if entry.lasti:
            frame.stack.append((decoded.offsets[index] if offset is None else offset) >> 1)
        frame.stack.append(error)
        frame.ip = entry.target
        recorder.running = None
        pending.append(True)

    return hidden(handling), hidden(unwind)


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
