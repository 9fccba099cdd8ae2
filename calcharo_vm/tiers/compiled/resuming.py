"""Generators and coroutines that compiled code works with: how their frames go on, and pause.

A generator is resumed by native code, even where a compiled loop asks it for a value: its stub calls `Resuming.resume`.
What the recorder tells of that in the general way is told here in one piece, as long as nothing else is to be told.
"""

from __future__ import annotations

from threading import get_ident
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.eval_loop import execute
from calcharo_vm.machine.failures import calls_only_ours
from calcharo_vm.machine.frame_views import enters_machine
from calcharo_vm.machine.generators import hand_over, leave, resume
from calcharo_vm.machine.hiding import hidden
from calcharo_vm.machine.signals import ENDED, PAUSED
from calcharo_vm.machine.tracebacks import drop_unseen_mirror
from calcharo_vm.recording import ops
from calcharo_vm.recording.frames import FrameRecord
from calcharo_vm.recording.plan import ADVANCE, NOTHING, PREPARED
from calcharo_vm.tiers.compiled.creating import make_create

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcharo_vm.machine.frame import Frame
    from calcharo_vm.recording import Recorder
    from calcharo_vm.recording.frames import ThreadRecord
    from calcharo_vm.recording.identity import Shade
    from calcharo_vm.recording.plan import Row


def only_pushes(row: Row) -> bool:
    """Returns whether all that an instruction does to its frame, unless it is prepared, is to push a result."""
    act = row[2]
    return act == NOTHING or (act <= PREPARED and act != ADVANCE)


_NOT_THE_LAST = 2
"""There is room for another step in the chunk."""


class Resuming:
    """What has frames of generators go on, and tells that they have left.

    Attributes:
        resume: Runs a generator's frame on, as `generators.resume` does.
        left: Tells that a frame has paused or ended, so that the next handler settles what comes of that.
        ended: Tells that the frame of a generator ends, but not to whom.
        create: Calls a function that makes a generator or coroutine.
        was_resumed: Returns whether a frame went on before something was raised that compiled code has asked it for.
    """

    def __init__(self, recorder: Recorder) -> None:
        self.left = _make_left(recorder)
        self.ended = _make_ended(recorder)
        self.create = make_create(recorder)
        self.resume = _make_resume(recorder, self.left)
        self.was_resumed = _make_was_resumed(recorder, self.left)


def _make_left(recorder: Recorder) -> Callable[[ThreadRecord], None]:
    pending, release = recorder.tape.pending, recorder.shadow.release

    def left(thread: ThreadRecord) -> None:
        if thread.yielded is not None:
            release(thread.yielded)
            thread.yielded = None
        recorder.running = None
        if not pending:
            pending.append(True)

    return hidden(left)


def _make_ended(recorder: Recorder) -> Callable[[FrameRecord, Shade | None, int], None]:
    tape, shadow = recorder.tape, recorder.shadow
    release, release_all, tell_end, tell_turn = (
        shadow.release,
        shadow.release_all,
        recorder.ends.extend,
        recorder.turns.extend,
    )

    def ended(record: FrameRecord, result: Shade | None, word: int) -> None:
        thread, steps = record.thread, tape.steps
        thread.frames.pop()
        tell_end((record.number, steps))
        tell_turn((steps + 1, thread.frames[-1].number))
        thread.word = word
        recorder.forget_suspended(record)
        release(result)
        release_all(record.take_all())

    return hidden(ended)


def _make_was_resumed(
    recorder: Recorder, left: Callable[[ThreadRecord], None]
) -> Callable[[FrameRecord, BaseException], bool]:
    pending = recorder.tape.pending

    def was_resumed(record: FrameRecord, error: BaseException) -> bool:
        if recorder.running is not record:
            if not pending:
                left(record.thread)
            return True
        record.row = None  # the instruction has done nothing, and its handler raises the same
        return not isinstance(error, Exception)

    return hidden(was_resumed)


