"""What `dis` says of an instruction beyond its number: its argument in words, and its label."""

from __future__ import annotations

import dis
from types import CodeType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Remark", "nested_code", "remarks"]


class Remark(NamedTuple):
    """The words beside one instruction."""

    label: str
    argument: str


def nested_code(code: CodeType) -> Iterator[CodeType]:
    """Go through a code object and all that it holds, outermost first, in the order `dis` shows them."""
    waiting = [code]
    while waiting:
        current = waiting.pop(0)
        yield current
        waiting.extend(constant for constant in current.co_consts if isinstance(constant, CodeType))


def remarks(code: CodeType) -> dict[int, Remark]:
    """Give the remark of each instruction of a code object, by offset."""
    return {
        instruction.offset: Remark(
            _label(instruction.is_jump_target, getattr(instruction, "label", None)), instruction.argrepr
        )
        for instruction in dis.get_instructions(code)
    }


def _label(is_jump_target: bool, number: int | None) -> str:
    """Give the jump label as this CPython's `dis` writes it: numbered since 3.13, an arrow before."""
    if not is_jump_target:
        return ""
    return ">>" if number is None else f"L{number}"
