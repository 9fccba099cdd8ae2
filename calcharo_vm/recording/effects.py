"""What instructions change beside the stack: what to remember before one, and what to read after it."""

import sys
from types import GeneratorType, MethodDescriptorType, ModuleType
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops, plan
from calcharo_vm.recording.anatomy import (
    MISSING,
    class_attribute,
    guest_namespaces,
    is_guest_descriptor,
    is_guest_function,
    is_guest_generator,
)
from calcharo_vm.recording.frames import FrameRecord, ObservedFrame
from calcharo_vm.recording.identity import Shade, Words, token
from calcharo_vm.recording.natives import (
    PLAIN_ITERATORS,
    Effect,
    advances_nothing_else,
    effect_of,
    is_plain_iterable,
    writes_variables,
)
from calcharo_vm.recording.plan import Held, Prepare, Row
from calcharo_vm.recording.shadow import Shadow
from calcharo_vm.recording.values import HeapKind

if TYPE_CHECKING:
    from collections.abc import Callable

_NULL_FIRST = sys.version_info < (3, 13)
_WITHOUT_OPERANDS = frozenset({Effect.MAKES_CLASS, Effect.RETURNS, Effect.VARIABLES})
_EXACT_CONTAINERS = frozenset(map(id, (list, tuple, dict, str, bytes, range, bytearray)))


def _below(stack: Words, operands: int, depth: object) -> object:
    """What lies at a depth of the stack, counted when the instruction has taken its operands."""
    assert isinstance(depth, int)
    return stack[-operands - depth]


def _prepare_extension(effect: Effect, stack: Words, depth: object) -> Held:
    target, added = _below(stack, 1, depth), stack[-1]
    return (effect, target) if is_plain_iterable(added) else (Effect.UNKNOWN_CALL, target, added)