def _make_resume(recorder: Recorder, left: Callable[[ThreadRecord], None]) -> Callable[[Frame], bool]:
    tape, effects = recorder.tape, recorder.effects
    pending, zeros, scalars = tape.pending, recorder.shadow.zeros, recorder.shadow.scalars
    extend, tell_turn = tape.words.extend, recorder.turns.extend
    tell_of_asked, tell_of_native = _make_tell_of_asked(recorder), _make_tell_of_native(recorder)
    go_on = _make_go_on(recorder, left)

    def resume_quickly(frame: Frame) -> bool:
        context, record = frame.context, frame.record
        back, sent, row = context.frame, frame.sent, record.row
        if back is None or back.record is None:
            return resume(frame)
        caller: FrameRecord = back.record
        is_asked = recorder.running is caller and caller.row is not None  # by compiled code
        if (
            context.depth >= context.limit
            or frame.handled
            or frame.generator.thrown is not None
            or zeros
            or tape.room <= _NOT_THE_LAST
            or id(type(sent)) not in scalars
            # All that the frame's next step tells of its last instruction must be what was sent.
            or row is None
            or row[1]
            or row[2] != NOTHING
            or not record.top < record.length == len(frame.stack)
            or record.searches != effects.searches
            or record.variable_writes != effects.variable_writes
            or not (tell_of_asked(back, caller) if is_asked else tell_of_native(back, caller))
        ):
            if is_asked:
                caller.row = None
            return resume(frame)
        thread = record.thread = caller.thread
        if is_asked:
            word = caller.row[0]  # type: ignore[index] # it has one
        else:
            word, thread.word = thread.word, 0
            pending.clear()
        thread.frames.append(record)
        tell_turn((tape.reach - tape.room + 1, record.number))
        extend((ops.RESUME, record.number, 1, sent, word))
        tape.room -= 1
        record.row = None
        recorder.running = record
        frame.back, frame.entry, frame.sent = back, True, None
        context.frame = frame
        context.depth += 1
        frame.stack.append(sent)
        return go_on(frame, back, thread, is_asked)

    return hidden(resume_quickly)


def _make_go_on(
    recorder: Recorder, left: Callable[[ThreadRecord], None]
) -> Callable[[Frame, Frame, ThreadRecord, bool], bool]:
    def go_on(frame: Frame, back: Frame, thread: ThreadRecord, is_asked: bool) -> bool:
        """Executes a frame: the one host frame that enters the machine with it."""
        context, signal = frame.context, None
        try:
            signal = execute(frame)
        finally:
            if signal is PAUSED:
                context.frame, frame.back = back, None
                context.depth -= 1
            else:
                leave(frame, signal)
        if signal is not PAUSED and signal is not ENDED:
            recorder.frame_left(frame, signal)
        elif not is_asked:
            left(thread)
        if signal is not PAUSED:
            return hand_over(frame, signal)
        frame.stack.append(frame.result)
        frame.result = None
        if frame.mirror is not None:
            drop_unseen_mirror(frame)
        return True

    calls_only_ours(hidden(go_on).__code__)
    enters_machine(go_on.__code__)
    return go_on


def _make_tell_of_asked(recorder: Recorder) -> Callable[[Frame, FrameRecord], bool]:
    pending, shadow = recorder.tape.pending, recorder.shadow
    put, extend = recorder.tape.words.append, recorder.tape.words.extend

    def tell_of_asked(back: Frame, caller: FrameRecord) -> bool:
        """Tells what an instruction of compiled code has done that asks for a value, if that can be told so."""
        if pending:
            return False
        base = caller.length - caller.row[1]  # type: ignore[index] # it has one
        words = back.stack[base:]
        if words:
            if caller.top >= base:
                shade = caller.shades[-1]
                if shade.epoch != shadow.epoch:
                    return False
                words[caller.top - base] = shade.token
            extend((ops.STACK, base, len(words), *words))
        elif caller.row[1]:  # type: ignore[index] # it has one
            put(0)
        return True

    return hidden(tell_of_asked)


def _make_tell_of_native(recorder: Recorder) -> Callable[[Frame, FrameRecord], bool]:
    put = recorder.tape.words.append

    def tell_of_native(back: Frame, caller: FrameRecord) -> bool:
        """Tells what an instruction has done whose native code goes on with the generator, if that can be told so."""
        if type(caller) is not FrameRecord or get_ident() != recorder.first_thread or not recorder.is_usual:
            return False
        row, thread = caller.row, caller.thread
        if row is None or caller.held is not None or thread is not recorder.writer or not thread.word:
            return False
        base = caller.length - row[1]
        if thread.caught is not None or not only_pushes(row) or not caller.top < base == len(back.stack):
            return False
        if row[1]:
            put(0)
        return True

    return hidden(tell_of_native)
