"""Values while code is made: where a value will be found when the made code runs, and what is known of it."""

from __future__ import annotations

from typing import Final

import attrs

from calcharo_vm.host_builtins import __builtins__

SCALARS: Final = frozenset({int, float, bool, str, bytes, type(None)})
"""Types whose values are written to the tape as themselves."""
NUMBERS: Final = frozenset({int, float, bool})


@attrs.frozen
class Value:
    """A value on the stack, or in a slot, of a block being made.

    Attributes:
        code: The expression that gives it: a variable of the made function, or a constant.
        type: Its exact type; None for a scalar of any type.
        shade: The variable that has its `Shade`; None for a scalar.
    """

    code: str
    type: type | None
    shade: str | None = None

    @property
    def word(self) -> str:
        """The expression of what is written to the tape for it."""
        return self.code if self.shade is None else f"{self.shade}.token"

    @property
    def is_scalar(self) -> bool:
        """Whether it is written to the tape as itself."""
        return self.shade is None
