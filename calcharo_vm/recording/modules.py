"""The types that modules have, as far as recordings tell no difference between them."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Final

from calcharo_vm.host_builtins import __builtins__

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MODULE_TYPES", "DividedModule"]


class DividedModule(ModuleType):
    """A module some of whose variables each program has for itself; `sys`, while programs run side by side.

    Attributes:
        parts: By the names of these variables, what reads and what sets them.
    """

    parts: Final[dict[str, tuple[Callable[[], object], Callable[[object], None]]]] = {}

    def __getattribute__(self, name: str) -> object:
        """Give an attribute, such as the module itself would."""
        part = _parts.get(name)
        return _get(self, name) if part is None else part[0]()

    def __setattr__(self, name: str, value: object) -> None:
        """Set an attribute, of the program if each has its own."""
        part = _parts.get(name)
        if part is None:
            _set(self, name, value)
        else:
            part[1](value)

    def __delattr__(self, name: str) -> None:
        """Delete an attribute; one that each program has for itself becomes None."""
        part = _parts.get(name)
        if part is None:
            _delete(self, name)
        else:
            part[1](None)


_parts: Final = DividedModule.parts
_get, _set, _delete = ModuleType.__getattribute__, ModuleType.__setattr__, ModuleType.__delattr__
_parts["__class__"] = lambda: ModuleType, lambda _value: None
DividedModule.__name__ = DividedModule.__qualname__ = ModuleType.__name__
DividedModule.__module__ = ModuleType.__module__

MODULE_TYPES: Final = frozenset({id(ModuleType), id(DividedModule)})
"""By identity: a class may have a metaclass of the program's, which says how it is hashed."""
