"""What the instructions of a code object work on: seen by looking at the value stack while the interpreter runs."""

from __future__ import annotations

import builtins
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from types import (
    BuiltinFunctionType,
    CoroutineType,
    FunctionType,
    GeneratorType,
    MethodDescriptorType,
    MethodType,
    NoneType,
    WrapperDescriptorType,
)
from typing import TYPE_CHECKING, NamedTuple

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.attributes import type_attribute
from calcharo_vm.machine.guest_code import GuestCode, Shape, parameter_count
from calcharo_vm.machine.hiding import hidden
from calcharo_vm.machine.values import NULL, Null
from calcharo_vm.recording.layouts import derives_from
from calcharo_vm.recording.modules import MODULE_TYPES
from calcharo_vm.tiers.compiled.classes import is_unchanging
from calcharo_vm.tiers.compiled.values import name_of_type, signature_of

if TYPE_CHECKING:
    from calcharo_vm.machine.frame import Frame

Handler = Callable[..., object]

ITERATORS_OF_SCALARS = frozenset(map(type, (iter(range(0)), iter(range(1 << 70)), iter(""), iter("é"))))
"""Iterators that give scalars alone."""
ITERATORS_OF_ITEMS = frozenset(map(type, (iter([]), iter(()), iter({}), iter({}.values()), iter(set()))))
"""Iterators of what else holds the values."""
ITERATORS_OF_PAIRS: frozenset[type] = frozenset({type(iter({}.items())), enumerate, zip})
"""Iterators that make a tuple for each value, or use one again that nobody else has."""
GENERATORS: frozenset[type] = frozenset({GeneratorType, CoroutineType})
"""What runs a frame of the program, or code of the library."""
VIEWS = frozenset(map(type, ({}.keys(), {}.values(), {}.items())))

KNOWN_TYPES: frozenset[type] = frozenset[type](
    {int, float, bool, str, bytes, NoneType, list, tuple, dict, range, set, frozenset, deque, defaultdict, Null}
).union(ITERATORS_OF_SCALARS, ITERATORS_OF_ITEMS, ITERATORS_OF_PAIRS, VIEWS, GENERATORS)
"""The types that are told apart; others are `object`, so that no class of the program is kept alive."""
NAMED_TYPES = {name: kind for kind in KNOWN_TYPES if (name := name_of_type(kind)) not in vars(builtins)}
"""Those of them that are no builtins, by the names that made code has for them."""

CALLS = frozenset({"CALL", "CALL_KW"})
"""Opcodes that call what lies below the arguments."""

_OPERANDS = 8