def _prepare_unpacking(stack: Words, _base: int, _detail: object) -> Held:
    return None if advances_nothing_else(stack[-1]) else (Effect.UNKNOWN_CALL, stack[-1])


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
            plan.STORE_SLICE: lambda stack, _base, _detail: (Effect.FIRST, stack[-3]),
            plan.LIST_EXTENDS: lambda stack, _base, depth: _prepare_extension(Effect.EXTENDS, stack, depth),
            plan.COLLECTION_GROWS: lambda stack, _base, depth: _prepare_extension(Effect.FIRST, stack, depth),
            plan.SET_GROWS: lambda stack, _base, depth: (Effect.ADDS, _below(stack, 1, depth), stack[-1]),
            plan.MAP_GROWS: lambda stack, _base, depth: (Effect.KEYED, _below(stack, 2, depth), stack[-2]),
            plan.CALL: self._prepare_call,
            plan.IN_PLACE: self._prepare_in_place,
            plan.READ_SUBSCRIPT: self._prepare_read_subscript,
            plan.ADVANCE: self._prepare_advance,
            plan.UNPACK: _prepare_unpacking,
            plan.READ_ATTRIBUTE: self._prepare_read_attribute,
            plan.ENTER_WITH: lambda stack, _base, _detail: (Effect.UNKNOWN_CALL, stack[-1]),
            plan.EXIT_WITH: lambda stack, _base, _detail: (Effect.UNKNOWN_CALL, *stack[-5:-2]),
        }

        self.harmless: dict[int, tuple[int, frozenset[int]]] = {
            plan.READ_SUBSCRIPT: (-2, _EXACT_CONTAINERS),
            plan.IN_PLACE: (-2, shadow.scalars | {id(tuple)}),
            plan.READ_ATTRIBUTE: (-1, shadow.scalars | _EXACT_CONTAINERS | {id(ModuleType)}),
            plan.ADVANCE: (-1, PLAIN_ITERATORS),
            plan.UNPACK: (-1, PLAIN_ITERATORS),
        }
        """For acts that change nothing when one of the operands is of certain types: where it lies, and those types."""

        self.appliers: dict[object, Callable[[ObservedFrame, tuple[object, ...]], None]] = {
            Effect.FIRST: self._changed,
            Effect.AT_END: self._appended_or_popped,
            Effect.POPS: self._popped,
            Effect.AT_START: self._moved_at_start,
            Effect.EXTENDS: self._extended,
            Effect.ADDS: self._added,
            Effect.KEYED: self._keyed,
            Effect.ATTRIBUTE: self._attribute_set,
            Effect.RETURNS: self._returned,
            Effect.VARIABLES: self._variables_written,
            Effect.MAKES_CLASS: self._class_made,
            Effect.RUNS_CODE: self._ran_code,
            Effect.UNKNOWN: self._unknown,
            Effect.UNKNOWN_CALL: self._unknown_call,
        }

    # --- before the instruction ------------------------------------------------------------------

    def _prepare_attribute(self, stack: Words, _base: int, detail: object) -> Held:
        target = stack[-1]
        shade = self._by_id.get(id(target))
        if shade is not None and shade.kind is HeapKind.OPAQUE:  # one of the library's, which may pass it on
            return Effect.UNKNOWN_CALL, target
        if shade is not None and shade.kind is HeapKind.INSTANCE and detail not in shade.fields:
            found = class_attribute(type(target), str(detail))
            setter = found.fset if type(found) is property else None
            if setter is not None and not is_guest_function(setter, self.shadow.anatomy.guest_modules):
                return Effect.UNKNOWN, target
        return Effect.ATTRIBUTE, target, detail

    def _prepare_subscript(self, stack: Words, _base: int, _detail: object) -> Held:
        target = stack[-2]
        shade = self._by_id.get(id(target))
        if shade is not None and shade.kind is HeapKind.OPAQUE:
            return (Effect.VARIABLES if writes_variables(target) else Effect.UNKNOWN_CALL), target, stack[-1]
        if shade is not None and shade.kind is HeapKind.INSTANCE:
            setter = class_attribute(type(target), "__setitem__")
            if not is_guest_function(setter, self.shadow.anatomy.guest_modules):
                return Effect.UNKNOWN, target
        return Effect.KEYED, target, stack[-1]

    @staticmethod
    def _prepare_in_place(stack: Words, _base: int, _detail: object) -> Held:
        target, operand = stack[-2], stack[-1]
        if type(target) is list and is_plain_iterable(operand):
            return Effect.EXTENDS, target
        return (Effect.VARIABLES if writes_variables(target) else Effect.UNKNOWN_CALL), target, operand

    def _prepare_read_subscript(self, stack: Words, _base: int, _detail: object) -> Held:
        return Effect.FIRST, stack[-2]

    @staticmethod
    def _prepare_advance(stack: Words, _base: int, detail: object) -> Held:
        assert isinstance(detail, int)
        iterator = stack[detail]
        return None if advances_nothing_else(iterator) else (Effect.UNKNOWN, iterator)

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
        return Effect.UNKNOWN, owner

    def _prepare_call(self, stack: Words, base: int, _detail: object) -> Held:
        called, first = self._called(stack, base)
        effect = effect_of(called, self.shadow.anatomy)
        if effect is Effect.NONE:
            return None
        if effect is Effect.RESUMES:
            generator = stack[first] if type(called) is MethodDescriptorType else called.__self__  # type: ignore[attr-defined]
            if type(generator) is GeneratorType and is_guest_generator(generator, self.shadow.anatomy.guest_modules):
                return None
            effect = Effect.UNKNOWN
        if effect in (Effect.UNKNOWN, Effect.RUNS_CODE, Effect.CONSUMES):
            if effect is Effect.CONSUMES:
                modules = self.shadow.anatomy.guest_modules
                consumed = stack[first:]
                operands = [
                    each for each in consumed if not (advances_nothing_else(each) or is_guest_function(each, modules))
                ]
                return (Effect.UNKNOWN_CALL, *operands) if operands else None
            if any(map(writes_variables, stack[first:])):
                effect = Effect.VARIABLES
            return (Effect.UNKNOWN_CALL if effect is Effect.UNKNOWN else effect, *stack[base:])
        if effect in _WITHOUT_OPERANDS:
            return (effect,)
        receiver = getattr(called, "__self__", None) if type(called) is type(len) else None
        return (effect, *self._operands(stack[first:], receiver))

    @staticmethod
    def _operands(operands: Words, receiver: object) -> Words:
        """The receiver, if the callable is bound to one, and the arguments."""
        return operands if receiver is None or type(receiver) is type(sys) else [receiver, *operands]

    def _called(self, stack: Words, base: int) -> tuple[object, int]:
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

    def _appended_or_popped(self, _frame: ObservedFrame, held: tuple[object, ...]) -> None:
        self.shadow.moved_at(held[1], -1)

    def _popped(self, _frame: ObservedFrame, held: tuple[object, ...]) -> None:
        if len(held) == 2:
            self.shadow.moved_at(held[1], -1)
        else:
            self.shadow.changed(held[1])

    def _moved_at_start(self, _frame: ObservedFrame, held: tuple[object, ...]) -> None:
        self.shadow.moved_at(held[1], 0)

    def _extended(self, _frame: ObservedFrame, held: tuple[object, ...]) -> None:
        self.shadow.appended(held[1])

    def _added(self, _frame: ObservedFrame, held: tuple[object, ...]) -> None:
        self.shadow.added(held[1], held[2])

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
