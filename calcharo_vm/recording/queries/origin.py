"""The origin of a value: the chain of where it came from, backwards to what made it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from calcharo_vm.errors import RecordingError
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.frame_table import NONE
from calcharo_vm.recording.journal import InstructionInfo
from calcharo_vm.recording.queries.answer import Answer
from calcharo_vm.recording.queries.bindings import Binding, last_binding
from calcharo_vm.recording.queries.endings import return_word
from calcharo_vm.recording.queries.line_steps import is_line
from calcharo_vm.recording.queries.names import Names, Place
from calcharo_vm.recording.queries.objects import ObjectWrites
from calcharo_vm.recording.queries.passing import (
    argument_place,
    bound_method_place,
    operands,
    passed_word,
    stack_before,
    stored_place,
)
from calcharo_vm.recording.queries.raises import raised_first
from calcharo_vm.recording.queries.rows import Link, LinkKind
from calcharo_vm.recording.queries.stacks import Push, Stacks, moved_from
from calcharo_vm.recording.queries.variables import UNBOUND, Variable, accessed, in_slot, same, seen_from
from calcharo_vm.recording.state import State, Thing
from calcharo_vm.recording.values import HeapKind
from calcharo_vm.types import Oid, StepIndex

if TYPE_CHECKING:
    from calcharo_vm.recording.recording import Recording


@attrs.frozen
class _OfVariable:
    """What a variable holds after a step."""

    variable: Variable
    name: str
    step: StepIndex


@attrs.frozen
class _OnStack:
    """What lies at a place of a frame's stack before a step."""

    frame: int
    place: int
    step: StepIndex


@attrs.frozen
class _InObject:
    """What an object has in a slot before a step."""

    oid: Oid
    slot: object
    step: StepIndex


@attrs.frozen
class _Constant:
    """The constant that the instruction of a step returned without pushing it."""

    step: StepIndex


_Question: TypeAlias = _OfVariable | _OnStack | _InObject | _Constant | None
_Answered: TypeAlias = tuple[Link | None, _Question]
"""A link, unless the value only moved, and where to go on."""

_LITERALS = frozenset({"LOAD_CONST", "LOAD_SMALL_INT", "LOAD_COMMON_CONSTANT", "RETURN_CONST"})
_SUBSCRIPT: Final = 26
"""The argument of BINARY_OP that reads an item, since 3.14."""
_OWNERS: Final = {"LOAD_ATTR": 0, "LOAD_METHOD": 0, "LOAD_SUPER_ATTR": 2}
"""Which of its operands an instruction reads an attribute of."""
_MADE: Final = {
    "MAKE_FUNCTION": (LinkKind.OPERATION, "a function is made"),
    "SET_FUNCTION_ATTRIBUTE": (LinkKind.OPERATION, "a function is made"),
    "BEFORE_WITH": (LinkKind.CALLED, "__enter__ returned it"),
    "IMPORT_NAME": (LinkKind.IMPORTED, "imported"),
    "IMPORT_FROM": (LinkKind.IMPORTED, "imported"),
}
_STORED: Final = {
    "LIST_APPEND": "appended",
    "STORE_ATTR": "stored as an attribute",
    "STORE_SUBSCR": "stored as an item",
}
_INPUTS: Final = frozenset({"input", "readline", "read", "readlines"})
_RESUMING: Final = frozenset({"next", "send", "throw", "__next__"})
_LEAVING: Final = frozenset({"RETURN_VALUE", "RETURN_CONST", "YIELD_VALUE"})
_SEQUENCES: Final = frozenset({HeapKind.LIST, HeapKind.TUPLE, HeapKind.DEQUE})


def origin(recording: "Recording", step: StepIndex, name: str) -> Answer[Link]:
    """The chain from what a name means at a step backwards to what made its value."""
    if not isinstance(name, str):
        raise RecordingError(f"the name of a variable was wanted, not {name!r}")
    return Answer(lambda: _Chain(recording).links(step, name), lambda link: link)


