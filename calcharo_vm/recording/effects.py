"""What instructions change beside the stack: what to remember before one, and what to read after it."""

import sys
from collections import Counter, defaultdict
from types import FunctionType, GeneratorType, MethodDescriptorType, MethodType
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops, plan
from calcharo_vm.recording.adapters import full_name
from calcharo_vm.recording.anatomy import (
    MISSING,
    class_attribute,
    guest_namespaces,
    is_guest_descriptor,
    is_guest_function,
    is_guest_generator,
)
from calcharo_vm.recording.effect import Effect
from calcharo_vm.recording.frames import FrameRecord, ObservedFrame
from calcharo_vm.recording.identity import Shade, Words, token
from calcharo_vm.recording.iterating import (
    LEADING,
    PLAIN_ITERATORS,
    advanced_with,
    advances_nothing_else,
    keeps_a_place,
)
from calcharo_vm.recording.modules import MODULE_TYPES
from calcharo_vm.recording.natives import BOUND_TYPES, GENERATORS, effect_of, writes_variables
from calcharo_vm.recording.plan import Held, Prepare, Row
from calcharo_vm.recording.shadow import Shadow
from calcharo_vm.recording.values import HeapKind
from calcharo_vm.recording.weak_references import behind_proxies, behind_proxy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


_NULL_FIRST = sys.version_info < (3, 13)
_APART = frozenset({Effect.READS, Effect.REORDERS, Effect.UPDATES, Effect.EXTENDS, Effect.MANAGES})
_WIDE = frozenset({Effect.MAKES_CLASS, Effect.RUNS_CODE, Effect.VARIABLES})
"""What is more than what operands lead to."""
_LISTED = frozenset(map(id, (tuple, list)))
_ADDING_CONTAINERS = frozenset(map(id, (defaultdict, Counter)))
_MOST_REORDERING = 2
_PROPERTY_OF_ENUM = "enum.property"
_WITHOUT_OPERANDS = frozenset({Effect.MAKES_CLASS, Effect.RETURNS, Effect.VARIABLES})
_KEYED_CONTAINERS = frozenset(map(id, (list, dict, bytearray)))
_METHODS_OF_WITH: dict[object, tuple[str, str]] = {
    "BEFORE_WITH": ("__enter__", "__exit__"),
    "BEFORE_ASYNC_WITH": ("__aenter__", "__aexit__"),
}
_EXIT_FUNCTION = -5 if sys.version_info >= (3, 14) else -4
"""Where the function lies that leaves a `with` statement by an exception."""
_LINKED_KINDS = frozenset({HeapKind.NATIVE, HeapKind.OPAQUE})
_EXACT_CONTAINERS = frozenset(map(id, (list, tuple, dict, str, bytes, range, bytearray)))


def _below(stack: Words, operands: int, depth: object) -> object:
    """What lies at a depth of the stack, counted when the instruction has taken its operands."""
    assert isinstance(depth, int)
    return stack[-operands - depth]


def _entries_of(value: object) -> object:
    """The dictionary that an object of the library's keeps its attributes in."""
    return class_attribute(type(value), "__dict__").__get__(value)  # type: ignore[attr-defined] # it has one


def _function_of(called: object) -> object:
    return called.__func__ if type(called) is MethodType else called


def _apart(called: object, operands: Words) -> tuple[object, Words]:
    """The receiver of a call, and the other operands."""
    if type(called) is MethodType or id(type(called)) in BOUND_TYPES:
        return called.__self__, operands  # type: ignore[attr-defined] # it is bound
    return (operands[0], operands[1:]) if operands else (None, [])