class Profile:
    """The types of operands and results, by instruction.

    Attributes:
        operands: Of each instruction that executed, the types of the operands, the top of the stack last.
        callees: The native functions and types of the interpreter that were called, or `GUEST`; None stands for others.
        functions: Of calls of the program's functions, what these are like.
        signatures: Of which kinds the arguments were when the code object was entered, and how often.
        classes: The addresses of the program's classes that were called.
        owners: The addresses of the classes of objects whose attributes were loaded or stored.
        unchanging: Those of these classes that nobody can change.
        subjects: The addresses of classes whose own attributes were loaded.
        starts: The addresses of the classes after which `super()` has looked.
        results: Of each instruction that went on to the next one, the types that were on top of the stack then.
        raised: The instructions that have raised.
    """

    def __init__(self) -> None:
        self.operands: dict[int, set[tuple[type, ...]]] = {}
        self.callees: dict[int, set[object]] = {}
        self.functions: dict[int, set[Called]] = {}
        self.signatures: Counter[str] = Counter()
        self.classes: dict[int, set[int]] = {}
        self.owners: dict[int, set[int]] = {}
        self.unchanging: dict[int, set[type]] = {}
        self.subjects: dict[int, set[int]] = {}
        self.starts: dict[int, set[int]] = {}
        self.results: dict[int, set[type]] = {}
        self.raised: set[int] = set()

    def has(self, index: int) -> bool:
        """Returns whether an instruction has executed."""
        return index in self.operands

    def description(self) -> str:
        """The types seen, as a text that is the same in each run."""
        operands = (
            (index, sorted(",".join(kind.__name__ for kind in types) for types in seen))
            for index, seen in self.operands.items()
        )
        results = ((index, sorted(kind.__name__ for kind in seen)) for index, seen in self.results.items())
        return f"{sorted(operands)} {sorted(results)} {sorted(self.raised)}"

    def types_at(self, index: int, place: int) -> frozenset[type]:
        """The types that an operand had, by its place from the top of the stack, from 1."""
        return frozenset(types[-place] for types in self.operands.get(index, ()) if len(types) >= place)

    def entering(self, handler: Handler) -> Handler:
        """A handler that executes a code object's first instruction and takes note of the arguments."""

        def entering(frame: Frame, stack: list[object], operand: object) -> object:
            self.signatures[signature_of(frame.fast[: parameter_count(frame.guest.code)])] += 1
            return handler(frame, stack, operand)

        return hidden(entering)

    def looking(
        self, index: int, handler: Handler, *, called: int = 0, has_owner: bool = False, is_super: bool = False
    ) -> Handler:
        """A handler that executes an instruction and takes note of what it works on.

        Args:
            index: The instruction.
            handler: Its handler.
            called: Of a call, how far from the top of the stack lies what is called, or NULL.
            has_owner: Whether it loads or stores an attribute of what lies on top.
            is_super: Whether it is an attribute of `super()`.
        """
        operands = self.operands.setdefault
        results = self.results.setdefault

        def looking(frame: object, stack: list[object], operand: object) -> object:
            operands(index, set()).add(tuple(map(_told_apart, stack[-_OPERANDS:])))
            if called:
                callee = stack[-called + 1] if stack[-called] is NULL else stack[-called]
                known = _native(callee)
                self.callees.setdefault(index, set()).add(known)
                if known is METHOD:
                    callee, known = callee.__func__, GUEST  # type: ignore[attr-defined] # it is one
                if known is CLASS:
                    self.classes.setdefault(index, set()).add(id(callee))
                    callee, known = _initializer(callee)
                if known is GUEST:
                    self.functions.setdefault(index, set()).add(_described(callee))  # type: ignore[arg-type] # it is one
            if has_owner:
                self._see_owner(index, stack[-1])
            if is_super:
                self.starts.setdefault(index, set()).add(id(stack[-2]))
            target: object = NULL
            try:
                target = handler(frame, stack, operand)
            finally:
                if target is NULL:
                    self.raised.add(index)
            if target is None and stack:
                results(index, set()).add(_told_apart(stack[-1]))
            return target

        return hidden(looking)

    def _see_owner(self, index: int, owner: object) -> None:
        cls = type(owner)
        self.owners.setdefault(index, set()).add(id(cls))
        if derives_from(cls, type):
            self.subjects.setdefault(index, set()).add(id(owner))
        elif is_unchanging(cls):
            self.unchanging.setdefault(index, set()).add(cls)


class Called(NamedTuple):
    """What a called function is like.

    Attributes:
        shape: How its code object binds arguments.
        defaults: Of which kinds its defaults are, as `signature_of` says.
        keyword_defaults: Names that have defaults by name, and their kinds.
    """

    shape: Shape
    defaults: str
    keyword_defaults: tuple[tuple[str, str], ...]


def _initializer(cls: object) -> tuple[object, object]:
    """The `__init__` of a class, and what it is for `_native`."""
    found = type_attribute(cls, "__init__")  # type: ignore[arg-type] # it is a class
    return found, _native(found)


def _described(function: FunctionType) -> Called:
    keyword_defaults = tuple((name, signature_of([each])[1]) for name, each in (function.__kwdefaults__ or {}).items())
    return Called(
        function.__code__.co_consts[-1].shape, signature_of(function.__defaults__ or ())[1:-1], keyword_defaults
    )


GUEST = "guest"
"""Stands for the program's own functions."""
METHOD = "method"
"""Stands for methods that are bound, of the program's own functions."""
CLASS = "class"
"""Stands for classes that are made by class statements; of their methods, the machine executes some."""


@attrs.frozen
class OwnError:
    """Stands for an exception class of the program whose instances are made as those of the interpreter's are."""

    address: int


def _native(callee: object) -> object:
    """The callee if it belongs to the interpreter, `GUEST` for functions of the program, else None."""
    if type(callee) is FunctionType:
        constants = callee.__code__.co_consts
        return GUEST if constants and type(constants[-1]) is GuestCode else None
    if type(callee) is MethodType:
        return METHOD if _native(callee.__func__) is GUEST else None
    if type(callee) in (MethodDescriptorType, BuiltinFunctionType):
        owner = getattr(callee, "__self__", None)
        return callee if owner is None or id(type(owner)) in MODULE_TYPES else None
    if type(callee) is not type:
        return None
    if callee.__module__ == "builtins" or is_unchanging(callee):
        return callee
    is_error = issubclass(callee, BaseException) and _is_made_natively(callee)
    return OwnError(id(callee)) if is_error else CLASS


def _is_made_natively(cls: type[BaseException]) -> bool:
    makers = (type_attribute(cls, "__init__"), type_attribute(cls, "__new__"))
    is_native = type(makers[0]) is WrapperDescriptorType and type(makers[1]) is BuiltinFunctionType
    return is_native and not issubclass(cls, BaseExceptionGroup)


def _told_apart(value: object) -> type:
    kind = type(value)
    return kind if kind in KNOWN_TYPES else object
