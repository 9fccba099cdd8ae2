"""What kinds of values lie on the stack before each instruction (CPython's `mark_stacks`).

CPython tells from them whether a frame may go on at another line.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from calcharo_vm.code.metadata import TABLE, stack_effect
from calcharo_vm.host_builtins import __builtins__

if TYPE_CHECKING:
    from calcharo_vm.code.decoded import DecodedCode

Kinds = str
"""The kinds of the values on a stack, a letter each, bottom first. They sort as CPython's numbers for them."""
ITERATOR, EXCEPTION, OBJECT, NULL, LASTI = "iknop"
PREVIOUS = "K"
"""The exception that was current before a handler; CPython does not tell it from others."""
TOO_DEEP = "..."
"""Stands for a stack of more than 21 values, which CPython does not analyse."""
_MOST_VALUES = 21

UNREACHABLE = "?"
"""Stands for the stack of an instruction that nothing leads to."""

_METHOD = NULL + OBJECT if sys.version_info < (3, 13) else OBJECT + NULL
_PUSHED = {
    "GET_AITER": ITERATOR,
    "LOAD_METHOD": _METHOD,
    "PUSH_EXC_INFO": PREVIOUS + EXCEPTION,
    "PUSH_NULL": NULL,
    **({"CALL": OBJECT} if sys.version_info < (3, 13) else {}),  # it takes a NULL that lies below the callable
}
"""What instructions push that is not simply an object for each value they add."""
_EFFECT_WITH_NULL = {"LOAD_ATTR": 1, "LOAD_GLOBAL": 2}
"""What instructions that may push NULL do to the stack's length if they push it."""
_COUNTS_WHAT_IS_SENT_FIRST = sys.version_info < (3, 13)
_UNKNOWN = frozenset({TOO_DEEP, UNREACHABLE})
_GENERATOR_FLAGS = 0x20 | 0x80 | 0x200
_ENDING = frozenset({"RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS", "RERAISE"})
_ALWAYS_JUMPING = frozenset({"JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT"})


def stack_kinds(decoded: DecodedCode) -> list[Kinds]:
    """The kinds on the stack before each instruction."""
    kinds = [UNREACHABLE] * len(decoded.opcodes)
    kinds[0] = OBJECT if _COUNTS_WHAT_IS_SENT_FIRST and decoded.code.co_flags & _GENERATOR_FLAGS else ""
    unknown = len(kinds)
    while kinds.count(UNREACHABLE) < unknown:
        unknown = kinds.count(UNREACHABLE)
        for index in range(len(kinds)):
            if kinds[index] is not UNREACHABLE:
                _follow(decoded, index, kinds)
        for entry in decoded.handlers:
            below = kinds[entry.start]
            if below is not UNREACHABLE and kinds[entry.target] is UNREACHABLE:
                kinds[entry.target] = _pushed(_cut(below, entry.depth), LASTI * entry.lasti + EXCEPTION)
    return kinds


def _follow(decoded: DecodedCode, index: int, kinds: list[Kinds]) -> None:
    """Notes the kinds before the instructions that may follow one."""
    opcode, oparg = decoded.opcodes[index], decoded.opargs[index]
    name, before = TABLE.OPNAMES[opcode], kinds[index]
    if opcode in TABLE.JUMPS:
        kinds[decoded.targets[index]] = _after("", stack_effect(opcode, oparg, jump=True), oparg, before)
    if name not in _ENDING and name not in _ALWAYS_JUMPING:
        kinds[index + 1] = _after(name, _effect(name, opcode, oparg), oparg, before)


def _effect(name: str, opcode: int, oparg: int) -> int:
    """The change of the stack's length; on 3.11, `dis` counts for PRECALL what CALL takes."""
    if name == "PRECALL":
        return 0
    return -1 - oparg if name == "CALL" else stack_effect(opcode, oparg, jump=False)


def _after(name: str, effect: int, oparg: int, before: Kinds) -> Kinds:
    """The kinds after an instruction which changes the length of the stack by `effect`."""
    if before is TOO_DEEP:
        return TOO_DEEP
    if name == "SWAP":
        return before[:-oparg] + before[-1] + before[1 - oparg : -1] + before[-oparg]
    if name == "COPY":
        return _pushed(before, before[-oparg])
    if name == "GET_ITER":
        pushed = ITERATOR * (1 + effect)  # since 3.15, a position follows the iterator
    elif _EFFECT_WITH_NULL.get(name) == effect:
        pushed = _METHOD
    else:
        pushed = _PUSHED.get(name, OBJECT * effect)
    return _pushed(before[: len(before) + effect - len(pushed)], pushed)


def _pushed(before: Kinds, kinds: Kinds) -> Kinds:
    return TOO_DEEP if before is TOO_DEEP or len(before) + len(kinds) > _MOST_VALUES else before + kinds


def _cut(kinds: Kinds, depth: int) -> Kinds:
    return TOO_DEEP if kinds is TOO_DEEP else kinds[:depth]


def as_cpythons(kinds: Kinds) -> Kinds:
    """Kinds without the difference that CPython does not make."""
    return kinds.replace(PREVIOUS, EXCEPTION)


def can_be_cut(here: Kinds, there: Kinds) -> bool:
    """Whether a stack of the kinds `here` has values at its bottom that can stand for those `there`."""
    if here in _UNKNOWN or there in _UNKNOWN:
        return False
    kept, wanted = as_cpythons(here[: len(there)]), as_cpythons(there)
    return len(kept) == len(wanted) and kept <= wanted and all(map(_can_stand_for, kept, wanted))


def _can_stand_for(kind: str, wanted: str) -> bool:
    return wanted in {kind, NULL} or (wanted == OBJECT and kind != NULL)
