"""Journals calls and returns as most of them are: a function is called, and returns a scalar.

Whatever is unusual is left to the recorder, which journals the same in the general way.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.frame_table import NONE
from calcharo_vm.recording.frames import FrameRecord, ObservedFrame
from calcharo_vm.recording.identity import Shade
from calcharo_vm.recording.plan import CALL, NOTHING, PREPARED, Plan

if TYPE_CHECKING:
    from calcharo_vm.recording.recorder import Recorder

Quick = Callable[[ObservedFrame], bool]
"""Journals an event of a frame if it is an usual one, and returns whether it was."""

Begin = Callable[[ObservedFrame, FrameRecord, Plan, Shade, Sequence[Shade], int], None]
"""Journals a frame: it gets the frame, the record of its caller, its plan and globals, what the instruction that calls
has taken from the stack, and the word that ends its step.
"""

_DICT = id(dict)
_NOT_THE_LAST = 2
"""There is room for another step in the chunk, or there is a frame below."""


class CallJournal:
    """Journals calls and returns of one recorder.

    Attributes:
        entered: Journals that a frame starts which an instruction of the running frame calls.
        returned: Journals that the running frame returns what lies on its stack.
        returned_to_native: Takes note of the word of an instruction that has returned to native code.
        arrived: Journals that a frame goes on with the scalar that the function it called has returned.
        begin: Journals a new frame, and completes the step of the instruction that calls it.
        can_end: Returns whether `end` may journal that a frame returns, if what it holds may go.
        end: Journals that a frame has returned to the one that called it, whose next step begins.
    """

    def __init__(self, recorder: "Recorder") -> None:
        self.begin = _make_begin(recorder)
        self.entered = _make_entered(recorder, self.begin)
        self.returned = _make_returned(recorder)
        self.arrived = _make_arrived(recorder)
        self.returned_to_native = _make_returned_to_native(recorder)
        self.can_end = can_end
        self.end = _make_end(recorder)


def _make_begin(recorder: "Recorder") -> Begin:
    tape, shadow = recorder.tape, recorder.shadow
    scalars, by_id, zeros, purge, see = shadow.scalars, shadow.by_id, shadow.zeros, shadow.purge, shadow.see
    release_all = shadow.release_all
    extend, tell_entry, tell_turn = tape.words.extend, recorder.entries.extend, recorder.turns.extend
    enter = ops.ENTER

    def begin(
        frame: ObservedFrame, caller: FrameRecord, plan: Plan, globals_: Shade, taken: Sequence[Shade], word: int
    ) -> None:
        number = recorder.frames_made
        recorder.frames_made = number + 1
        frame.record = record = FrameRecord(number, plan, caller.thread)
        caller.thread.frames.append(record)
        globals_.count += 1
        record.namespaces = [globals_]
        fast, slots = frame.fast.copy(), record.slots
        for slot, value in enumerate(fast):
            cls = id(type(value))
            if cls not in scalars:
                shade = by_id.get(id(value))
                if shade is None or not shade.count or shade.epoch != shadow.epoch or shade.type_address != cls:
                    shade = see(value, shade)
                shade.count += 1
                slots[slot] = shade
                fast[slot] = shade.token
        extend((enter, number, plan.number, globals_.token.stop, None, len(fast), *fast))
        steps = tape.steps
        tell_entry((plan.number, caller.number, globals_.token.stop, NONE, steps))
        tell_turn((steps + 1, number))
        release_all(taken)
        if zeros:
            purge()
        tape.commit(word)
        recorder.running = record

    return begin


def _make_entered(recorder: "Recorder", begin: Begin) -> Quick:
    tape, shadow, plans = recorder.tape, recorder.shadow, recorder.plans
    put, by_id, zeros = tape.words.append, shadow.by_id, shadow.zeros

    def entered(frame: ObservedFrame) -> bool:
        caller, back = recorder.running, frame.back
        if caller is None or back is None or back.record is not caller or caller.row is not None or zeros:
            return False
        index, calling, thread = back.ip - 1, caller.plan, caller.thread
        row, length = calling.rows[index], calling.depths[index]
        word, pops, act, _detail = row
        base = length - pops
        plan, globals_ = plans.get(id(frame.code)), by_id.get(id(frame.globals))
        if (
            act != CALL
            or caller.held is not None
            or len(back.stack) != base
            or tape.may_be_closed(word)
            or tape.room < _NOT_THE_LAST
            or plan is None
            or frame.locals is not None
            or frame.globals is not back.globals
            or globals_ is None
            or not globals_.count
            or globals_.type_address != _DICT
            or thread.caught is not None
            or thread.word
        ):
            return False
        caller.row, caller.length = row, length
        put(0)
        begin(frame, caller, plan, globals_, caller.take(base) if caller.top >= base else (), word)
        return True

    return entered


def _make_returned(recorder: "Recorder") -> Quick:
    tape, release_all = recorder.tape, recorder.shadow.release_all
    extend, pending, ends, turns = tape.words.extend, tape.pending, recorder.ends, recorder.turns
    words = (0, ops.LEAVE, "RETURNED")

    def returned(frame: ObservedFrame) -> bool:
        record = recorder.running
        if record is None or record is not frame.record or record.row is not None or pending:
            return False
        plan, thread = record.plan, record.thread
        frames = thread.frames
        word, pops, _act, _detail = plan.rows[frame.ip - 1]
        if not pops or plan.filled_cells or record.leash is not None or len(frames) < _NOT_THE_LAST:
            return False
        extend(words)
        frames.pop()
        steps = tape.steps
        ends.extend((record.number, steps))
        turns.extend((steps + 1, frames[-1].number))
        thread.word = word
        recorder.running = None
        pending.append(True)
        release_all(record.take_all())
        return True

    return returned


def _make_arrived(recorder: "Recorder") -> Quick:
    tape, scalars, zeros = recorder.tape, recorder.shadow.scalars, recorder.shadow.zeros
    extend, pending = tape.words.extend, tape.pending

    def arrived(frame: ObservedFrame) -> bool:
        record, stack = frame.record, frame.stack
        row, thread = record.row, record.thread
        if row is None or record.held is not None or zeros or not thread.word or thread.caught is not None:
            return False
        _word, pops, act, _detail = row
        base = record.length - pops
        if (
            not (act == NOTHING or act <= PREPARED)
            or not record.top < base == len(stack) - 1
            or id(type(stack[base])) not in scalars
            or tape.room < _NOT_THE_LAST
        ):
            return False
        extend((1, stack[base]))
        record.row = None
        tape.commit(thread.word)
        thread.word = 0
        recorder.running = record
        pending.clear()
        return True

    return arrived


def _make_returned_to_native(recorder: "Recorder") -> Callable[[int], None]:
    pending = recorder.tape.pending

    def returned_to_native(word: int) -> None:
        thread = recorder.writer
        assert thread is not None
        thread.word = word
        recorder.running = None
        pending.append(True)

    return returned_to_native


def can_end(frame: ObservedFrame) -> bool:
    """Returns whether a frame may return to the one that called it, in the same loop, in this way.

    The instruction that called must do nothing but push the result. That nobody may be able to tell that what the frame
    alone holds is gone is for the caller to know: a finaliser would run when the frame below goes on.
    """
    caller = frame.record.thread.frames[-2]
    row, back = caller.row, frame.back
    assert row is not None
    assert back is not None
    base = caller.length - row[1]
    only_pushes = caller.held is None and (row[2] == NOTHING or row[2] <= PREPARED)
    return only_pushes and caller.top < base == len(back.stack)


def _make_end(recorder: "Recorder") -> Callable[[FrameRecord, Shade | None, int], None]:
    tape, shadow = recorder.tape, recorder.shadow
    zeros, purge, release_all = shadow.zeros, shadow.purge, shadow.release_all
    tell_end, tell_turn = recorder.ends.extend, recorder.turns.extend

    def end(record: FrameRecord, result: Shade | None, word: int) -> None:
        frames = record.thread.frames
        frames.pop()
        caller = frames[-1]
        steps = tape.steps
        tell_end((record.number, steps))
        tell_turn((steps + 1, caller.number))
        if result is not None:
            row = caller.row
            assert row is not None
            caller.put(caller.length - row[1], result)
        caller.row = None
        release_all(record.take_all())
        if zeros:
            purge()
        tape.commit(word)
        recorder.running = caller

    return end