class Effects:
    """Finds the changes that instructions make to slots, cells, namespaces and objects."""

    def __init__(self, shadow: Shadow, null: object) -> None:
        self.shadow = shadow
        self.log = shadow.log
        self.null = null
        self._by_id = shadow.by_id
        self.searches = 0
        """How many searches have been due."""
        self.variable_writes = 0
        """How often code has written to variables of frames from outside."""
        self.preparations: dict[int, Prepare] = {
            plan.ATTRIBUTE: self._prepare_attribute,
            plan.SUBSCRIPT: self._prepare_subscript,
            plan.STORE_SLICE: self._prepare_slice,
            plan.LIST_EXTENDS: lambda stack, _base, depth: self._prepare_extension(Effect.EXTENDS, stack, depth),
            plan.COLLECTION_GROWS: lambda stack, _base, depth: self._prepare_extension(Effect.UPDATES, stack, depth),
            plan.SET_GROWS: lambda stack, _base, depth: (Effect.ADDS, _below(stack, 1, depth), stack[-1]),
            plan.MAP_GROWS: lambda stack, _base, depth: (Effect.KEYED, _below(stack, 2, depth), stack[-2]),
            plan.CALL: self._prepare_call,
            plan.IN_PLACE: self._prepare_in_place,
            plan.READ_SUBSCRIPT: self._prepare_read_subscript,
            plan.ADVANCE: self._prepare_advance,
            plan.UNPACK: self._prepare_unpack,
            plan.CONTAINS: lambda stack, base, _detail: self._prepare_unpack(stack, base, -1),
            plan.READ_ATTRIBUTE: self._prepare_read_attribute,
            plan.ENTER_WITH: self._prepare_enter,
            plan.EXIT_WITH: self._prepare_exit,
        }

        self.harmless: dict[int, tuple[int, frozenset[int]]] = {
            plan.READ_SUBSCRIPT: (-2, _EXACT_CONTAINERS),
            plan.IN_PLACE: (-2, shadow.scalars | {id(tuple)}),
            plan.READ_ATTRIBUTE: (-1, shadow.scalars | _EXACT_CONTAINERS | MODULE_TYPES),
            plan.ADVANCE: (-1, PLAIN_ITERATORS),
            plan.CONTAINS: (-1, _EXACT_CONTAINERS | {id(set), id(frozenset)}),
        }
        """For acts that change nothing when one of the operands is of certain types: where it lies, and those types."""

        self.appliers: dict[object, Callable[[ObservedFrame, tuple[object, ...]], None]] = {
            Effect.FIRST: self._changed,
            Effect.ADVANCES: self._advanced,
            Effect.ENDS: self._advanced,
            Effect.AT_END: self._appended_or_popped,
            Effect.POPS: self._popped,
            Effect.INSERTS: self._inserted,
            Effect.AT_START: self._moved_at_start,
            Effect.EXTENDS: self._extended,
            Effect.UPDATES: self._updated,
            Effect.REORDERS: self._reordered,
            Effect.ADDS: self._added,
            Effect.DISCARDS: self._discarded,
            Effect.KEYED: self._keyed,
            Effect.MAY_ADD: self._may_have_added,
            Effect.ATTRIBUTE: self._attribute_set,
            Effect.RETURNS: self._returned,
            Effect.VARIABLES: self._variables_written,
            Effect.MAKES_CLASS: self._class_made,
            Effect.RUNS_CODE: self._ran_code,
            Effect.UNKNOWN: self._unknown,
            Effect.UNKNOWN_CALL: self._unknown_call,
        }

    def know_besides(self, effects: "Mapping[Callable[..., object], Effect]") -> None:  # type: ignore[explicit-any]
        """Takes the word of somebody for what calls of certain functions do."""
        self.shadow.anatomy.taught.update({id(function): (function, effect) for function, effect in effects.items()})

    # --- before the instruction ------------------------------------------------------------------

    def _prepare_attribute(self, stack: Words, _base: int, detail: object) -> Held:
        target = behind_proxy(stack[-1])
        shade = self._by_id.get(id(target))
        if shade is not None and shade.kind in _LINKED_KINDS:  # one of the library's, which may pass it on
            return Effect.UNKNOWN_CALL, target
        if shade is not None and shade.kind is HeapKind.INSTANCE and detail not in shade.fields:
            found = class_attribute(type(target), str(detail))
            setter = found.fset if type(found) is property else None
            if setter is not None and not is_guest_function(setter, self.shadow.anatomy.guest_modules):
                return Effect.UNKNOWN, target
        return Effect.ATTRIBUTE, target, detail

    def _prepare_subscript(self, stack: Words, _base: int, _detail: object) -> Held:
        target, key = behind_proxy(stack[-2]), stack[-1]
        if id(type(target)) not in _KEYED_CONTAINERS and self._stores_elsewhere(type(target)):
            return (Effect.VARIABLES if writes_variables(target) else Effect.UNKNOWN_CALL), target, key
        if type(key) is slice and len(stack) > 2:
            return self._with_taken(Effect.UPDATES, target, [stack[-3]])
        return Effect.KEYED, target, key

    def _prepare_slice(self, stack: Words, _base: int, _detail: object) -> Held:
        target, added = behind_proxy(stack[-3]), stack[-4]
        if id(type(target)) not in _KEYED_CONTAINERS and self._stores_elsewhere(type(target)):
            return Effect.UNKNOWN_CALL, target, added
        return self._with_taken(Effect.UPDATES, target, [added])

    def _stores_elsewhere(self, cls: type) -> bool:
        """Returns whether storing into an object may change others, in a way that the machine does not execute."""
        if self.shadow.anatomy.of(cls).kind in _LINKED_KINDS:
            return True
        setter = class_attribute(cls, "__setitem__")
        return type(setter) is FunctionType and not is_guest_function(setter, self.shadow.anatomy.guest_modules)

    def _taken_from(self, operands: Words) -> Words | None:
        """The recorded iterators that iterating or calling some operands may advance; None if it may do more."""
        anatomy = self.shadow.anatomy
        taken: Words = []
        for each in operands:
            if id(type(each)) in PLAIN_ITERATORS and not keeps_a_place(each):
                continue
            found = advanced_with(each, anatomy)
            if found is not None:
                taken += found
            elif effect_of(each, anatomy) is not Effect.NONE:
                return None
        return taken

    def _with_taken(self, effect: Effect, target: object, operands: Words) -> Held:
        """What an effect on one object is that is made of what some operands give."""
        taken = self._taken_from(operands)
        return (Effect.UNKNOWN_CALL, target, *operands) if taken is None else (effect, target, *taken)

    def _prepare_extension(self, effect: Effect, stack: Words, depth: object) -> Held:
        return self._with_taken(effect, _below(stack, 1, depth), [stack[-1]])

    def _prepare_in_place(self, stack: Words, _base: int, _detail: object) -> Held:
        target = stack[-2]
        if type(target) is list:
            return self._prepare_extension(Effect.EXTENDS, stack, 1)
        return (Effect.VARIABLES if writes_variables(target) else Effect.UNKNOWN_CALL), target, stack[-1]

    def _prepare_read_subscript(self, stack: Words, _base: int, _detail: object) -> Held:
        target = stack[-2]
        if id(type(target)) in _ADDING_CONTAINERS:
            return Effect.MAY_ADD, target, stack[-1]
        shade, modules = self._by_id.get(id(target)), self.shadow.anatomy.guest_modules
        is_class = shade is not None and shade.kind is HeapKind.CLASS
        if is_class or is_guest_function(class_attribute(type(target), "__getitem__"), modules):
            return None
        return Effect.FIRST, target

    def _prepare_advance(self, stack: Words, _base: int, detail: object) -> Held:
        assert isinstance(detail, int)
        iterator = stack[detail]
        if advances_nothing_else(iterator, self.shadow.anatomy):
            return (Effect.ENDS, iterator) if keeps_a_place(iterator) else None
        found = advanced_with(iterator, self.shadow.anatomy)
        if found is not None:
            return (Effect.ADVANCES, *found) if found else None
        # A generator of the library does not tell what it may change.
        may_be_anything = type(iterator) is GeneratorType or id(type(iterator)) in LEADING
        return (Effect.UNKNOWN_CALL if may_be_anything else Effect.UNKNOWN), iterator

    def _prepare_unpack(self, stack: Words, _base: int, detail: object) -> Held:
        assert isinstance(detail, int)
        return self._consumed([stack[detail]])

    def _prepare_read_attribute(self, stack: Words, _base: int, detail: object) -> Held:
        owner = stack[-1]
        if detail == "f_locals":
            return (Effect.RETURNS,)
        shade = self._by_id.get(id(owner))
        if shade is None or shade.kind is not HeapKind.INSTANCE or detail in shade.fields or not shade.count:
            return None
        assert type(detail) is str
        found = class_attribute(type(owner), detail)
        if found is MISSING or is_guest_descriptor(found, self.shadow.anatomy.guest_modules):
            return None
        if full_name(type(found)) == _PROPERTY_OF_ENUM:
            getter = dict.get(_entries_of(found), "fget")  # type: ignore[call-overload] # it is a dictionary
            if effect_of(getter, self.shadow.anatomy) is Effect.NONE:
                return None
        return Effect.UNKNOWN, owner

    def _prepare_enter(self, stack: Words, _base: int, detail: object) -> Held:
        manager, anatomy = stack[-1], self.shadow.anatomy
        enter, leave = (class_attribute(type(manager), name) for name in _METHODS_OF_WITH[detail])
        effect = effect_of(enter, anatomy) if is_guest_descriptor(leave, anatomy.guest_modules) else None
        if effect is Effect.NONE:
            return None
        if effect is Effect.MANAGES:
            return self._managed(manager, [])
        return (Effect.FIRST if effect is Effect.FIRST else Effect.UNKNOWN_CALL), manager

    def _prepare_exit(self, stack: Words, _base: int, _detail: object) -> Held:
        leave = stack[_EXIT_FUNCTION]
        effect = effect_of(leave, self.shadow.anatomy)
        if effect is Effect.NONE:
            return None
        if effect is Effect.MANAGES:
            return self._managed(_apart(leave, [stack[_EXIT_FUNCTION + 1]])[0], [stack[-1]])
        return Effect.UNKNOWN_CALL, *stack[-5:-2]

    def _managed(self, manager: object, error: Words) -> Held:
        """What a context manager changes that resumes a generator, and tells it of an error if there is one."""
        anatomy = self.shadow.anatomy
        if self._is_opaque(manager):
            generator = dict.get(_entries_of(manager), "gen")  # type: ignore[call-overload] # it is a dictionary
            if id(type(generator)) in GENERATORS and is_guest_generator(generator, anatomy.guest_modules):
                errors = [each for each in error if each is not None]
                return (Effect.UNKNOWN, *errors) if errors else None
        return Effect.UNKNOWN_CALL, manager, *error

    def _prepare_call(self, stack: Words, base: int, _detail: object) -> Held:
        called, first = self.called_at(stack, base)
        effect = effect_of(called, self.shadow.anatomy)
        if effect is Effect.NONE:
            return None
        if effect is Effect.RESUMES:
            generator = stack[first] if type(called) is MethodDescriptorType else called.__self__  # type: ignore[attr-defined]
            modules = self.shadow.anatomy.guest_modules
            if id(type(generator)) in GENERATORS and is_guest_generator(generator, modules):  # type: ignore[arg-type] # it is one
                return None
            effect = Effect.UNKNOWN
        if effect is Effect.CONSUMES:
            return self._consumed(stack[first:])
        if effect is Effect.WRITES:
            files = [each for each in (*stack[first:], sys.stdout) if self._keeps_what_is_written(each)]
            return (Effect.UNKNOWN, *files) if files else None
        if effect in (Effect.UNKNOWN, Effect.RUNS_CODE):
            if any(map(writes_variables, stack[first:])):
                effect = Effect.VARIABLES
            return (Effect.UNKNOWN_CALL if effect is Effect.UNKNOWN else effect, *stack[base:])
        if effect in _WITHOUT_OPERANDS:
            return (effect,)
        if effect in _APART:
            return self._prepare_method(effect, called, stack[first:])
        receiver = getattr(called, "__self__", None) if id(type(called)) in BOUND_TYPES else None
        operands = self._operands(stack[first:], receiver)
        return (effect, *operands) if operands else None  # without any, it raises

    def _prepare_method(self, effect: Effect, called: object, operands: Words) -> Held:
        """What a call does whose receiver is another matter than its other operands."""
        receiver, others = _apart(called, operands)
        if effect is Effect.MANAGES:
            return self._managed(receiver, others)
        if effect is Effect.READS:
            is_left_alone = type(_function_of(called)) is not FunctionType or self._is_opaque(receiver)
            adds_entries = any(type(each) is defaultdict for each in others)
            is_known = is_left_alone and not adds_entries
            return self._consumed(others) if is_known else (Effect.UNKNOWN_CALL, called, *operands)
        if effect is Effect.REORDERS:
            lists = [each for each in others if type(each) is list]
            is_usual = lists and len(others) <= _MOST_REORDERING
            return (effect, *lists) if is_usual else (Effect.UNKNOWN_CALL, called, *operands)
        return self._with_taken(effect, behind_proxy(receiver), others)

    def _is_opaque(self, value: object) -> bool:
        return self.shadow.anatomy.of(type(value)).kind is HeapKind.OPAQUE

    def prepare_spread(self, stack: Words, base: int, detail: object) -> Held:
        """What a call may change whose arguments come from an iterable, and from a mapping."""
        called, first = self.called_at(stack, base)
        arguments, named = stack[first], [each for each in stack[first + 1 :] if each is not self.null]
        if id(type(arguments)) in _LISTED and all(type(each) is dict for each in named):
            values: Words = []
            for each in named:
                values += dict.values(each)  # type: ignore[arg-type] # it is one
            return self._prepare_call([*stack[base:first], *arguments, *values], 0, detail)  # type: ignore[misc] # as above
        taken = self._taken_from([arguments])
        if taken is None or effect_of(called, self.shadow.anatomy) is not Effect.NONE:
            held = self._prepare_call(stack, base, detail)
            is_wider = held is not None and held[0] in _WIDE
            return (*held, arguments) if is_wider else (Effect.UNKNOWN_CALL, *stack[base:])  # type: ignore[misc] # as above
        return (Effect.ADVANCES, *taken) if taken else None

    def _consumed(self, operands: Words) -> Held:
        taken = self._taken_from(operands)
        if taken is None:
            return Effect.UNKNOWN_CALL, *operands
        return (Effect.ADVANCES, *taken) if taken else None

    def _keeps_what_is_written(self, value: object) -> bool:
        """Returns whether a value is a file in memory, or one that the library or the program has written."""
        kind = self.shadow.anatomy.of(type(value)).kind
        return kind is HeapKind.NATIVE and id(type(value)) not in self.shadow.scalars

    @staticmethod
    def _operands(operands: Words, receiver: object) -> Words:
        """The receiver, if the callable is bound to one, and the arguments."""
        operands = behind_proxies(operands)
        return operands if receiver is None or id(type(receiver)) in MODULE_TYPES else [receiver, *operands]

    def called_at(self, stack: Words, base: int) -> tuple[object, int]:
        """The callable of a call, and where its first argument lies (its receiver, if it is a method)."""
        if _NULL_FIRST and stack[base] is not self.null:
            return stack[base], base + 1
        if _NULL_FIRST:
            return stack[base + 1], base + 2
        return stack[base], base + (2 if stack[base + 1] is self.null else 1)

    # --- after the instruction -------------------------------------------------------------------

    def apply(self, frame: ObservedFrame, record: FrameRecord, row: Row) -> None:
        """Journals what an instruction of a frame has changed beside the stack."""
        _word, _pops, act, detail = row
        if act <= plan.PREPARED:
            held = record.held
            if held is not None:
                self.appliers[held[0]](frame, held)
            return
        shadow, stack = self.shadow, frame.stack
        match act:
            case plan.SLOTS:
                for slot in detail:  # type: ignore[attr-defined]
                    self.set_fast(frame, record, slot)
            case plan.CELL:
                shadow.changed(frame.fast[detail])  # type: ignore[call-overload]
            case plan.LOCAL_NAME:
                shadow.name_stored(frame.globals if frame.locals is None else frame.locals, detail)  # type: ignore[arg-type]
            case plan.GLOBAL_NAME:
                shadow.name_stored(frame.globals, detail)  # type: ignore[arg-type]
            case plan.NAMESPACES:
                self.namespaces(frame)
            case plan.IMPORTS:  # the packages of a module get it as an attribute
                for namespace in guest_namespaces(shadow.anatomy.guest_modules):
                    shadow.changed(namespace)
            case plan.LIST_GROWS:
                shadow.appended(stack[-detail])  # type: ignore[operator]
            case _:  # FUNCTION_PART
                shadow.changed(stack[-1])

    def set_fast(self, frame: ObservedFrame, record: FrameRecord, slot: int) -> None:
        """Journals the value of a fast local slot."""
        word = self.shadow.hold(frame.fast[slot])
        self.log += (ops.FAST, slot, token(word))
        gone = record.slots.pop(slot, None)
        if type(word) is Shade:
            record.slots[slot] = word
        self.shadow.release(gone)

    def namespaces(self, frame: ObservedFrame) -> None:
        """Journals whatever has changed in the namespaces of a frame."""
        self.shadow.changed(frame.globals)
        if frame.locals is not None and frame.locals is not frame.globals:
            self.shadow.changed(frame.locals)

    def _changed(self, _frame: ObservedFrame, held: tuple[object, ...]) -> None:
        self.shadow.changed(held[1])

    def advanced(self, iterator: object) -> None:
        """Journals how far an iterator is, if its place is recorded."""
        if keeps_a_place(iterator):
            self.shadow.advanced((iterator,))

    def _advanced(self, _frame: ObservedFrame, held: tuple[object, ...]) -> None:
        self.shadow.advanced(held[1:])

    def _appended_or_popped(self, _frame: ObservedFrame, held: tuple[object, ...]) -> None:
        self.shadow.moved_at(held[1], -1)

    def _popped(self, _frame: ObservedFrame, held: tuple[object, ...]) -> None:
        if len(held) == 2:
            self.shadow.moved_at(held[1], -1)
        else:
            self.shadow.removed_at(held[1], held[2])

    def _inserted(self, _frame: ObservedFrame, held: tuple[object, ...]) -> None:
        self.shadow.inserted_at(held[1], held[2] if len(held) > 2 else None)

    def _moved_at_start(self, _frame: ObservedFrame, held: tuple[object, ...]) -> None:
        self.shadow.moved_at(held[1], 0)

    def _extended(self, _frame: ObservedFrame, held: tuple[object, ...]) -> None:
        self.shadow.appended(held[1])
        self.shadow.advanced(held[2:])

    def _updated(self, _frame: ObservedFrame, held: tuple[object, ...]) -> None:
        self.shadow.changed(held[1])
        self.shadow.advanced(held[2:])

    def _reordered(self, _frame: ObservedFrame, held: tuple[object, ...]) -> None:
        for each in held[1:]:
            self.shadow.changed(each)

    def _added(self, _frame: ObservedFrame, held: tuple[object, ...]) -> None:
        self.shadow.added(held[1], held[2] if len(held) > 2 else None)

    def _discarded(self, _frame: ObservedFrame, held: tuple[object, ...]) -> None:
        self.shadow.discarded(held[1], held[2] if len(held) > 2 else None)

    def _may_have_added(self, frame: ObservedFrame, held: tuple[object, ...]) -> None:
        shade = self.shadow.held(held[1])
        if shade is None or shade.kind is not HeapKind.DICT or dict.__len__(held[1]) != len(shade.table):  # type: ignore[arg-type] # it is one
            self._keyed(frame, held)

    def _keyed(self, _frame: ObservedFrame, held: tuple[object, ...]) -> None:
        if len(held) > 2:
            self.shadow.item_stored(held[1], held[2])
        else:
            self.shadow.refresh(held[1:])

    def _attribute_set(self, frame: ObservedFrame, held: tuple[object, ...]) -> None:
        name = held[2] if len(held) > 2 else None
        if type(name) is str:
            self.shadow.attribute_stored(held[1], name)
        else:
            self.shadow.refresh(held[1:])
        if self.shadow.layouts_changed:
            self.shadow.layouts_changed = False
            self.shadow.anatomy.forget()
            self.search(frame)

    def _returned(self, frame: ObservedFrame, _held: tuple[object, ...]) -> None:
        if frame.stack:  # or else it raised
            self.shadow.changed(frame.stack[-1])

    def _variables_written(self, frame: ObservedFrame, held: tuple[object, ...]) -> None:
        self._ran_code(frame, held)
        self.variable_writes += 1
        one: ObservedFrame | None = frame
        while one is not None:
            self.set_all_slots(one, one.record)
            one = one.back

    def set_all_slots(self, frame: ObservedFrame, record: FrameRecord) -> None:
        """Journals the values of all fast local slots of a frame, and the cells among them."""
        for slot, value in enumerate(frame.fast):
            word = self.shadow.hold(value)
            self.log += (ops.SLOT, record.number, slot, token(word))
            gone = record.slots.pop(slot, None)
            if type(word) is Shade:
                record.slots[slot] = word
                if word.kind is HeapKind.CELL:
                    self.shadow.changed(value)
            self.shadow.release(gone)

    def _class_made(self, _frame: ObservedFrame, held: tuple[object, ...]) -> None:
        self.shadow.refresh(held[1:])
        self.shadow.refresh_classes()

    def _ran_code(self, frame: ObservedFrame, held: tuple[object, ...]) -> None:
        self.namespaces(frame)
        self.shadow.refresh(held[1:])
        self.search(frame)

    def _unknown(self, _frame: ObservedFrame, held: tuple[object, ...]) -> None:
        self.shadow.refresh(held[1:])

    def _unknown_call(self, frame: ObservedFrame, held: tuple[object, ...]) -> None:
        self.shadow.refresh(held[1:])
        self.search(frame)

    def search(self, frame: ObservedFrame) -> None:
        """Journals whatever has changed in all that the frames of the stack lead to, while that is affordable.

        Library code may change an object that it was given long ago.
        """
        one: ObservedFrame | None = frame
        self.searches += 1
        if not self.shadow.can_afford_a_search():
            return
        roots: Words = guest_namespaces(self.shadow.anatomy.guest_modules)
        while one is not None:
            roots += [*one.fast, *one.stack, one.globals, one.locals]
            one = one.back
        self.shadow.refresh(roots)

    def search_one(self, frame: ObservedFrame) -> None:
        """Journals what has changed in all that a frame leads to that goes on: the others were searched meanwhile."""
        if self.shadow.can_afford_a_search():
            self.shadow.refresh([*frame.fast, *frame.stack])
