"""A program's source, measured before it is compiled."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from calcharo_vm.limits.source import excess_of
from calcharo_vm.program.source import is_compiled_file
from calcharo_vm.program.subject import ProgramFile

if TYPE_CHECKING:
    from calcharo_vm.config import Limits
    from calcharo_vm.program.subject import Source

__all__ = ["measured"]


def measured(source: Source | ProgramFile, limits: Limits) -> tuple[Source | ProgramFile, str | None, str | None]:
    """Find the limit that a program's source is beyond.

    Returns:
        What to compile, an empty program in place of one that is too much; that one's text; the limit's name.

    Raises:
        ConfigurationError: The program's file cannot be read.
    """
    if isinstance(source, Path):
        source = ProgramFile.read(source)
    if isinstance(source, ProgramFile):
        if is_compiled_file(source.content, source.name):
            return source, None, None
        _, text, excess = measured(source.content, limits)
        return source if excess is None else attrs.evolve(source, content=b""), text, excess
    excess = excess_of(source, limits)
    if excess is None:
        return source, None, None
    return "", source if isinstance(source, str) else bytes(source).decode("utf-8", "replace"), excess  # type: ignore[arg-type] # nothing else has an excess
