"""How what has been loaded lies on the stack: alone, or with NULL, where a receiver might be, if it is called next."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.values import Null
from calcharo_vm.tiers.compiled.values import Value

if TYPE_CHECKING:
    from calcharo_vm.tiers.compiled.path_writer import PathWriter

_NULL_LAST: Final = sys.version_info >= (3, 13)
"""Whether NULL lies above what is called, or below."""


def place_of_loaded(*, is_called: bool) -> int:
    """Where it lies, from the top of the stack."""
    return 2 if is_called and _NULL_LAST else 1


def give_loaded(writer: PathWriter, value: Value, *, is_called: bool) -> None:
    """Pushes it, and ends the instruction."""
    null = Value("NULL", Null)
    pushed = (value,) if not is_called else (value, null) if _NULL_LAST else (null, value)
    for each in pushed:
        writer.push(each)
    writer.end(str(len(pushed)), *(each.word for each in pushed))
