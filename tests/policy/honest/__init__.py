"""Ordinary programs, which must do under the standard policy what they do under plain CPython."""

from __future__ import annotations

import textwrap
from typing import Final

from tests.policy.honest import classes, functions, library

__all__ = ["HONEST"]

_GROUPS: Final = (classes, functions, library)
HONEST: Final = {
    f"{group.__name__.rpartition('.')[2]}: {name}": textwrap.dedent(source)
    for group in _GROUPS
    for name, source in group.PROGRAMS.items()
}
"""The programs, by name."""
