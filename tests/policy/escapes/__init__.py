"""Programs that get out of a sandbox under plain CPython, and must not under the standard policy.

Each prints the secret in the file CANARY, or REACHED when it holds what no program of a sandbox may hold.
"""

from __future__ import annotations

import sys
import textwrap
from typing import Final

from tests.policy.escapes import attributes, library, modules, names, values

__all__ = ["ESCAPES", "HARMLESS"]

_GROUPS: Final = (attributes, names, modules, library, values)
_VERSIONS: Final = {
    "a constant named in a text for a signature": (12, 13),
    "module behind a submodule": (13, 99),
    "name in a class with a type parameter": (12, 99),
}
"""The first and last CPython that programs get out of."""
ESCAPES: Final = {
    f"{group.__name__.rpartition('.')[2]}: {name}": textwrap.dedent(group.PRELUDE) + textwrap.dedent(source)
    for group in _GROUPS
    for name, source in group.PROGRAMS.items()
    if _VERSIONS.get(name, (11, 99))[0] <= sys.version_info.minor <= _VERSIONS.get(name, (11, 99))[1]
}
"""The programs, by name."""

HARMLESS: Final = frozenset(
    {
        # There are names without values, the names of a facade, and a class that redirects what it says.
        "attributes: attribute of a builtin class's namespace",
        "attributes: descriptor of a function's globals",
        "attributes: namespace of a module",
        "library: attributes of sys set by redirect_stderr",
        "library: attributes of sys set by redirect_stdout",
        "names: vars called by map",
        "names: vars of a class",
        "names: vars of a module",
    }
)
"""Those that nothing refuses, and that get nothing out of it."""
