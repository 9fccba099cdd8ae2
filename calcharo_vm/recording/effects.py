"""What instructions change beside the stack: what to remember before one, and what to read after it."""

import sys

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops, plan
from calcharo_vm.recording.anatomy import MISSING, class_attribute, is_guest_descriptor
from calcharo_vm.recording.frames import FrameRecord, ObservedFrame
from calcharo_vm.recording.identity import Shade, Words
from calcharo_vm.recording.natives import Effect, effect_of, is_plain_iterable
from calcharo_vm.recording.plan import Frame, Held, Prepare
from calcharo_vm.recording.plan import Frame, Held, Prepare
from calcharo_vm.recording.shadow import Shadow, token
from calcharo_vm.recording.values import HeapKind

_NULL_FIRST = sys.version_info < (3, 13)
_EXACT_CONTAINERS = frozenset(map(id, (list, tuple, dict, str, bytes, range, bytearray)))


def _below(stack: Words, operands: int, depth: object) -> object:
    """What lies at a depth of the stack, counted when the instruction has taken its operands."""
    assert isinstance(depth, int)
    return stack[-operands - depth]


def _prepare_extension(effect: Effect, stack: Words, depth: object) -> Held:
    target, added = _below(stack, 1, depth), stack[-1]
    return (effect, target) if is_plain_iterable(added) else (Effect.UNKNOWN, target, added)


class Effects:
    """Finds the changes that instructions make to slots, cells, namespaces and objects."""

    def __init__(self, shadow: Shadow, null: object) -> None:
        self.shadow = shadow
        self.log = shadow.log
        self.null = null
        self.searches = 0
        """How many searches have been due."""
        self.preparations: dict[int, Prepare] = {
            plan.ATTRIBUTE: self._prepare_attribute,
            plan.SUBSCRIPT: self._prepare_subscript,
            plan.STORE_SLICE: lambda _frame, stack, _detail: (Effect.FIRST, stack[-3]),
            plan.LIST_EXTENDS: lambda _frame, stack, depth: _prepare_extension(Effect.EXTENDS, stack, depth),
            plan.COLLECTION_GROWS: lambda _frame, stack, depth: _prepare_extension(Effect.FIRST, stack, depth),
            plan.SET_GROWS: lambda _frame, stack, depth: (Effect.ADDS, _below(stack, 1, depth), stack[-1]),
            plan.MAP_GROWS: lambda _frame, stack, depth: (Effect.KEYED, _below(stack, 2, depth), stack[-2]),
            plan.CALL: self._prepare_call,
            plan.IN_PLACE: self._prepare_in_place,
            plan.READ_SUBSCRIPT: self._prepare_read_subscript,
            plan.ADVANCE: self._prepare_advance,
            plan.READ_ATTRIBUTE: self._prepare_read_attribute,
            plan.ENTER_WITH: lambda _frame, stack, _detail: (Effect.UNKNOWN, stack[-1]),
            plan.EXIT_WITH: lambda _frame, stack, _detail: (Effect.UNKNOWN, *stack[-5:-2]),
        }

    # --- before the instruction ------------------------------------------------------------------

    @staticmethod
    def _prepare_attribute(_frame: Frame, stack: Words, detail: object) -> Held:
        return Effect.ATTRIBUTE, stack[-1], detail

    @staticmethod
    def _prepare_subscript(_frame: Frame, stack: Words, _detail: object) -> Held:
        return Effect.KEYED, stack[-2], stack[-1]

    def _prepare_in_place(self, _frame: Frame, stack: Words, _detail: object) -> Held:
        target = stack[-2]
        if id(type(target)) in self.shadow.scalars or type(target) is tuple:
            return None
        return (Effect.EXTENDS if type(target) is list else Effect.UNKNOWN), target

    def _prepare_read_subscript(self, _frame: Frame, stack: Words, _detail: object) -> Held:
        container = stack[-2]
        return None if id(type(container)) in _EXACT_CONTAINERS else (Effect.FIRST, container)

    @staticmethod
    def _prepare_advance(_frame: Frame, stack: Words, detail: object) -> Held:
        assert isinstance(detail, int)
        iterator = stack[detail]
        return None if is_plain_iterable(iterator) else (Effect.UNKNOWN, iterator)

    def _prepare_read_attribute(self, _frame: Frame, stack: Words, detail: object) -> Held:
        owner = stack[-1]
        shade = self.shadow.held(owner)
        if shade is None or shade.kind is not HeapKind.INSTANCE or detail in shade.fields:
            return None
        assert isinstance(detail, str)
        found = class_attribute(type(owner), detail)
        if found is MISSING or is_guest_descriptor(found, self.shadow.anatomy.guest_modules):
            return None
        return Effect.UNKNOWN, owner

    def _prepare_call(self, frame: Frame, stack: Words, _detail: object) -> Held:
        base = frame.length - frame.row[1]
        called, first = self._called(stack, base)
        effect = effect_of(called, self.shadow.anatomy)
        if effect is Effect.NONE:
            return None
        if effect in (Effect.UNKNOWN, Effect.RUNS_CODE, Effect.CONSUMES):
            operands = stack[base:]
            if effect is Effect.CONSUMES:
                operands = [each for each in operands[1:] if not is_plain_iterable(each)]
                return (Effect.UNKNOWN, *operands) if operands else None
            return (Effect.UNKNOWN_CALL if effect is Effect.UNKNOWN else effect, *operands)
        if effect is Effect.MAKES_CLASS:
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

    def apply(self, frame: ObservedFrame, record: FrameRecord, act: int) -> None:
        """Journals what the instruction a frame is at has changed beside the stack."""
        if act <= plan.PREPARED:
            if record.held is not None:
                self._apply_held(frame, record.held)
            return
        detail = record.detail
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
            case plan.LIST_GROWS:
                shadow.appended(stack[-detail])  # type: ignore[operator]
            case plan.FUNCTION_PART:
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

    def _apply_held(self, frame: ObservedFrame, held: tuple[object, ...]) -> None:
        shadow = self.shadow
        effect, *objects = held
        target = objects[0] if objects else None
        match effect:
            case Effect.FIRST:
                shadow.changed(target)
            case Effect.AT_END:
                shadow.moved_at(target, -1)
            case Effect.POPS:
                shadow.moved_at(target, -1) if len(objects) == 1 else shadow.changed(target)
            case Effect.AT_START:
                shadow.moved_at(target, 0)
            case Effect.EXTENDS:
                shadow.appended(target)
            case Effect.ADDS:
                shadow.added(target, objects[1])
            case Effect.KEYED if len(objects) > 1:
                shadow.item_stored(target, objects[1])
            case Effect.ATTRIBUTE if len(objects) > 1 and type(objects[1]) is str:
                shadow.attribute_stored(target, objects[1])
            case Effect.MAKES_CLASS:
                shadow.refresh(objects)
                shadow.refresh_classes()
            case Effect.RUNS_CODE:
                self.namespaces(frame)
                shadow.refresh(objects)
                self.search(frame)
            case Effect.UNKNOWN_CALL:
                shadow.refresh(objects)
                self.search(frame)
            case _:
                shadow.refresh(objects)

    def search(self, frame: ObservedFrame) -> None:
        """Journals whatever has changed in all that the frames of the stack lead to, while that is affordable.

        Library code may change an object that it was given long ago.
        """
        one: ObservedFrame | None = frame
        self.searches += 1
        if not self.shadow.can_afford_a_search():
            return
        roots: Words = []
        while one is not None:
            roots += [*one.fast, *one.stack, one.globals, one.locals]
            one = one.back
        self.shadow.refresh(roots)
