"""Handlers that do nothing but move values, or store or test one."""

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.frames import ObservedFrame
from calcharo_vm.recording.handlers import Handler, HandlerMaker, following
from calcharo_vm.recording.identity import Words
from calcharo_vm.recording.plan import Row


class StackHandlers(HandlerMaker):
    """Makes the handlers of instructions whose journal is known from the instruction alone."""

    def passing(self, row: Row, handler: Handler) -> Handler:
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

    def pushing(self, row: Row, depth: int, handler: Handler) -> Handler:
        """Pushes one value and takes none."""
        tape, pending, before, after = self.tape, self.tape.pending, self.before, self.after
        put, extend, settle = tape.words.append, tape.words.extend, self.settle
        shadow = self.shadow
        scalars, by_id = shadow.scalars, shadow.by_id
        word = row[0]

        def pushing(frame: ObservedFrame, stack: Words, operand: object) -> object:
            if pending:
                before(frame)
            target = handler(frame, stack, operand)
            if pending:
                after(frame)
                return target
            value = stack[-1]
            cls = type(value)
            if cls is int or cls is float or cls is str or id(cls) in scalars:
                extend((1, value, word))
            else:
                record = frame.record
                shade = by_id.get(id(value))
                if shade is not None and shade.count and shade.epoch == shadow.epoch and shade.type_address == id(cls):
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

    def constant(self, row: Row, constant: object, handler: Handler) -> Handler:
        """Pushes a scalar of the code's own."""
        tape, pending, before, after = self.tape, self.tape.pending, self.before, self.after
        extend, words = tape.words.extend, (1, constant, row[0])

        def pushing_constant(frame: ObservedFrame, stack: Words, operand: object) -> object:
            if pending:
                before(frame)
            target = handler(frame, stack, operand)
            if pending:
                after(frame)
                return target
            extend(words)
            tape.room -= 1
            if not tape.room:
                tape.start_chunk()
            return None

        return pushing_constant

    def pushing_two(self, row: Row, depth: int, handler: Handler) -> Handler:
        """Pushes two values and takes none."""
        tape, pending, before, after = self.tape, self.tape.pending, self.before, self.after
        put, extend, settle = tape.words.append, tape.words.extend, self.settle
        shadow = self.shadow
        scalars, by_id = shadow.scalars, shadow.by_id
        word = row[0]

        def pushing_two(frame: ObservedFrame, stack: Words, operand: object) -> object:
            if pending:
                before(frame)
            target = handler(frame, stack, operand)
            if pending:
                after(frame)
                return target
            first, second = stack[depth], stack[-1]
            if id(type(second)) in scalars:
                shade = by_id.get(id(first))
                cls = id(type(first))
                if cls in scalars:
                    extend((2, first, second, word))
                elif shade is not None and shade.count and shade.epoch == shadow.epoch and shade.type_address == cls:
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

    def dropping(self, row: Row, depth: int, handler: Handler) -> Handler:
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

    def replacing(self, row: Row, depth: int, handler: Handler) -> Handler:
        """Takes values and pushes one."""
        tape, pending, before, after = self.tape, self.tape.pending, self.before, self.after
        put, extend, settle = tape.words.append, tape.words.extend, self.settle
        scalars = self.shadow.scalars
        word, base = row[0], depth - row[1]

        def replacing(frame: ObservedFrame, stack: Words, operand: object) -> object:
            if pending:
                before(frame)
            target = handler(frame, stack, operand)
            if pending:
                after(frame)
                return target
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

    def storing(self, row: Row, depth: int, handler: Handler) -> Handler:
        """Moves the top of the stack to a fast local slot."""
        tape, pending, before, after = self.tape, self.tape.pending, self.before, self.after
        put, extend = tape.words.append, tape.words.extend
        release, zeros, purge, store = self.shadow.release, self.shadow.zeros, self.shadow.purge, ops.STORE
        word, place, slot = row[0], depth - 1, row[2]

        def storing(frame: ObservedFrame, stack: Words, operand: object) -> object:
            if pending:
                before(frame)
            target = handler(frame, stack, operand)
            if pending:
                after(frame)
                return target
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

    def branching(self, row: Row, depth: int, handler: Handler) -> Handler:
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
                settle(frame, record, row, depth, following(frame, target))
                put(word)
            tape.room -= 1
            if not tape.room:
                tape.start_chunk()
            return target

        return branching