class _Chain:
    """Goes from one place to the place that its value came from."""

    def __init__(self, recording: "Recording") -> None:
        self._recording = recording
        self._journal = recording.journal
        self._table = recording.frames
        self._names = Names(recording.journal)
        self._stacks = Stacks(recording)

    def links(self, step: StepIndex, name: str) -> Iterator[Link]:
        """Yields the links, from the last to the first."""
        variable = seen_from(self._recording.state_after(step), self._table.executing(step), name)
        question: _Question = _OfVariable(variable, name, step)
        while question is not None:  # each goes further back
            link, question = self._answer(question)
            if link is not None:
                yield link

    def _answer(self, question: _OfVariable | _OnStack | _InObject | _Constant) -> _Answered:
        match question:
            case _OfVariable():
                return self._of_variable(question)
            case _OnStack():
                push = self._stacks.push_of(question.frame, question.place, question.step)
                return (None, None) if push is None else self._pushed(push, question.place - push.base)
            case _InObject():
                return self._in_object(question)
            case _:
                return self._end(question.step, LinkKind.LITERAL, "a literal")

    def _link(self, step: StepIndex, kind: LinkKind, description: str) -> Link:
        return Link(self._recording[step], kind, description)

    def _end(self, step: StepIndex, kind: LinkKind, description: str) -> _Answered:
        return self._link(step, kind, description), None

    def _function(self, frame: int) -> str:
        return self._journal.codes[self._table.codes[frame]].function

    # --- variables -------------------------------------------------------------------------------

    def _of_variable(self, question: _OfVariable) -> _Answered:
        binding = last_binding(self._recording, question.variable, question.step)
        if binding is None:
            return None, None
        if is_line(self._recording, binding.step):  # which does not tell where it took the value from
            if binding.is_argument:
                what = f"{question.name} is an argument of {self._function(binding.frame)}"
                return self._end(binding.step, LinkKind.ARGUMENT, what)
            return self._end(binding.step, LinkKind.BOUND, f"{question.name} is bound")
        if binding.is_argument:
            return self._argument(binding, question.name)
        state = self._recording.state_after(binding.step)
        bound = self._names.bound(self._journal.word(binding.step))
        places = [accessed(state, binding.frame, access) for access in bound]
        if question.variable not in places:
            return self._end(binding.step, LinkKind.GIVEN, f"{question.name} is set from outside")
        stack = stack_before(self._recording, binding.step, binding.frame)
        place = len(stack) - 1 - places.index(question.variable)
        link = self._link(binding.step, LinkKind.BOUND, f"{question.name} is bound")
        return link, _OnStack(binding.frame, place, binding.step)

    def _argument(self, binding: Binding, name: str) -> _Answered:
        frame, function = binding.frame, self._function(binding.frame)
        slot = self._journal.codes[self._table.codes[frame]].slots.index(name)
        place = argument_place(self._recording, frame, slot)
        passed: _Question = None
        if place is not None:
            passed = _OnStack(self._table.callers[frame], place, self._table.entered[frame])
        elif slot == 0:
            passed = self._receiver(frame)
        if passed is None:
            return self._end(binding.step, LinkKind.GIVEN, f"{name} is what {function} got without being passed it")
        return self._link(binding.step, LinkKind.ARGUMENT, f"{name} is an argument of {function}"), passed

    def _receiver(self, frame: int) -> _Question:
        """What a function's bound method has for `__self__`, where the caller has just read that method."""
        place, caller = bound_method_place(self._recording, frame), self._table.callers[frame]
        read = None if place is None else self._moved_from(caller, place, self._table.entered[frame])
        opname = "" if read is None else self._journal.instructions[read.number].opname
        if read is None or opname not in _OWNERS:
            return None
        got, owner = passed_word(self._recording, frame, 0), read.base + _OWNERS[opname]
        word = stack_before(self._recording, read.step, read.frame)[owner]
        if same(word, got):
            return _OnStack(read.frame, owner, read.step)
        thing = self._before(read.step).heap.get(word.stop) if type(word) is range else None
        if thing is None or thing.type_name != "super" or not same(thing.fields.get("__self__"), got):
            return None
        return self._of_super(self._moved_from(read.frame, owner, read.step), got)

    def _of_super(self, made: Push | None, got: object) -> _Question:
        """What `super` was called with; if with nothing, it took the first argument of the function that called it."""
        if made is None or self._table.executing(made.step) != made.frame:
            return None
        base, words = operands(self._recording, made.step, made.frame)
        places = [at for at, word in enumerate(words) if same(word, got)]
        if places:
            return _OnStack(made.frame, base + places[-1], made.step)
        name = self._journal.codes[self._table.codes[made.frame]].slots[0]
        return _OfVariable(in_slot(self._before(made.step), made.frame, 0), name, made.step - 1)

    # --- what instructions push ------------------------------------------------------------------

    def _pushed(self, push: Push, ordinal: int) -> _Answered:
        info = self._journal.instructions[push.number]
        if push.is_handler:
            raised = raised_first(self._recording, push.step)
            return self._end(raised, LinkKind.RAISED, f"{self._type_at(push)} is raised")
        moved = moved_from(info, push, ordinal)
        if moved is not None:
            return None, _OnStack(push.frame, moved, push.step)
        executing = self._table.executing(push.step)
        if executing != push.frame:
            return self._from_callee(push, ordinal, executing)
        read = self._names.read(push.number)
        if read and info.opname != "LOAD_CLOSURE":
            access = read[min(ordinal, len(read) - 1)]
            return self._read(push, access.name, seen=access.place in (Place.NAMESPACE, Place.GLOBAL), slot=access.slot)
        if info.opname in _LITERALS:
            return self._end(push.step, LinkKind.LITERAL, "a literal")
        return self._made(push, ordinal, info)

    def _type_at(self, push: Push) -> str:
        state = self._recording.state_after(push.step)
        word = state.frames[push.frame].stack[push.base + push.count - 1]
        return state.heap[word.stop].type_name if type(word) is range else "an exception"

    def _read(self, push: Push, name: str, *, seen: bool, slot: int) -> _Answered:
        is_stored_first = self._journal.instructions[push.number].opname == "STORE_FAST_LOAD_FAST"
        last = push.step if is_stored_first else push.step - 1
        state = self._recording.state_after(last)
        variable = seen_from(state, push.frame, name) if seen else in_slot(state, push.frame, slot)
        if variable.word(state) is UNBOUND:
            return self._end(push.step, LinkKind.GIVEN, f"{name} is not a name of the program's own")
        return None, _OfVariable(variable, name, last)

    def _before(self, step: StepIndex) -> State:
        return self._recording.state_after(step - 1)

    def _made(self, push: Push, ordinal: int, info: InstructionInfo) -> _Answered:
        """What the frame's own instruction has made, or read."""
        opname = info.opname
        words = stack_before(self._recording, push.step, push.frame)[push.base :]
        if opname == "BINARY_SUBSCR" or (opname == "BINARY_OP" and info.oparg == _SUBSCRIPT):
            return self._item(push, words[0], words[1])
        if opname in _OWNERS:
            owner = _OWNERS[opname]
            if ordinal == 1 and self._is_receiver(push):
                return None, _OnStack(push.frame, push.base + owner, push.step)
            return self._attribute(push, words[owner], str(info.name))
        if opname == "UNPACK_SEQUENCE":
            return self._item(push, words[0], push.count - 1 - ordinal)
        if opname == "FOR_ITER":
            return self._iterated(push)
        if opname.startswith("CALL") and "INTRINSIC" not in opname:
            return self._called(push, words)
        kind, description = _MADE.get(opname, (LinkKind.OPERATION, "an operation"))
        return self._end(push.step, kind, description)

    def _is_receiver(self, push: Push) -> bool:
        """Returns whether the second of two values that were pushed is what the method beside it is called on."""
        below = self._recording.state_after(push.step).frames[push.frame].stack[push.base]
        return below is not self._journal.null

    def _item(self, push: Push, container: object, key: object) -> _Answered:
        thing = self._before(push.step).heap.get(container.stop) if type(container) is range else None
        if thing is None:
            return self._end(push.step, LinkKind.OPERATION, "a part of a value")
        assert type(container) is range
        if type(key) is int and key < 0 and not thing.is_mapping:
            key += len(thing.items)
        shown = repr(key) if type(key) is not range else "an object"
        link = self._link(push.step, LinkKind.ITEM, f"item {shown} of a {thing.type_name}")
        return link, _InObject(container.stop, key, push.step)

    def _attribute(self, push: Push, owner: object, name: str) -> _Answered:
        thing = self._before(push.step).heap.get(owner.stop) if type(owner) is range else None
        if thing is None:
            return self._end(push.step, LinkKind.ATTRIBUTE, f"attribute {name}")
        assert type(owner) is range
        link = self._link(push.step, LinkKind.ATTRIBUTE, f"attribute {name} of a {thing.type_name}")
        return link, _InObject(owner.stop, name, push.step) if name in thing.fields else None

    def _called(self, push: Push, words: list[object]) -> _Answered:
        return self._end(push.step, *self._call(self._before(push.step), words))

    def _call(self, state: State, words: list[object]) -> tuple[LinkKind, str]:
        """What to say of a call of something that is not recorded."""
        name = self._called_name(state, words)
        return (LinkKind.INPUT if name in _INPUTS else LinkKind.CALLED), f"{name or 'a call'} returned it"

    @staticmethod
    def _called_name(state: State, words: list[object]) -> str:
        for word in words[:2]:
            thing = state.heap.get(word.stop) if type(word) is range else None
            if thing is not None and thing.kind is HeapKind.METHOD and type(thing.items[0]) is range:
                thing = state.heap.get(thing.items[0].stop)
            if thing is not None and thing.name:
                return thing.name
        return ""

    def _iterated(self, push: Push) -> _Answered:
        """The next item of what a loop goes over."""
        link = self._link(push.step, LinkKind.ITEM, "the next item of a loop")
        iterator = self._iterator(push)
        oid = None if iterator is None else self._sequence_for(iterator)
        if iterator is None or oid is None:
            return link, None
        steps = self._table.steps(push.frame, iterator.step, push.step)
        index = sum(self._journal.word(step) == push.number for step in steps)
        return link, _InObject(oid, index, push.step)

    def _sequence_for(self, iterator: Push) -> Oid | None:
        """The list, tuple or deque that an iterator was made for."""
        word = stack_before(self._recording, iterator.step, iterator.frame)[iterator.base :][:1]
        is_made = self._journal.instructions[iterator.number].opname == "GET_ITER"
        things = (self._before(iterator.step).heap[each.stop] for each in word if is_made and type(each) is range)
        return word[0].stop if any(thing.kind in _SEQUENCES for thing in things) else None  # type: ignore[attr-defined]

    def _iterator(self, push: Push) -> Push | None:
        """The push of the iterator of a loop, which for one in a generator or comprehension may be its caller's."""
        found = self._moved_from(push.frame, push.base - 1, push.step)
        if found is None or [access.name for access in self._names.read(found.number)] != [".0"]:
            return found
        place = argument_place(self._recording, push.frame, 0)
        caller, entered = self._table.callers[push.frame], self._table.entered[push.frame]
        return None if place is None else self._moved_from(caller, place, entered)

    def _moved_from(self, frame: int, place: int, step: StepIndex) -> Push | None:
        """The push of what lay at a place of a stack, wherever it has been moved since."""
        push = self._stacks.push_of(frame, place, step)
        while push is not None:
            moved = moved_from(self._journal.instructions[push.number], push, place - push.base)
            if moved is None:
                return push
            place, push = moved, self._stacks.push_of(frame, moved, push.step)
        return None  # pragma: no cover - whatever was moved has been pushed

    # --- what other frames leave behind ----------------------------------------------------------

    def _from_callee(self, push: Push, ordinal: int, callee: int) -> _Answered:
        opname = self._journal.instruction(push.step).opname
        if self._journal.instructions[push.number].opname == "YIELD_VALUE":
            return self._sent(push, ordinal, callee)
        calling = self._own_step(push)
        called = self._called_name(self._before(calling), operands(self._recording, calling, push.frame)[1])
        if opname in _LEAVING and self._is_passed(push, ordinal, callee, called):
            kind, verb = (LinkKind.YIELDED, "yielded") if opname == "YIELD_VALUE" else (LinkKind.RETURNED, "returned")
            link = self._link(push.step, kind, f"{self._function(callee)} {verb} it")
            if opname == "RETURN_CONST":
                return link, _Constant(push.step)
            place = len(stack_before(self._recording, push.step, callee)) - 1
            return link, _OnStack(callee, place, push.step)
        return self._end(calling, LinkKind.CALLED, f"{called or 'a call'} returned it")

    def _sent(self, push: Push, ordinal: int, sender: int) -> _Answered:
        """What a generator was sent by the frame that resumed it."""
        got = self._recording.state_after(push.step).frames[push.frame].stack[push.base + ordinal]
        base, words = operands(self._recording, push.step, sender)
        place = stored_place("", words, None, got)
        if place is None:
            return self._end(push.step, LinkKind.GIVEN, f"{self._function(push.frame)} is resumed")
        link = self._link(push.step, LinkKind.ARGUMENT, f"it is sent to {self._function(push.frame)}")
        return link, _OnStack(sender, base + place, push.step)

    def _own_step(self, push: Push) -> StepIndex:
        """The step by which the frame came to where it got the value."""
        return self._table.step_before(push.frame, push.step)

    def _is_passed(self, push: Push, ordinal: int, callee: int, called: str) -> bool:
        """Returns whether a frame got just what another one returned or yielded, not something made of it."""
        got = self._recording.state_after(push.step).frames[push.frame].stack[push.base + ordinal]
        if not same(got, return_word(self._recording, push.step, callee)):
            return False
        is_call = self._journal.instructions[push.number].opname.startswith("CALL")
        function = self._function(callee)
        return not is_call or called in {function, *_RESUMING} or (not called and function.endswith("__call__"))

    # --- objects ---------------------------------------------------------------------------------

    def _in_object(self, question: _InObject) -> _Answered:
        writes = ObjectWrites(self._recording, question.oid, question.slot)
        key = next(writes.find(is_backwards=True, before=question.step), None)
        if key is None:
            return None, None  # pragma: no cover - whatever an object holds was written to it
        step, state = writes.step_of(key), self._recording.state_after(key[1])
        frame = self._table.executing(step)
        opname = self._journal.instruction(step).opname
        if self._is_by_caller(key):
            caller = self._table.callers[frame]
            calling = self._table.step_before(caller, step) if caller != NONE else step
            return self._end(calling, *self._call(state, operands(self._recording, calling, caller)[1]))
        if opname in _LITERALS:
            return self._end(step, LinkKind.LITERAL, "part of a literal")
        base, words = operands(self._recording, step, frame)
        bounds = writes.change(key).bounds
        if opname == "LIST_EXTEND" and type(words[-1]) is range and bounds is not None:
            assert isinstance(question.slot, int)
            return None, _InObject(words[-1].stop, question.slot - bounds[0], step)
        place = stored_place(opname, words, question.slot, _content(state.heap[question.oid], question.slot))
        if place is None and opname.startswith("CALL"):
            return self._end(step, *self._call(state, words))
        if place is None:
            return self._end(step, LinkKind.OPERATION, "an operation")
        return self._link(step, LinkKind.STORED, _STORED.get(opname, "stored")), _OnStack(frame, base + place, step)

    def _is_by_caller(self, key: tuple[int, StepIndex, int]) -> bool:
        """Returns whether an object was written to when a frame had been left: by what had called it."""
        marks = self._recording.chunk_index.marks(key[0], frozenset({ops.LEAVE}))
        return any(step == key[1] and at < key[2] for step, at in marks)


def _content(thing: Thing, slot: object) -> object:
    """What an object has in a slot."""
    if slot in thing.fields:
        return thing.fields[slot]
    if thing.is_mapping:
        return thing.table.get(slot, UNBOUND)
    return thing.items[slot] if isinstance(slot, int) and slot < len(thing.items) else UNBOUND
