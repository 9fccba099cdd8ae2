"""How large results will be, worked out from operands before anything is computed.

An estimate is a lower bound, so that nothing is refused that would fit; the result itself is measured afterwards.
Operands are looked at only if they are of the very built-in types: nothing of the program is called.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, Final

from calcharo_vm.limits.widths import percent_width, specified_width, template_width
from calcharo_vm.machine.attributes import type_attribute
from calcharo_vm.machine.hiding import hidden
from calcharo_vm.machine.values import NULL

__all__ = ["BINARY", "BITS", "CALLS", "CONSUMERS", "ITEMS", "MEASURES", "TEXT", "Estimate", "Size", "cut"]

Size = tuple[str, int]
"""The name of a limit, and how much of it is needed."""
Estimate = Callable[[Sequence[Any]], Size | None]
"""Works out from its arguments what the result of a call needs at least; None if it cannot be known or is little."""

BITS, TEXT, ITEMS = "integer_bits", "string_length", "container_size"
_TEXTS: Final = (str, bytes, bytearray)
_LISTS: Final = (list, tuple)
_SIZED: Final = frozenset({str, bytes, bytearray, list, tuple, dict, set, frozenset, range})

MEASURES: Final[dict[type, tuple[str, Callable[[Any], int]]]] = {
    int: (BITS, int.bit_length),
    **dict.fromkeys(_TEXTS, (TEXT, len)),
    **dict.fromkeys((list, tuple, dict, set, frozenset), (ITEMS, len)),
}
"""What measures a value, by its type."""


# --- operators -------------------------------------------------------------------------------------


def _product(left: object, right: object) -> Size | None:
    if type(left) is int and type(right) is int:
        return BITS, left.bit_length() + right.bit_length() - 1
    if type(left) is int:
        left, right = right, left
    if type(right) is not int or right < 0:
        return None
    if type(left) in _TEXTS:
        return TEXT, len(left) * right  # type: ignore[arg-type] # as the test says
    return (ITEMS, len(left) * right) if type(left) in _LISTS else None  # type: ignore[arg-type]


def _sum(left: object, right: object) -> Size | None:
    if type(left) is not type(right) or type(left) not in (*_TEXTS, *_LISTS):
        return None
    return (TEXT if type(left) in _TEXTS else ITEMS), len(left) + len(right)  # type: ignore[arg-type]


def _power(base: object, exponent: object) -> Size | None:
    if type(base) is int and type(exponent) is int and exponent > 0:
        return BITS, (base.bit_length() - 1) * exponent + 1
    return None


def _shifted(value: object, places: object) -> Size | None:
    if type(value) is int and type(places) is int and value and places > 0:
        return BITS, value.bit_length() + places
    return None


def _percent(template: object, arguments: object) -> Size | None:
    return TEXT, percent_width(template, arguments)


BINARY: Final[dict[str, Callable[[object, object], Size | None]]] = {
    "+": _sum,
    "*": _product,
    "**": _power,
    "<<": _shifted,
    "%": _percent,
}
"""By operator, what its result needs at least."""

# --- calls -----------------------------------------------------------------------------------------


def _of_two(estimate: Callable[[object, object], Size | None]) -> Estimate:
    return lambda arguments: estimate(arguments[0], arguments[1]) if len(arguments) == 2 else None


def _joined(arguments: Sequence[Any]) -> Size | None:
    if len(arguments) != 2 or type(arguments[1]) not in _LISTS:
        return None
    separator, parts = arguments
    lengths = [len(each) for each in parts if type(each) in _TEXTS]
    return TEXT, sum(lengths) + len(separator) * max(len(lengths) - 1, 0)


def _replaced(arguments: Sequence[Any]) -> Size | None:
    text, *others = arguments
    if len(others) < 2 or any(type(each) is not type(text) for each in others[:2]):
        return None
    old, new = others[:2]
    count = text.count(old)
    most = others[2] if len(others) > 2 and type(others[2]) is int and others[2] >= 0 else count
    return TEXT, len(text) + min(count, most) * (len(new) - len(old))


def _padded(arguments: Sequence[Any]) -> Size | None:
    return (TEXT, arguments[1]) if len(arguments) > 1 and type(arguments[1]) is int else None


def _expanded(arguments: Sequence[Any]) -> Size | None:
    text, *others = arguments
    size = others[0] if others and type(others[0]) is int else 8
    return TEXT, text.count("\t" if type(text) is str else b"\t") * size  # each goes on to another multiple of it


def _template(arguments: Sequence[Any]) -> Size | None:
    return TEXT, template_width(arguments[0], arguments[1:])


def _specified(arguments: Sequence[Any]) -> Size | None:
    return (TEXT, specified_width(arguments[0], arguments[1])) if len(arguments) > 1 else None


def _bytes(arguments: Sequence[Any]) -> Size | None:
    if len(arguments) != 1:
        return None
    if type(arguments[0]) is int:
        return TEXT, arguments[0]
    return (TEXT, len(arguments[0])) if type(arguments[0]) in _SIZED else None


def _collected(arguments: Sequence[Any]) -> Size | None:
    """What a list or tuple takes that is made of something with a length; a set may take less."""
    if arguments and type(arguments[0]) in _SIZED:
        return ITEMS, _length(arguments[0])
    return None


def _length(value: Any) -> int:
    if type(value) is range:  # whose length may be beyond that of anything
        return max(0, (value.stop - value.start + value.step - (1 if value.step > 0 else -1)) // value.step)
    return len(value)


def _grown(arguments: Sequence[Any]) -> Size | None:
    return (ITEMS, len(arguments[0]) + 1) if type(arguments[0]) is list else None


def _extended(arguments: Sequence[Any]) -> Size | None:
    if len(arguments) == 2 and type(arguments[0]) is list and type(arguments[1]) in _SIZED:
        return ITEMS, len(arguments[0]) + _length(arguments[1])
    return None


def _bytes_grown(arguments: Sequence[Any]) -> Size | None:
    if len(arguments) == 2 and type(arguments[0]) is bytearray:
        return TEXT, len(arguments[0]) + (1 if type(arguments[1]) is int else (_bytes(arguments[1:]) or ("", 0))[1])
    return None


def _factorial(arguments: Sequence[Any]) -> Size | None:
    if len(arguments) != 1 or type(arguments[0]) is not int or arguments[0] < 2:
        return None
    number = min(arguments[0], 1 << 60)
    return BITS, int(number * (math.log2(number) - 1.4427)) or 1


def _chosen(arguments: Sequence[Any]) -> Size | None:
    """What a binomial coefficient takes at least: (n / k) ** k."""
    if len(arguments) != 2 or not all(type(each) is int and each > 0 for each in arguments):
        return None
    number, chosen = arguments
    chosen = min(chosen, number - chosen)
    if chosen < 1 or number.bit_length() > 60:
        return None
    return BITS, int(chosen * math.log2(number / chosen))


def _from_bytes(arguments: Sequence[Any]) -> Size | None:
    return (BITS, 8 * (len(arguments[0]) - 1)) if arguments and type(arguments[0]) in {bytes, bytearray} else None


def _methods(kinds: Sequence[type], names: str, estimate: Estimate) -> dict[int, Estimate]:
    return {
        id(vars(kind)[name]): _of_receiver(kind, estimate)
        for kind in kinds
        for name in names.split()
        if name in vars(kind)
    }


def _of_receiver(kind: type, estimate: Estimate) -> Estimate:
    """Make an estimate only where the first argument is of the very type."""
    return lambda arguments: estimate(arguments) if arguments and type(arguments[0]) is kind else None


_PRODUCT, _SUM, _POWER, _SHIFT = map(_of_two, (_product, _sum, _power, _shifted))
CALLS: Final[dict[int, Estimate]] = {
    id(pow): _POWER,
    id(format): _specified,
    id(bytes): _bytes,
    id(bytearray): _bytes,
    id(list): _collected,
    id(tuple): _collected,
    id(sorted): _collected,
    id(math.factorial): _factorial,
    id(math.comb): _chosen,
    id(math.perm): _chosen,
    **dict.fromkeys(map(id, (operator.pow, operator.ipow)), _POWER),
    **dict.fromkeys(map(id, (operator.mul, operator.imul)), _PRODUCT),
    **dict.fromkeys(map(id, (operator.lshift, operator.ilshift)), _SHIFT),
    **dict.fromkeys(map(id, (operator.add, operator.iadd, operator.concat, operator.iconcat)), _SUM),
    id(operator.mod): _of_two(_percent),
    **_methods([int], "__pow__", _POWER),
    **_methods([int], "__lshift__", _SHIFT),
    **_methods([int, *_TEXTS, *_LISTS], "__mul__ __rmul__ __imul__", _PRODUCT),
    **_methods([*_TEXTS, *_LISTS], "__add__ __iadd__", _SUM),
    **_methods(_TEXTS, "__mod__", _of_two(_percent)),
    **_methods(_TEXTS, "join", _joined),
    **_methods(_TEXTS, "replace", _replaced),
    **_methods(_TEXTS, "ljust rjust center zfill", _padded),
    **_methods(_TEXTS, "expandtabs", _expanded),
    **_methods([str], "format", _template),
    **_methods([list], "append insert", _grown),
    **_methods([list], "extend", _extended),
    **_methods([bytearray], "append extend", _bytes_grown),
    id(vars(dict)["fromkeys"]): _collected,
    id(vars(int)["from_bytes"]): _from_bytes,
}
"""By the identity of what is called, what the result needs at least; a method's first argument is its receiver."""

CONSUMERS: Final[dict[int, int]] = {
    **dict.fromkeys(map(id, (list, tuple, set, frozenset, sorted)), 0),
    id(vars(list)["extend"]): 1,
    id(vars(set)["update"]): 1,
}
"""By the identity of what is called, which of its arguments is an iterable that all goes into a container."""


@hidden
def cut(iterable: object, most: int) -> object:
    """No more of an iterable than one item too many; as it is, if it is a container, or no iterable."""
    if type(iterable) is range:
        return iterable[: most + 1]
    if type(iterable) in _SIZED or type_attribute(type(iterable), "__iter__") is NULL:
        return iterable
    return islice(iterable, most + 1)  # type: ignore[call-overload] # which asks for the iterator, as its user would
