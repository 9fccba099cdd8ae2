"""Values while code is made: where a value will be found when the made code runs, and what is known of it."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Final

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.values import Null
from calcharo_vm.recording.layouts import SCALAR_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SCALARS: Final = frozenset({int, float, bool, str, bytes, type(None), Null})
"""Types whose values are written to the tape as themselves."""
SCALAR_IDS: Final = frozenset(map(id, SCALARS))
"""The same for made code, which must not ask a class of the program for its hash."""
LETTERS: Final = {id(kind): "-" for kind in SCALAR_TYPES} | dict.fromkeys(SCALAR_IDS, "s")
"""What `signature_of` has for a value of a type; `o` for all others."""
NUMBERS: Final = frozenset({int, float, bool})
EXCEPTIONS: Final = frozenset(
    each for each in vars(builtins).values() if type(each) is type and issubclass(each, BaseException)
) - {BaseExceptionGroup, ExceptionGroup}
"""The interpreter's own exception classes; making an instance of one does nothing else."""
EXCEPTION_IDS: Final = frozenset(map(id, EXCEPTIONS))
PLAIN_EXCEPTIONS: Final = (
    *(ArithmeticError, AssertionError, IndexError, KeyError, LookupError, OverflowError, RuntimeError, TypeError),
    *(ValueError, ZeroDivisionError),
)
"""Those whose instances hold their arguments alone."""


@attrs.frozen(eq=False)
class Fresh:
    """A new tuple of which only its number is recorded so far, since it is about to be taken apart.

    Attributes:
        number: The variable that has its oid.
        parts: What it holds.
    """

    number: str
    parts: Sequence[Value]


@attrs.frozen(eq=False)
class Value:
    """A value on the stack, or in a slot, of a block being made.

    Attributes:
        code: The expression that gives it: a variable of the made function, or a constant.
        type: Its exact type; None where it is not known.
        shade: The variable that has its `Shade`; None for a scalar.
        constant: The object that it always is, None if it is not known.
        is_constant: Whether it is a constant of the code object, so that its end on the stack is not its end.
        is_owned: Whether its `Shade` counts it already, because it lay on the stack when the block began.
        fresh: What is known of a new tuple that is about to be taken apart; its `shade` makes that only when asked.
        is_mixed: Whether it is a scalar at times: then the variable that would have its `Shade` has None.
    """

    code: str
    type: type | None
    shade: str | None = None
    is_owned: bool = False
    constant: object = None
    is_constant: bool = False
    fresh: Fresh | None = None
    is_mixed: bool = False

    @property
    def word(self) -> str:
        """The expression of what is written to the tape for it."""
        if self.is_mixed:
            return f"({self.code} if {self.shade} is None else {self.shade}.token)"
        return self.code if self.shade is None else f"{self.shade}.token"

    @property
    def recorded(self) -> str:
        """The expression of what a shade keeps for it."""
        if self.is_mixed:
            return f"({self.code} if {self.shade} is None else {self.shade})"
        return self.code if self.shade is None else self.shade

    @property
    def is_scalar(self) -> bool:
        """Whether it is always written to the tape as itself."""
        return self.shade is None

    def if_object(self, line: str) -> str:
        """A line that is for objects alone."""
        return f"if {self.shade} is not None: {line}" if self.is_mixed else line

    def or_scalar(self, condition: str) -> str:
        """A condition that is for objects alone."""
        return f"({self.shade} is None or {condition})" if self.is_mixed else condition

    @property
    def going(self) -> str:
        """What `go_unseen` gets for it, among others."""
        pair = f"({self.shade}, {self.code})"
        return f"*(() if {self.shade} is None else ({pair},))" if self.is_mixed else pair


def are_mixed(kinds: frozenset[type]) -> bool:
    """Returns whether some of a value's types are those of scalars, and some are not."""
    return bool(kinds & SCALARS) and not kinds <= SCALARS


def held_values(count: int) -> tuple[Value, ...]:
    """What blocks leave to each other on the stack, bottom first, where there is no frame; a scalar has no shade."""
    return tuple(Value(f"held{at}", None, f"shade{at}", is_owned=True) for at in range(count))


def only_one(kinds: frozenset[type]) -> type | None:
    """The type that is alone in a set, or None."""
    return next(iter(kinds)) if len(kinds) == 1 else None


def type_test(code: str, kind: type) -> str:
    """The condition that a value is exactly of a type, which is a builtin or one of `profile.NAMED_TYPES`."""
    if kind is type(None):
        return f"{code} is None"
    return f"type({code}) is {name_of_type(kind)}"


def name_of_type(kind: type) -> str:
    """The name of a type in made code."""
    is_builtin = kind is Null or getattr(builtins, kind.__name__, None) is kind
    return kind.__name__ if is_builtin else f"type_{kind.__name__}"


def signature_of(values: Iterable[object]) -> str:
    """Of each argument of a call, `s` for a scalar or `o` for an object, in parentheses; `-` for what is never told."""
    return f"({''.join([LETTERS.get(id(type(value)), 'o') for value in values])})"


_EQUAL_IF_SAME: Final = frozenset({int, str, bytes, bool})
"""Types whose values are equal to none but those that stand for the same."""


def unchanged(old: str, value: Value, kind: type | None = None) -> str:
    """The condition that a scalar is recorded already: it stands for itself, or was made anew.

    `kind` is the type of the old one, if it is known.
    """
    if kind is not None and kind is value.type and kind in _EQUAL_IF_SAME:
        return f"{old} == {value.code}"
    is_equal = f"({old} == {value.code} or {value.code} != {value.code})"  # NaN is not equal to itself
    return f"{old} is {value.code} or ({is_equal} and stands_for({old}, {value.code}))"


def is_same(old: str, value: Value, kind: type | None = None) -> str:
    """The condition that a value is recorded already where `old` is recorded; see `unchanged`."""
    if value.is_scalar:
        return unchanged(old, value, kind)
    is_object = f"{old} is {value.shade}"
    return f"({unchanged(old, value)}) if {value.shade} is None else {is_object}" if value.is_mixed else is_object
