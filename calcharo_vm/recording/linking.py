"""Links handlers that record: each instruction executes, then journals what it did.

What an instruction may do decides which kind of handler it gets. Most do nothing but push a value,
or take values and push one; these need little. The rest is settled in the general way. When an
instruction does not end in its own handler, because it calls, returns or raises, or when code of the
program has run meanwhile, the recorder goes on from there: something is pending.
"""

from collections.abc import Callable
from types import FunctionType
from typing import Protocol

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops, plan
from calcharo_vm.recording.effects import Effects
from calcharo_vm.recording.frames import ObservedFrame
from calcharo_vm.recording.identity import Words
from calcharo_vm.recording.plan import Plan, Row
from calcharo_vm.recording.settling import Settle
from calcharo_vm.recording.tape import Tape

Handler = Callable[[ObservedFrame, Words, object], object]
"""Executes an instruction; returns the index it jumps to, None when it goes on, or whatever else it does."""

_LEAVING = frozenset(
    {
        *("CALL", "CALL_KW", "CALL_FUNCTION_EX", "RETURN_VALUE", "RETURN_CONST", "RETURN_GENERATOR", "YIELD_VALUE"),
        *("RERAISE", "RAISE_VARARGS", "CLEANUP_THROW", "END_ASYNC_FOR"),
    }
)
"""Opcodes whose handlers may hand over to another frame, or raise by returning: by anything but None."""

_RETURNING = frozenset({"RETURN_VALUE", "RETURN_CONST", "RETURN_GENERATOR", "YIELD_VALUE"})
"""Opcodes whose handlers always hand over."""


class Pending(Protocol):
    """What handlers leave to the recorder while something is pending."""

    def before(self, frame: ObservedFrame) -> None:
        """Completes the step before the one that begins."""
        ...

    def after(self, frame: ObservedFrame) -> None:
        """Takes note that the step of the instruction that has executed is to be completed by the next."""
        ...


