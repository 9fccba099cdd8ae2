"""What `python FILE`, `python -m MODULE`, `python -c CODE` and `python -` say, as values."""
# Paths are strings, as in the C code this follows; pathlib would cost start-up time.
# ruff: noqa: PTH109, PTH117, PTH120

from __future__ import annotations

import os
import sys
from enum import Enum
from typing import NamedTuple

__all__ = ["Program", "ProgramKind"]


class ProgramKind(Enum):
    """Names the ways a program is given to `python`."""

    FILE = "a script, a folder or an archive"
    MODULE = "-m"
    COMMAND = "-c"
    STDIN = "-"


class Program(NamedTuple):
    """A program and its arguments, as they stand on a command line.

    A named tuple and not an attrs class: `calcharo run` must start without importing attrs.
    """

    kind: ProgramKind
    target: str
    arguments: tuple[str, ...] = ()
    is_attached: bool = False
    """Whether option and target are one word, as in `-mMODULE`."""

    @property
    def argv(self) -> list[str]:
        """Give `sys.argv` as the program first sees it."""
        first = {ProgramKind.MODULE: "-m", ProgramKind.COMMAND: "-c"}.get(self.kind, self.target)
        return [first, *self.arguments]

    @property
    def words(self) -> list[str]:
        """Give the words that `python` would have been started with, for `sys.orig_argv`."""
        if self.kind not in {ProgramKind.MODULE, ProgramKind.COMMAND}:
            return [self.target, *self.arguments]
        option = self.kind.value
        words = [option + self.target] if self.is_attached else [option, self.target]
        return [*words, *self.arguments]

    @property
    def path(self) -> str:
        """Give the file's absolute path as `python` forms it: joined to the working folder, not tidied."""
        if os.path.isabs(self.target):
            return self.target
        return f"{os.getcwd()}/{self.target}" if self.target else os.getcwd()

    @property
    def first_import_folder(self) -> str:
        """Give `sys.path[0]` as `python` computes it."""
        if self.kind is ProgramKind.MODULE:
            return os.getcwd()
        if self.kind is ProgramKind.FILE:
            return os.path.dirname(os.path.realpath(self.target))
        return ""


def host_words() -> list[str]:
    """Give the interpreter and its options that this process was started with, without Calcharo's own words."""
    words = sys.orig_argv[: len(sys.orig_argv) - len(sys.argv) + 1]
    if len(words) > 2 and words[-2] == "-m":
        return words[:-2]
    return words[:-1] or [sys.executable]
