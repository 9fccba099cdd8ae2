"""Program files read for the commands that show them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from calcharo_vm.program.source import compile_file, is_compiled_file, load_compiled_file

if TYPE_CHECKING:
    from pathlib import Path
    from types import CodeType

__all__ = ["load", "show_error"]


def load(file: Path) -> CodeType | None:
    """Read the code object of a program; when there is none, say why as CPython does and give None."""
    source = file.read_bytes()
    path = str(file)
    try:
        if is_compiled_file(source, path):
            return load_compiled_file(source)
        return compile_file(source, path)
    except (SyntaxError, ValueError, RuntimeError, OverflowError, RecursionError, MemoryError) as error:
        show_error(error)
        return None


def show_error(error: BaseException) -> None:
    """Print an error without the frames that found it, as CPython prints a program that does not compile."""
    sys.__excepthook__(type(error), error.with_traceback(None), None)
