"""The handlers of a code object's instructions, as they were linked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs

from calcharo_vm.code.metadata import TABLE
from calcharo_vm.host_builtins import __builtins__

if TYPE_CHECKING:
    from calcharo_vm.code import DecodedCode

Entry = tuple[Callable[..., object], object, int]
"""Handler, operand and next index of an instruction."""


@attrs.frozen(eq=False)
class Linked:
    """Instructions and their handlers.

    Attributes:
        decoded: The instructions.
        plain: The handlers that were linked first, by index.
    """

    decoded: DecodedCode
    plain: tuple[Entry, ...]

    def landing(self, index: int) -> int | None:
        """Where an instruction goes on that jumps; None if it does not."""
        if self.decoded.opcodes[index] not in TABLE.JUMPS:
            return None
        operand = self.plain[index][1]
        return operand if type(operand) is int else self.decoded.targets[index]
