"""The public names of Calcharo VM under the name its first users know it by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import calcharo_vm
from calcharo_vm import __all__ as __all__
from calcharo_vm import __version__ as __version__

if TYPE_CHECKING:
    from calcharo_vm import *  # noqa: F403 - the list is calcharo_vm's own


def __getattr__(name: str) -> object:
    """Load a public name from `calcharo_vm`."""
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value: object = getattr(calcharo_vm, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__, "__version__"})