class Linker:
    """Makes the handlers of one recorder.

    The loops of the machine call them in place of the instruction's own. They are closures: what
    they need is in cells. All of them begin and end alike, written out because a call costs as much as
    the rest of them.
    """

    def __init__(self, tape: Tape, effects: Effects, settle: Settle, pending: Pending) -> None:
        self.tape = tape
        self.effects = effects
        self.shadow = effects.shadow
        self.settle = settle
        self.before = pending.before
        self.after = pending.after

    def link(self, known: Plan, index: int, handler: Handler) -> Handler:
        """The handler that executes and records an instruction."""
        row, depth, pushes = known.rows[index], known.depths[index], known.pushes[index]
        _word, pops, act, _detail = row
        opname = known.opnames[index]
        if act >= 0:
            return self._storing(row, depth, handler)
        if act == plan.NOTHING and opname not in _LEAVING:
            if pushes == 0:
                return self._dropping(row, depth, handler) if pops else self._passing(row, handler)
            if pushes == 1:
                if opname == "LOAD_CONST":
                    constant = known.code.co_consts[known.opargs[index]]
                    if id(type(constant)) in self.shadow.scalars:
                        return self._constant(row, constant, handler)
                return self._replacing(row, depth, handler) if pops else self._pushing(row, depth, handler)
            if pushes == 2 and not pops:
                return self._pushing_two(row, depth, handler)
        if act == plan.BRANCH and pops and opname.startswith("POP_"):
            return self._branching(row, depth, handler)
        if opname in _RETURNING:
            return self._returning(handler)
        if opname == "CALL":
            return self._calling(row, depth, handler)
        if act == plan.ADVANCE and opname == "FOR_ITER":
            return self._advancing(row, depth, handler)
        if act in self.effects.harmless and pushes == 1:
            return self._guarded(row, depth, handler)
        if act <= plan.PREPARED:
            return self._prepared(row, depth, handler)
        return self._general(row, depth, handler, can_leave=opname in _LEAVING)

    def _passing(self, row: Row, handler: Handler) -> Handler:
        """Neither takes nor pushes."""
        tape, pending, before, after = self.tape, self.tape.pending, self.before, self.after
        put, word = tape.words.append, row[0]

        def passing(frame: ObservedFrame, stack: Words, operand: object) -> object:
            if pending:
                before(frame)
            target = handler(frame, stack, operand)
            if pending:
                after(frame)
                return target
            put(word)
            tape.room -= 1
            if not tape.room:
                tape.start_chunk()
            return target

        return passing

    def _pushing(self, row: Row, depth: int, handler: Handler) -> Handler:
        """Pushes one value and takes none."""
        tape, pending, before, after = self.tape, self.tape.pending, self.before, self.after
        put, extend, settle = tape.words.append, tape.words.extend, self.settle
        shadow = self.shadow
        scalars, by_id = shadow.scalars, shadow.by_id
        word = row[0]

        def pushing(frame: ObservedFrame, stack: Words, operand: object) -> object:
            if pending:
                before(frame)
            handler(frame, stack, operand)
            if pending:
                return after(frame)
            value = stack[-1]
            cls = type(value)
            if cls is int or cls is float or cls is str or id(cls) in scalars:
                extend((1, value, word))
            else:
                record = frame.record
                shade = by_id.get(id(value))
                if shade is not None and shade.count and shade.epoch == shadow.epoch:
                    shade.count += 1
                    record.places.append(depth)
                    record.shades.append(shade)
                    record.top = depth
                    extend((1, shade.token, word))
                else:
                    settle(frame, record, row, depth, 0)
                    put(word)
            tape.room -= 1
            if not tape.room:
                tape.start_chunk()
            return None

        return pushing

    def _constant(self, row: Row, constant: object, handler: Handler) -> Handler:
        """Pushes a scalar of the code's own."""
        tape, pending, before, after = self.tape, self.tape.pending, self.before, self.after
        extend, words = tape.words.extend, (1, constant, row[0])

        def pushing_constant(frame: ObservedFrame, stack: Words, operand: object) -> object:
            if pending:
                before(frame)
            handler(frame, stack, operand)
            if pending:
                return after(frame)
            extend(words)
            tape.room -= 1
            if not tape.room:
                tape.start_chunk()
            return None

        return pushing_constant

    def _pushing_two(self, row: Row, depth: int, handler: Handler) -> Handler:
        """Pushes two values and takes none."""
        tape, pending, before, after = self.tape, self.tape.pending, self.before, self.after
        put, extend, settle = tape.words.append, tape.words.extend, self.settle
        shadow = self.shadow
        scalars, by_id = shadow.scalars, shadow.by_id
        word = row[0]

        def pushing_two(frame: ObservedFrame, stack: Words, operand: object) -> object:
            if pending:
                before(frame)
            handler(frame, stack, operand)
            if pending:
                return after(frame)
            first, second = stack[depth], stack[-1]
            if id(type(second)) in scalars:
                shade = by_id.get(id(first))
                if id(type(first)) in scalars:
                    extend((2, first, second, word))
                elif shade is not None and shade.count and shade.epoch == shadow.epoch:
                    record = frame.record
                    shade.count += 1
                    record.places.append(depth)
                    record.shades.append(shade)
                    record.top = depth
                    extend((2, shade.token, second, word))
                else:
                    settle(frame, frame.record, row, depth, 0)
                    put(word)
            else:
                settle(frame, frame.record, row, depth, 0)
                put(word)
            tape.room -= 1
            if not tape.room:
                tape.start_chunk()
            return None

        return pushing_two

    def _dropping(self, row: Row, depth: int, handler: Handler) -> Handler:
        """Takes values and pushes none."""
        tape, pending, before, after = self.tape, self.tape.pending, self.before, self.after
        put, extend, settle = tape.words.append, tape.words.extend, self.settle
        word, base = row[0], depth - row[1]

        def dropping(frame: ObservedFrame, stack: Words, operand: object) -> object:
            if pending:
                before(frame)
            target = handler(frame, stack, operand)
            if pending:
                after(frame)
                return target
            record = frame.record
            if record.top < base:
                extend((0, word))
            else:
                settle(frame, record, row, depth, 0)
                put(word)
            tape.room -= 1
            if not tape.room:
                tape.start_chunk()
            return target

        return dropping

    def _replacing(self, row: Row, depth: int, handler: Handler) -> Handler:
        """Takes values and pushes one."""
        tape, pending, before, after = self.tape, self.tape.pending, self.before, self.after
        put, extend, settle = tape.words.append, tape.words.extend, self.settle
        scalars = self.shadow.scalars
        word, base = row[0], depth - row[1]

        def replacing(frame: ObservedFrame, stack: Words, operand: object) -> object:
            if pending:
                before(frame)
            handler(frame, stack, operand)
            if pending:
                return after(frame)
            record = frame.record
            value = stack[-1]
            if id(type(value)) not in scalars:
                settle(frame, record, row, depth, 0)
                put(word)
            elif record.top < base:
                extend((1, value, word))
            elif (
                record.places[-2] < base and record.shades[-1].count > 1
            ):  # a single object is taken, and held elsewhere
                record.places.pop()
                record.top = record.places[-1]
                record.shades.pop().count -= 1
                extend((1, value, word))
            else:
                settle(frame, record, row, depth, 0)
                put(word)
            tape.room -= 1
            if not tape.room:
                tape.start_chunk()
            return None

        return replacing

    def _storing(self, row: Row, depth: int, handler: Handler) -> Handler:
        """Moves the top of the stack to a fast local slot."""
        tape, pending, before, after = self.tape, self.tape.pending, self.before, self.after
        put, extend = tape.words.append, tape.words.extend
        release, zeros, purge, store = self.shadow.release, self.shadow.zeros, self.shadow.purge, ops.STORE
        word, place, slot = row[0], depth - 1, row[2]

        def storing(frame: ObservedFrame, stack: Words, operand: object) -> object:
            if pending:
                before(frame)
            handler(frame, stack, operand)
            if pending:
                return after(frame)
            record = frame.record
            slots = record.slots
            gone = slots.pop(slot, None) if slots else None
            if record.top == place:
                (slots[slot],) = record.take(place)
            if gone is None:
                extend((store, slot, word))
            else:
                extend((store, slot))
                release(gone)
                if zeros:
                    purge()
                put(word)
            tape.room -= 1
            if not tape.room:
                tape.start_chunk()
            return None

        return storing

    def _branching(self, row: Row, depth: int, handler: Handler) -> Handler:
        """Takes a value, and jumps or not."""
        tape, pending, before, after = self.tape, self.tape.pending, self.before, self.after
        put, extend, settle, branch = tape.words.append, tape.words.extend, self.settle, ops.BRANCH
        word, base = row[0], depth - row[1]

        def branching(frame: ObservedFrame, stack: Words, operand: object) -> object:
            if pending:
                before(frame)
            target = handler(frame, stack, operand)
            if pending:
                after(frame)
                return target
            record = frame.record
            if record.top < base:
                extend((0, branch, target is not None, word))
            else:
                settle(frame, record, row, depth, _following(frame, target))
                put(word)
            tape.room -= 1
            if not tape.room:
                tape.start_chunk()
            return target

        return branching

    def _advancing(self, row: Row, depth: int, handler: Handler) -> Handler:
        """Pushes the next value of an iterator, or jumps behind the loop."""
        tape, pending, before, after = self.tape, self.tape.pending, self.before, self.after
        put, extend, settle = tape.words.append, tape.words.extend, self.settle
        scalars, harmless = self.shadow.scalars, self.effects.harmless[plan.ADVANCE][1]
        prepare = self.effects.preparations[plan.ADVANCE]
        word, pops, _act, place = row
        assert isinstance(place, int)
        base = depth - pops

        def advancing(frame: ObservedFrame, stack: Words, operand: object) -> object:
            if pending:
                before(frame)
            record = frame.record
            is_harmless = id(type(stack[place])) in harmless
            if not is_harmless:
                record.held = prepare(stack, base, place)
            target = handler(frame, stack, operand)
            if pending:
                after(frame)
                return target
            if target is None and is_harmless and not pops and id(type(stack[-1])) in scalars:
                extend((1, stack[-1], word))
            else:
                settle(frame, record, row, depth, 0)
                put(word)
            tape.room -= 1
            record.held = None
            if not tape.room:
                tape.start_chunk()
            return target

        return advancing

    def _guarded(self, row: Row, depth: int, handler: Handler) -> Handler:
        """Takes values and pushes one; what else it may do depends on the type of one of them."""
        tape, pending, before, after = self.tape, self.tape.pending, self.before, self.after
        put, extend, settle = tape.words.append, tape.words.extend, self.settle
        scalars = self.shadow.scalars
        word, pops, act, detail = row
        base = depth - pops
        place, harmless = self.effects.harmless[act]
        prepare = self.effects.preparations[act]

        def guarded(frame: ObservedFrame, stack: Words, operand: object) -> object:
            if pending:
                before(frame)
            record = frame.record
            if id(type(stack[place])) not in harmless:
                record.held = prepare(stack, base, detail)
            handler(frame, stack, operand)
            if pending:
                return after(frame)
            if record.held is not None or id(type(stack[-1])) not in scalars:
                settle(frame, record, row, depth, 0)
                put(word)
            elif record.top < base:
                extend((1, stack[-1], word))
            elif (
                record.places[-2] < base and record.shades[-1].count > 1
            ):  # a single object is taken, and held elsewhere
                record.places.pop()
                record.top = record.places[-1]
                record.shades.pop().count -= 1
                extend((1, stack[-1], word))
            else:
                settle(frame, record, row, depth, 0)
                put(word)
            tape.room -= 1
            record.held = None  # which may run a finaliser: the step is complete, and can be opened again
            if not tape.room:
                tape.start_chunk()
            return None

        return guarded

    def _prepared(self, row: Row, depth: int, handler: Handler) -> Handler:
        """Calls, or changes what it was given."""
        tape, pending, before, after = self.tape, self.tape.pending, self.before, self.after
        put, settle = tape.words.append, self.settle
        word, pops, act, detail = row
        base = depth - pops
        prepare = self.effects.preparations[act]
        can_leave = act == plan.CALL

        def prepared(frame: ObservedFrame, stack: Words, operand: object) -> object:
            if pending:
                before(frame)
            record = frame.record
            record.held = prepare(stack, base, detail)
            target = handler(frame, stack, operand)
            if pending:
                after(frame)
                return target
            if can_leave and target is not None:
                return target
            settle(frame, record, row, depth, 0)
            put(word)
            tape.room -= 1
            record.held = None  # which may run a finaliser: the step is complete, and can be opened again
            if not tape.room:
                tape.start_chunk()
            return target

        return prepared

    def _returning(self, handler: Handler) -> Handler:
        """Leaves the frame: the recorder is told of it next."""
        pending, before, after = self.tape.pending, self.before, self.after

        def returning(frame: ObservedFrame, stack: Words, operand: object) -> object:
            if pending:
                before(frame)
            target = handler(frame, stack, operand)
            if pending:
                after(frame)
            return target

        return returning

    def _calling(self, row: Row, depth: int, handler: Handler) -> Handler:
        """Calls with positional arguments."""
        tape, pending, before, after = self.tape, self.tape.pending, self.before, self.after
        put, settle, null = tape.words.append, self.settle, self.effects.null
        word, pops, act, detail = row
        base = depth - pops
        prepare = self.effects.preparations[act]

        def calling(frame: ObservedFrame, stack: Words, operand: object) -> object:
            if pending:
                before(frame)
            called = stack[base]
            if called is null:
                called = stack[base + 1]
            record = frame.record
            if type(called) is not FunctionType or called.__globals__ is not frame.globals:
                record.held = prepare(stack, base, detail)
            called = None
            target = handler(frame, stack, operand)
            if pending:
                after(frame)
                return target
            if target is not None:
                return target
            settle(frame, record, row, depth, 0)
            put(word)
            tape.room -= 1
            record.held = None  # which may run a finaliser: the step is complete, and can be opened again
            if not tape.room:
                tape.start_chunk()
            return None

        return calling

    def _general(self, row: Row, depth: int, handler: Handler, *, can_leave: bool) -> Handler:
        """Does anything else."""
        tape, pending, before, after = self.tape, self.tape.pending, self.before, self.after
        put, settle = tape.words.append, self.settle
        word = row[0]

        def general(frame: ObservedFrame, stack: Words, operand: object) -> object:
            if pending:
                before(frame)
            target = handler(frame, stack, operand)
            if pending:
                after(frame)
                return target
            if can_leave and target is not None:
                return target
            settle(frame, frame.record, row, depth, _following(frame, target))
            put(word)
            tape.room -= 1
            if not tape.room:
                tape.start_chunk()
            return target

        return general


def _following(frame: ObservedFrame, target: object) -> int:
    """The index of the instruction that follows one which has executed."""
    return target if type(target) is int else frame.ip
