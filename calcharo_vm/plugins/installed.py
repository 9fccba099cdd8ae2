"""Which plugins the installed packages announce: looked for once in a process, as long as it imports from one place."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.metadata import EntryPoint

__all__ = ["GROUP", "installed", "installed_names"]

GROUP: Final = "calcharo"
"""The group of entry points in which packages announce their plugins."""


@cache
def _installed(_path: tuple[str, ...]) -> Mapping[str, EntryPoint]:
    from importlib.metadata import entry_points  # noqa: PLC0415 - who wants no plugins does without it

    return {each.name: each for each in entry_points(group=GROUP)}


def installed() -> Mapping[str, EntryPoint]:
    """The entry points of installed plugins, by the plugins' names."""
    return _installed(tuple(sys.path))


def installed_names() -> tuple[str, ...]:
    """The names of the plugins that installed packages announce."""
    return tuple(installed())
