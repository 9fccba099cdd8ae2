"""Programs that get out of a sandbox under plain CPython, and must not under the standard policy.

Each prints the secret in the file CANARY, or REACHED when it holds what no program of a sandbox may hold.
"""

from __future__ import annotations

import textwrap
from typing import Final

from tests.policy.escapes import attributes, library, modules, names, values

__all__ = ["ESCAPES"]

_GROUPS: Final = (attributes, names, modules, library, values)
ESCAPES: Final = {
    f"{group.__name__.rpartition('.')[2]}: {name}": textwrap.dedent(group.PRELUDE) + textwrap.dedent(source)
    for group in _GROUPS
    for name, source in group.PROGRAMS.items()
}
"""The programs, by name."""
