"""The source texts of the files that a program was executed from."""

import importlib.util
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from calcharo_vm.host_builtins import __builtins__

_LIBRARY: Final = os.path.dirname(os.__file__)  # noqa: PTH120 - as its files are named


def sources_of(filenames: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yields files and their texts; the library's own are left out, and so are those that cannot be read."""
    for filename in sorted(filenames):
        if filename.startswith(("<", _LIBRARY)):
            continue
        try:
            yield filename, importlib.util.decode_source(Path(filename).read_bytes())
        except (OSError, SyntaxError, ValueError):
            continue
