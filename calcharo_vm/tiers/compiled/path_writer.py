"""Writes host code from a basic block on: values that only move get no code, words are written once a path."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.anatomy import outlives_the_program
from calcharo_vm.tiers.compiled import reading
from calcharo_vm.tiers.compiled.assembly import Goto, Line
from calcharo_vm.tiers.compiled.values import SCALARS, Value, are_mixed, held_values, only_one, type_test
from calcharo_vm.tiers.compiled.written import ROOM, Declined, Ended, Point, Written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from calcharo_vm.tiers.compiled.subject import Subject
    from calcharo_vm.tiers.compiled.templates.functions import Making

Fact = tuple[str | None, ...]
"""A kind of fact, what it is about, and a name."""


class PathWriter:
    """Writes the code of a path, block by block, and knows what is left to be told.

    Attributes:
        subject: What code is made of.
        written: What is written so far.
        index: The instruction that is being written.
        steps: How many steps are complete.
        is_over: Whether the instruction leaves the path, so that nothing follows.
        on_raise: Writes, with another writer, what follows if the instruction raises what a variable has.
        handled: The exception whose handler the path has entered, and the eval loop has not.
        making: The function that the latest instructions make, if they do.
        going_back: The instruction that handlers go on with where a later one is left to them, since what it does is
            not to be seen before that later one; None if they go on with that.
    """

    def __init__(self, subject: Subject, first: int, points: dict[int, Point]) -> None:
        self.subject = subject
        self.written = Written(points)
        self.index = first
        self.steps = 0
        self._steps_told = 0
        self._dropped: list[str] = []
        self._depth = subject.plan.depths[first]
        self._words: list[str] = []
        self._stack: list[Value] = []
        self._slots: dict[int, Value] = {}
        self._facts: dict[Fact, Any] = {}
        self._objects: list[str] = []
        self._named = 0
        self._nested = 0
        self._class_changes = -1
        self._point = 0
        self.is_over = False
        self.on_raise: Callable[[PathWriter, str], None] | None = None
        self.handled: Value | None = None
        self._unseen: dict[str | None, str] = {}  # of each shade of an exception, when nobody can tell that that goes
        self.making: Making | None = None
        self.going_back: int | None = None

    # --- paths -----------------------------------------------------------------------------------

    def copy(self) -> PathWriter:
        """Another writer that goes on from here, in the same lines."""
        other = copy.copy(self)
        other._words, other._stack, other._slots = self._words.copy(), self._stack.copy(), self._slots.copy()
        other._objects, other._dropped = self._objects.copy(), self._dropped.copy()
        other._facts = self._facts.copy()
        return other

    def nest(self, opening: str) -> None:
        """Has what is written from now on execute only under a condition."""
        self.emit(opening)
        self._nested += 1

    def decided(self, value: Value, *, truth: bool) -> None:
        """Takes note that a truth value has been looked at: what is told of it need not be looked up any more."""
        if value.type is bool and not value.code.startswith("constant"):
            self._words = [str(truth) if word == value.code else word for word in self._words]

    @property
    def nesting(self) -> int:
        """Under how many conditions the writer is."""
        return self._nested

    # --- instructions ----------------------------------------------------------------------------

    @property
    def oparg(self) -> int:
        """The argument of the instruction."""
        return self.subject.linked.decoded.opargs[self.index]

    @property
    def opname(self) -> str:
        """The name of the opcode."""
        return self.subject.plan.opnames[self.index]

    @property
    def step_word(self) -> str:
        """The word that ends the instruction's step."""
        return str(self.subject.plan.rows[self.index][0])

    def operand_types(self, place: int) -> frozenset[type]:
        """The types seen of an operand, by its place from the top of the stack, from 1."""
        return self.subject.profile.types_at(self.index, place)

    @property
    def result_types(self) -> frozenset[type]:
        """The types seen on top of the stack after the instruction."""
        return frozenset(self.subject.profile.results.get(self.index, ()))

    def begin(self, index: int) -> None:
        """Begins an instruction."""
        self.index = index
        self.on_raise = None
        self.written.instructions += 1
        self._mark()

    def _mark(self, *, is_calling: bool = False, gives: str | None = None) -> None:
        """Takes note of what is done: from here on, this is what has to be told."""
        points = self.written.points
        self._point = len(points)
        steps = 0 if is_calling else self.steps - self._steps_told
        depth, stack = self._depth, tuple(self._stack)
        if self.subject.is_direct:
            depth, stack = 0, (*held_values(depth), *stack)
        index = self.index if self.going_back is None else self.going_back
        handled = "" if self.handled is None else self.handled.code
        done = Point(index, tuple(self._words), steps, depth, stack, gives, handled)
        points[self._point] = done

    def end(self, *words: str, is_purging: bool = False) -> None:
        """Ends the instruction: these words are of its step.

        With `is_purging`, what it has recorded may be the end of what was recorded before.
        """
        self._words += words
        if self._dropped or is_purging:
            self._drop()
        self._words.append(self.step_word)
        self.steps += 1

    def catch_up(self) -> None:
        """Tells of the instructions that it was to go back to: from here on, nothing is left to handlers."""
        if self.going_back is not None:
            rows = self.subject.plan.rows
            self._words += (str(rows[index][0]) for index in range(self.going_back, self.index))
            self.steps += self.index - self.going_back
            self.going_back = None
            self._mark()

    def add_words(self, *words: str) -> None:
        """Tells what the instruction has done so far; it goes on."""
        self._words += words

    def end_with_call(self, *words: str) -> None:
        """Writes what ends the path: the words of the instruction's step, which somebody else completes."""
        self._stay_in_frame()
        self._words += words
        self.commit(following=self.index, is_complete=False)
        self._steps_told = self.steps = self.steps + 1
        self.written.most_steps = max(self.written.most_steps, self.steps)

    def _stay_in_frame(self) -> None:
        """Leaves it to the handler to go on in another frame from a handler that only the path has entered."""
        if self.handled is not None:
            raise Declined

    def tell(self) -> None:
        """Tells what is complete, so that what comes next may tell of itself."""
        if self._words:
            self._tell()
            self._words.clear()
            self._steps_told = self.steps
            self._mark()

    def let_go_of(self, value: Value) -> None:
        """Has an object released when the instruction ends: whatever becomes of it, nobody can tell."""
        if value.is_owned:
            self._dropped.append(str(value.shade))

    def call(
        self,
        code: str,
        preparing: Sequence[str] = (),
        words: Sequence[str] = ("0",),
        gives: str | None = None,
        steps: int = 1,
    ) -> str:
        """Calls a function that tells of itself what it does, and gives the variable that has what it returns.

        What comes next begins with what `code` has returned, when the instruction is complete.

        Args:
            code: The call.
            preparing: Lines that come before it, and may tell of what the function gets.
            words: The words of the instruction so far.
            gives: See `Point`.
            steps: How many steps there must be room for.
        """
        self._stay_in_frame()
        self._own_stack()
        self._words += words
        if self._words:
            self._tell()
        self.let_others_run({gives, *(value.code for value in self._stack)})
        self._words.clear()
        self.steps += steps
        self._steps_told = self.steps
        self._mark(is_calling=True, gives=gives)
        for line in preparing:
            self.emit(line)
        result = self.name("r")
        self.emit(f"{result} = {code}")
        return result

    def let_others_run(self, kept: set[str | None]) -> None:
        """Lets go of all objects but those of some variables, and forgets what is known: other frames execute."""
        gone = [name for name in self._objects if name not in kept]
        if gone:
            self.emit(f"{' = '.join(gone)} = None")
        self._objects = [name for name in self._objects if name in kept]
        self._slots = {slot: value for slot, value in self._slots.items() if value.code not in gone}
        self._facts.clear()
        self._class_changes = -1

    def give_up(self, name: str) -> None:
        """Lets go of what a variable has: if it is needed once more, it is read again."""
        self.emit(f"{name} = None")
        self._slots = {slot: value for slot, value in self._slots.items() if value.code != name}

    def go_on_with(self, result: Value) -> None:
        """Goes on at the next instruction with what a call has returned, unless something is pending by then."""
        self.push(result)
        self.index += 1
        self._mark()
        self.leave_if(f"pending or (tape.room <= {ROOM} and tape.is_full_for({ROOM}))")

    def leave_with(self, result: Value) -> None:
        """Leaves to the next instruction's handler what is not as it was before."""
        other = self.copy()
        other.push(result)
        other.leave_at(other.index + 1)

    def _own_stack(self) -> None:
        """Counts what lies on the stack: it may be all that holds it."""
        for value in self._stack:
            if value.shade is not None and not value.is_owned:
                self.emit(value.if_object(f"{value.shade}.count += 1"))
        self._stack = [attrs.evolve(value, is_owned=value.shade is not None) for value in self._stack]

    def _tell(self) -> None:
        """Tells what is done so far, in the middle of a step."""
        folded = self.subject.fold((*self._words, ""))
        self.emit(f"extend(({', '.join(word for word in folded if word)},))")
        if self.steps > self._steps_told:
            self.emit(f"tape.room -= {self.steps - self._steps_told}")

    def _drop(self) -> None:
        """Tells what the block has done, and lets objects go, which tells that they are gone."""
        self._own_stack()
        self._tell()
        for shade in self._dropped:
            self.emit(f"release({shade})")
        self.emit("if zeros: purge()")
        self._words.clear()
        self._dropped.clear()
        self._steps_told = self.steps

    # --- code ------------------------------------------------------------------------------------

    def emit(self, text: str, depth: int = 0) -> None:
        """Adds a line of code."""
        self.written.lines.append(Line(text, self._point, self._nested + depth))

    def emit_resuming(self, text: str, depth: int = 0) -> None:
        """Adds a line in which frames of the program execute: what it raises is raised again as it is."""
        self.written.lines.append(Line(text, -1, self._nested + depth))

    def go(self, target: int, depth: int = 0) -> None:
        """Goes on at another instruction: nothing of the path may follow."""
        self.written.lines.append(Goto(target, self._nested + depth))

    def name(self, prefix: str) -> str:
        """A name that no other variable of the block has."""
        self._named += 1
        return f"{prefix}{self.index}_{self._named}"

    def leave_unless(self, condition: str) -> None:
        """Has the handlers go on with this instruction where a condition does not hold; nothing may be done yet."""
        self.leave_if(f"not ({condition})")

    def leave_if(self, condition: str) -> None:
        """Has the handlers go on with this instruction where a condition holds."""
        self.emit(f"if {condition}: {self.leaving}")

    def leave(self) -> None:
        """Has the handlers go on with this instruction."""
        self.emit(self.leaving)

    def leave_at(self, index: int) -> None:
        """Has the handlers go on at an instruction, which is the next one."""
        self.index = index
        self._mark()
        self.leave()
        self.written.most_steps = max(self.written.most_steps, self.steps)

    @property
    def leaving(self) -> str:
        """The line that has the handlers go on with this instruction."""
        return "raise Left" if self.subject.is_direct else f"return leave(frame, {self._point}, locals())"

    def operate(self, name: str, code: str) -> None:
        """Computes what the instruction gives, which may raise; nothing may be done yet."""
        on_raise, self.on_raise = self.on_raise, None
        if on_raise is None:
            self.emit(f"{name} = {code}")
            return
        caught = self.name("e")
        self.emit(f"{caught} = None")
        self.emit("try:")
        self.emit(f"{name} = {code}", 1)
        self.emit(f"except CATCHES as error: {caught} = error.with_traceback(None)")  # which would keep the function
        side, written = self.copy(), self.written
        side.nest(f"if {caught} is not None:")
        mark = written.mark()
        try:
            on_raise(side, caught)
        except Declined:
            written.back_to(mark)
            self.emit(self.leaving, 1)
        self.nest("else:")

    def only_raises(self, code: str) -> None:
        """Computes what has always raised; if it does not, the handler goes on.

        Raises:
            Declined: It has not raised, either.
            Ended: Nothing follows.
        """
        if self.on_raise is None:
            raise Declined
        self.operate(self.name("v"), code)
        self.leave()
        raise Ended

    def hold(self, code: str) -> str:
        """Computes an object and gives it a name, which is forgotten at the end of the block."""
        name = self.name("o")
        self._objects.append(name)
        self.operate(name, code)
        return name

    def keep(self, name: str) -> None:
        """Has a variable that holds an object forgotten at the end of the block."""
        self._objects.append(name)

    # --- the stack -------------------------------------------------------------------------------

    def _record_fresh(self) -> None:
        """Records a new tuple after all that is on top of the stack: it is not taken apart in this path."""
        value = self._stack[-1] if self._stack else None
        if value is not None and value.fresh is not None:
            shade = self.name("s")
            self.emit(f"{shade} = {value.shade}")
            self._stack[-1] = attrs.evolve(value, shade=shade, fresh=None)

    def push(self, value: Value) -> None:
        """Puts a value on the stack."""
        self._stack.append(value)

    def need(self, count: int) -> None:
        """Makes sure that so many values on top of the stack are known: those that lay there before are taken."""
        while len(self._stack) < count:
            place = len(self._stack) + 1
            kinds = self.operand_types(place)
            if self._depth == 0 or not kinds:
                raise Declined
            self._stack.insert(0, reading.taken(self, self._depth - 1, kinds))
            self._depth -= 1
            self._mark()

    def drop_held(self) -> None:
        """Drops what lies on top of what blocks leave to each other, in a step that tells of it now."""
        self._depth -= 1
        (held,) = held_values(self._depth + 1)[self._depth :]
        self._tell()
        self.emit(f"release({held.shade})")
        self.emit(f"{held.code} = {held.shade} = None")
        self.emit("if zeros: purge()")
        self._words.clear()
        self._steps_told = self.steps

    def drop_top(self) -> None:
        """The same for what lies on top of the frame's stack."""
        self._depth -= 1
        self.emit("stack.pop()")
        self._tell()
        self.emit("release(record.take_top())")
        self.emit("if zeros: purge()")
        self._words.clear()
        self._steps_told = self.steps

    def peek(self, place: int) -> Value:
        """The value at a place from the top of the stack, from 1: a scalar or an object, as has been seen there.

        Raises:
            Declined: Both have been seen.
        """
        value = self.settled(self.peek_any(place), self.operand_types(place))
        if value.is_mixed:
            raise Declined
        return value

    def peek_any(self, place: int) -> Value:
        """The same, for instructions that need not know whether it is a scalar or an object."""
        self.need(place)
        return self._stack[-place]

    def settled(self, value: Value, kinds: frozenset[type]) -> Value:
        """A value that may be a scalar or an object, known to be one of them if only that has been seen."""
        if not value.is_mixed or not kinds or are_mixed(kinds):
            return value
        self.leave_unless(f"{value.shade} is {'' if kinds <= SCALARS else 'not '}None")
        if kinds <= SCALARS:
            return self._now(value, shade=None, is_owned=False, is_mixed=False)
        return self._now(value, is_mixed=False)

    def _now(self, value: Value, **known: Any) -> Value:
        """Takes note of what is known of a value, wherever it is."""
        self._stack = [attrs.evolve(each, **known) if each.code == value.code else each for each in self._stack]
        self._slots = {
            slot: attrs.evolve(each, **known) if each.code == value.code else each for slot, each in self._slots.items()
        }
        return attrs.evolve(value, **known)

    def own_top(self) -> Value:
        """The value on top of the stack, counted as what lies there."""
        value = self.peek_any(1)
        if value.shade is not None and not value.is_owned:
            self.emit(value.if_object(f"{value.shade}.count += 1"))
            value = self._stack[-1] = attrs.evolve(value, is_owned=True)
            self._mark()
        return value

    def beneath(self, place: int) -> Value:
        """The object that lies beneath the top of the stack, by its place from there, and stays there.

        Raises:
            Declined: It is a scalar.
        """
        if place < len(self._stack):
            value = self._stack[-place - 1]
            if value.shade is None or value.is_mixed:
                raise Declined
            return value
        at = self._depth + len(self._stack) - place - 1
        if self.subject.is_direct:
            return held_values(at + 1)[at]
        container, shade = self.hold(f"stack[{at}]"), self.name("s")
        self.emit(f"{shade} = record.shades[record.places.index({at})]")
        return Value(container, None, shade)

    def kind(self, place: int) -> type | None:
        """The one type that a value on the stack is known to have, or has always had; None where there is none."""
        known = self.peek(place).type
        return only_one(self.operand_types(place)) if known is None else known

    def give(self, value: Value) -> None:
        """Pushes the one value that the instruction gives, and ends it."""
        self.push(value)
        self.end("1", value.word)

    def use(self, count: int, *, is_end: bool = False) -> None:
        """Takes so many values from the stack that something else holds, too: using them up ends nothing.

        It comes after all that may have to be left to the handler. With `is_end`, it is their end from the start, if
        nobody can tell.
        """
        self.need(count)
        taken = self._stack[-count:]
        self._dropped += [str(value.shade) for value in taken if value.is_constant and value.is_owned]
        owned = [value for value in taken if value.is_owned and not value.is_constant]
        is_dropping = is_end or self.index in self.subject.dropping
        if owned:  # all of them may be one object
            stays = " and ".join(value.or_scalar(f"{value.shade}.count > {len(owned)}") for value in owned)
            if len(owned) > 1:
                stays = f"({stays} or are_held(({', '.join(str(value.shade) for value in owned)})))"
            going = ", ".join(value.going for value in owned)
            self.leave_unless(f"{stays} or go_unseen(({going},))" if is_dropping else stays)
        if is_dropping:
            self._dropped += [str(value.shade) for value in owned]
        else:
            for value in owned:
                self.emit(value.if_object(f"{value.shade}.count -= 1"))
        del self._stack[-count:]

    def hand_over(self, count: int) -> list[Value]:
        """Takes so many values from the stack, which go elsewhere or are released by who gets them."""
        self.need(count)
        base = len(self._stack) - count
        values = self._stack[base:]
        del self._stack[base:]
        return values

    def hand_over_above(self, depth: int) -> list[Value]:
        """Takes all values above so many of them from the stack, as `hand_over` does."""
        return self.hand_over(self._depth + len(self._stack) - depth)

    def take(self) -> Value:
        """Takes the value on top of the stack, which goes elsewhere."""
        self.need(1)
        return self._stack.pop()

    def swap(self, place: int) -> list[Value]:
        """Exchanges the top of the stack with the value at a place from it; returns what lies there and above."""
        self.need(place)
        stack = self._stack
        stack[-1], stack[-place] = stack[-place], stack[-1]
        return stack[-place:]

    def is_empty(self) -> bool:
        """Whether the block has left nothing on the stack so far."""
        return not self._stack

    @property
    def depth(self) -> int:
        """How long the frame's stack is, without what the block has left on it."""
        return self._depth

    # --- values ----------------------------------------------------------------------------------

    def scalar(self, code: str, kind: type | None) -> Value:
        """Computes a scalar and gives it a name."""
        name = self.name("v")
        self.operate(name, code)
        return Value(name, kind)

    def only(self, value: Value, kind: type) -> Value:
        """The same value where it is known to be of a type: the code looks, unless that is known already."""
        if value.type is kind:
            return value
        if value.type is not None or kind is object:
            raise Declined
        self.leave_unless(type_test(value.code, kind))
        if value.is_mixed and kind in SCALARS:
            return self._now(value, type=kind, shade=None, is_owned=False, is_mixed=False)
        return self._now(value, type=kind, is_mixed=False)

    def seen(self, value: Value, kinds: frozenset[type]) -> Value:
        """A scalar that has just been read, and can be read again, as one of the types that were seen there."""
        if not kinds or not kinds <= SCALARS:
            raise Declined
        if len(kinds) == 1:
            return self.only(value, next(iter(kinds)))
        self.leave_unless(f"id(type({value.code})) in SCALAR_IDS")
        return value

    def part(self, code: str, recorded: str, kinds: frozenset[type]) -> Value:
        """What a container holds: `code` reads it there, `recorded` from what is recorded of it."""
        if not kinds:
            self.only_raises(code)
        return reading.part(self, code, recorded, kinds)

    def known_object(self, name: str) -> Value:
        """An object that is recorded: its shade is looked up by its address."""
        shade = self.name("s")
        self.emit(f"{shade} = by_id[id({name})]")
        self.leave_unless(
            f"{shade}.count and {shade}.epoch == shadow.epoch and {shade}.type_address == id(type({name}))"
        )
        return Value(name, None, shade)

    def permanent(self, value: object) -> Value:
        """An object that belongs to the interpreter, such as a method of a built-in type."""
        shade = self.subject.shadow.held(value)
        if shade is None or not outlives_the_program(value, shade.kind):
            raise Declined
        name = self.subject.constant(f"object_{self.index}", value)
        return Value(name, None, self.subject.constant(f"shade_{self.index}", shade), constant=value)

    def instance(self, value: Value, classes: Sequence[type]) -> None:
        """Makes sure that a value is an instance of a class of the program, all of which are as they are now."""
        self.unchanged_classes()
        fact, addresses = ("class", value.shade), {id(cls) for cls in classes}
        if not self._facts.get(fact, addresses | {0}) <= addresses:
            address = f"{value.shade}.type_address"
            self.leave_unless(" or ".join(f"{address} == {self.subject.address(id(cls))}" for cls in classes))
            self._facts[fact] = addresses

    def unchanged_classes(self) -> None:
        """Makes sure that the program's classes are as they are now."""
        if self._class_changes < 0:
            self._class_changes = self.subject.shadow.class_changes
            now = self.subject.constant("class_changes", self._class_changes)
            self.leave_unless(f"shadow.class_changes == {now}")

    # --- what stays as it is ---------------------------------------------------------------------

    def known(self, *fact: str | None) -> Any:
        """What has been noted of a fact in this path, and has not changed since; None if nothing has."""
        return self._facts.get(fact)

    def note(self, found: object, *fact: str | None) -> None:
        """Takes note of what an attribute or a global name stands for, so that it need not be read again."""
        self._facts[fact] = found

    def changes(self, kind: str, name: str | None = None) -> None:
        """Forgets what was noted of a kind, or only of one name, because it may be something else from now on."""
        self._facts = {
            fact: found for fact, found in self._facts.items() if fact[0] != kind or name not in {None, fact[-1]}
        }

    # --- slots -----------------------------------------------------------------------------------

    def load(self, slot: int, kinds: frozenset[type]) -> Value:
        """The value of a fast local slot, which is of one of the types that were seen there."""
        known = self._slots.get(slot)
        if known is not None:
            return self.settled(known, kinds)
        if not kinds:
            raise Declined
        value = self._slots[slot] = reading.local(self, slot, kinds)
        return value

    @property
    def slots(self) -> int:
        """How many fast local slots there are, with those of cells and free variables."""
        return len(self.subject.frame.fast)

    def slot_value(self, slot: int) -> Value | None:
        """The value of a fast local slot, if the path has read or stored it."""
        return self._slots.get(slot)

    def forget(self, slot: int) -> None:
        """Takes note that a slot holds something else."""
        self._slots.pop(slot, None)

    def store(self, slot: int, value: Value) -> None:
        """Moves a value to a fast local slot; the value there before must be held elsewhere, too, or be a scalar."""
        self.put_in_slot(slot, value, self.let_go(slot, "goes_unseen({gone}, fast[{slot}])"))

    def let_go(self, slot: int, may_go: str = "is_plain({gone})") -> str | None:
        """Makes sure that the value of a slot may go, and gives the variable that has its shade, if it has one.

        `may_go` is the condition that what nothing else holds may go; others may go at the same time.
        """
        old = self._slots.get(slot)
        if old is not None and old.is_scalar:
            return None
        gone = self.name("gone")
        self.emit(f"{gone} = slots.get({slot})")
        unseen = "" if old is None else self._unseen.get(old.shade)
        if unseen:
            self.leave_unless(f"{gone}.count > 1 or {unseen}")
            return gone
        plain = f" or {may_go.format(gone=gone, slot=slot)}" if self.index in self.subject.dropping else ""
        self.leave_unless(f"{gone} is None or {gone}.count > 1{plain}")
        return gone

    def _is_caught(self, value: Value | None) -> bool:
        """Returns whether a value is an exception that the path has handled."""
        return value is not None and value.shade in self._unseen

    def put_in_slot(self, slot: int, value: Value, gone: str | None) -> None:
        """Puts a value into a slot, after `let_go`."""
        if gone is not None:
            self.emit(f"if {gone} is not None:")
            self.emit(f"del slots[{slot}]", 1)  # the order decides in which objects end with the frame
            if self.index in self.subject.dropping or self._is_caught(self._slots.get(slot)):
                self._dropped.append(gone)
            else:
                self.emit(f"{gone}.count -= 1", 1)
        self.emit(f"fast[{slot}] = {value.code}")
        if value.shade is not None:
            if not value.is_owned:
                self.emit(value.if_object(f"{value.shade}.count += 1"))
            self.emit(value.if_object(f"slots[{slot}] = {value.shade}"))
        self._slots[slot] = attrs.evolve(value, is_owned=False)

    # --- handlers of exceptions ------------------------------------------------------------------

    def enter_handler(self, error: Value) -> None:
        """Takes note that an exception is the current one from now on: only the path knows of it."""
        name = self.name("h")
        self.emit(f"{name} = {error.code}")
        self._objects.append(name)
        self.handled = attrs.evolve(error, code=name)
        self._unseen = {error.shade: f"ends_unseen(frame, {name})", **self._unseen}

    def leave_handler(self) -> None:
        """Has the eval loop leave the handler of an exception, which it has entered."""
        self.commit(following=self.index + 1)
        for text in (f"frame.ip = {self.index + 1}", "return LEAVE_HANDLER"):
            self.written.lines.append(Line(text, -1, self._nested, self.index + 1))

    def pop_handler(self) -> None:
        """Leaves the handler that the path has entered: nobody may be able to tell that the exception goes."""
        assert self.handled is not None
        shade = self.handled.shade
        self.leave_unless(f"{shade}.count or {self._unseen[shade]}")
        self.handled = None

    def caught(self, error: Value, is_plain: str) -> None:
        """Takes note of an exception that the path has caught, of which a variable says whether it is plain."""
        self._unseen = {**self._unseen, error.shade: f"{is_plain} or ends_unseen(frame, {error.code})"}

    def leave_frame(self, code: str) -> None:
        """Goes on in the frame that `code` gives, once it has told all of the instruction."""
        self.written.most_steps = max(self.written.most_steps, self.steps + 1)
        self.emit(f"return {code}")
        self.is_over = True

    def is_handled(self, value: Value) -> bool:
        """Returns whether a value is the exception whose handler the path is in, which keeps it."""
        return self.handled is not None and value.shade == self.handled.shade

    # --- the end of the block --------------------------------------------------------------------

    def commit(self, *, following: int, is_complete: bool = True) -> None:
        """Adds the lines that tell what the path has done, and let its objects go.

        In a handler, the eval loop enters it next, at the instruction that follows.
        """
        self.written.most_steps = max(self.written.most_steps, self.steps)
        self._record_fresh()
        lines = []
        if self._words:
            folded = self.subject.fold(tuple(self._words) if is_complete else (*self._words, ""))
            lines.append(f"extend(({', '.join(word for word in folded if word)},))")
        if self.steps > self._steps_told:
            lines.append(f"tape.room -= {self.steps - self._steps_told}")
        if self.subject.is_direct:
            lines += self._left_in_variables()
        for place, value in enumerate(() if self.subject.is_direct else self._stack, self._depth):
            lines.append(f"stack.append({value.code})")
            if value.shade is not None:
                told = [] if value.is_owned else [f"{value.shade}.count += 1"]
                told += [
                    f"record.places.append({place})",
                    f"record.shades.append({value.shade})",
                    f"record.top = {place}",
                ]
                lines += map(value.if_object, told)
        if self.handled is not None:
            lines.append(f"frame.result = {self.handled.code}")
        if self._objects:
            lines.append(f"{' = '.join(self._objects)} = None")
        for at, text in enumerate(lines, 1):
            rest = tuple(line for line in lines[at:] if not line.endswith(" = None"))
            self.written.lines.append(Line(text, -1, self._nested, following, rest))

    def go_on_in_handler(self, following: int) -> None:
        """Has the eval loop enter the handler that the path is in, and go on there."""
        self.commit(following=following)
        again = ("frame.result = frame.result",)
        for text in (f"frame.ip = {following}", "return ENTER_HANDLER"):
            self.written.lines.append(Line(text, -1, self._nested, following, again))

    def _left_in_variables(self) -> list[str]:
        """The lines that leave to the next block what lies on the stack, where there is no frame."""
        lines = []
        for held, value in zip(held_values(self._depth + len(self._stack))[self._depth :], self._stack, strict=True):
            if value.shade is not None and not value.is_owned:
                lines.append(value.if_object(f"{value.shade}.count += 1"))
            lines.append(f"{held.code}, {held.shade} = {value.code}, {value.shade}")
        return lines
