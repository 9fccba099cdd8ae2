"""Journals calls and returns as most of them are: a function is called, and returns a scalar.

Whatever is unusual is left to the recorder, which journals the same in the general way.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.frame_table import NONE
from calcharo_vm.recording.frames import FrameRecord, ObservedFrame
from calcharo_vm.recording.plan import CALL, NOTHING, PREPARED

if TYPE_CHECKING:
    from calcharo_vm.recording.recorder import Recorder

Quick = Callable[[ObservedFrame], bool]
"""Journals an event of a frame if it is an usual one, and returns whether it was."""

_DICT = id(dict)


def make_entered(recorder: "Recorder") -> Quick:
    """Makes what journals that a frame starts which an instruction of the running frame calls."""
    tape, shadow, plans = recorder.tape, recorder.shadow, recorder.plans
    words, scalars, by_id, zeros = tape.words, shadow.scalars, shadow.by_id, shadow.zeros
    put, extend, purge, see, entries, turns = (
        *(words.append, words.extend, shadow.purge, shadow.see),
        *(recorder.entries, recorder.turns),
    )
    enter = ops.ENTER

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
            or tape.room < 2  # noqa: PLR2004 - the chunk does not end here
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
        taken = caller.take(base) if caller.top >= base else None
        number = recorder.frames_made
        recorder.frames_made = number + 1
        frame.record = record = FrameRecord(number, plan, thread)
        thread.frames.append(record)
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
        entries.extend((plan.number, caller.number, globals_.token.stop, NONE, steps))
        turns.extend((steps + 1, number))
        if taken:
            for shade in taken:
                shade.count -= 1
                if not shade.count:
                    zeros.append(shade)
        if zeros:
            purge()
        tape.commit(word)
        recorder.running = record
        return True

    return entered


def make_returned(recorder: "Recorder") -> Quick:
    """Makes what journals that the running frame returns what lies on its stack."""
    tape, zeros = recorder.tape, recorder.shadow.zeros
    extend, pending, ends, turns = tape.words.extend, tape.pending, recorder.ends, recorder.turns
    words = (0, ops.LEAVE, "RETURNED")

    def returned(frame: ObservedFrame) -> bool:
        record = recorder.running
        if record is None or record is not frame.record or record.row is not None or pending:
            return False
        plan, thread = record.plan, record.thread
        frames = thread.frames
        word, pops, _act, _detail = plan.rows[frame.ip - 1]
        if not pops or plan.filled_cells or record.leash is not None or len(frames) < 2:  # noqa: PLR2004 - the caller's
            return False
        extend(words)
        frames.pop()
        steps = tape.steps
        ends.extend((record.number, steps))
        turns.extend((steps + 1, frames[-1].number))
        thread.word = word
        recorder.running = None
        pending.append(True)
        for shade in record.take_all():
            shade.count -= 1
            if not shade.count:
                zeros.append(shade)
        return True

    return returned


def make_arrived(recorder: "Recorder") -> Quick:
    """Makes what journals that a frame goes on with the scalar that the function it called has returned."""
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
            or tape.room < 2  # noqa: PLR2004 - the chunk does not end here
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
