"""Handlers of instructions that may change objects, call, return or raise."""

from types import FunctionType

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops, plan
from calcharo_vm.recording.effect import Effect
from calcharo_vm.recording.frames import ObservedFrame
from calcharo_vm.recording.handlers import Handler, HandlerMaker, following
from calcharo_vm.recording.identity import Words
from calcharo_vm.recording.iterating import ITERATORS
from calcharo_vm.recording.plan import Row


class EffectHandlers(HandlerMaker):
    """Makes the handlers of instructions that are settled by what they did."""

    def advancing(self, row: Row, depth: int, handler: Handler) -> Handler:
        """Pushes the next value of an iterator, or jumps behind the loop."""
        tape, pending, before, after = self.tape, self.tape.pending, self.before, self.after
        put, extend, settle = tape.words.append, tape.words.extend, self.settle
        scalars, harmless = self.shadow.scalars, self.effects.harmless[plan.ADVANCE][1]
        prepare, ended = self.effects.preparations[plan.ADVANCE], self.shadow.advanced
        zeros, purge = self.shadow.zeros, self.shadow.purge
        word, pops, _act, place = row
        assert isinstance(place, int)
        base, ends, placed, advanced = depth - pops, Effect.ENDS, ITERATORS, ops.ADVANCED

        def advancing(frame: ObservedFrame, stack: Words, operand: object) -> object:
            if pending:
                before(frame)
            record = frame.record
            iterator = stack[place]
            cls = id(type(iterator))
            is_harmless, is_placed = cls in harmless, cls in placed
            if not is_harmless:
                record.held = prepare(stack, base, place)
            target = handler(frame, stack, operand)
            if pending:
                if is_placed and (record.held is None or record.held[0] is ends):  # else all is told
                    record.held = Effect.ADVANCES, iterator
                after(frame)
                return target
            if target is None:
                if is_placed and (is_harmless or record.held[0] is ends):  # type: ignore[index] # it is prepared
                    put(advanced)
                    record.held = None
                if is_harmless and not pops and id(type(stack[-1])) in scalars:
                    extend((1, stack[-1], word))
                else:
                    settle(frame, record, row, depth, 0)
                    put(word)
            else:
                settle(frame, record, row, depth, 0)
                if is_placed:
                    ended((iterator,))
                    if zeros:  # it has let go of what it iterated
                        purge()
                put(word)
            tape.room -= 1
            record.held = None
            if not tape.room:
                tape.start_chunk()
            return target

        return advancing

    def guarded(self, row: Row, depth: int, handler: Handler) -> Handler:
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
            target = handler(frame, stack, operand)
            if pending:
                after(frame)
                return target
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

    def prepared(self, row: Row, depth: int, handler: Handler) -> Handler:
        """Calls, or changes what it was given."""
        tape, pending, before, after = self.tape, self.tape.pending, self.before, self.after
        put, settle = tape.words.append, self.settle
        word, pops, act, detail = row
        base = depth - pops
        prepare = self.effects.prepare_spread if detail is plan.SPREADS else self.effects.preparations[act]
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

    def returning(self, handler: Handler) -> Handler:
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

    def calling(self, row: Row, depth: int, handler: Handler) -> Handler:
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

    def general(self, row: Row, depth: int, handler: Handler, *, can_leave: bool) -> Handler:
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
            settle(frame, frame.record, row, depth, following(frame, target))
            put(word)
            tape.room -= 1
            if not tape.room:
                tape.start_chunk()
            return target

        return general
