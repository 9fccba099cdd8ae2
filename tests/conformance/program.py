"""A conformance program: a Python file with what its first comment lines say about it."""

import hashlib
import os
import re
import shlex
import sys
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parent / "programs"
GUEST_PREFIXES = (str(FOLDER), "<guest")

_HEADER = re.compile(r"# (requires|argv|stdin|path|leaks|output): (.*)")


class Program(NamedTuple):
    """A program and how to run it.

    The header is the run of comment lines at the top of the file:
    `# requires: 3.12` (the first version with its syntax),
    `# requires: 3.11 to 3.13` (only those versions),
    `# argv: one two`, `# stdin: text with \\n escapes`,
    `# path: not compared (reason)`, or `# path: not compared on 3.11 (reason)`.
    """

    path: Path
    first_version: tuple[int, int]
    last_version: tuple[int, int]
    argv: tuple[str, ...]
    stdin: str
    uncompared_path: str

    @property
    def name(self) -> str:
        """The file's name without its suffix."""
        return self.path.stem

    def runs_on(self, version: tuple[int, int]) -> bool:
        """Tells whether the program is written for this version of CPython."""
        return self.first_version <= version <= self.last_version

    def compares_path(self, version: tuple[int, int]) -> bool:
        """Tells whether the executed path is to be the same on this version of CPython."""
        where = self.uncompared_path.partition(" (")[0]
        return where not in {"not compared", f"not compared on {version[0]}.{version[1]}"}

    def digest(self) -> str:
        """Fingerprints the program and the packages beside it."""
        digest = hashlib.sha256(self.path.read_bytes())
        digest.update(_support_digest(self.path.parent))
        return digest.hexdigest()


def read_program(path: Path) -> Program:
    """Reads a program's header."""
    header = dict(_header_of(path.read_text(encoding="utf-8")))
    first, _, last = header.get("requires", "3.11").partition(" to ")
    return Program(
        path=path.resolve(),
        first_version=version_of(first),
        last_version=version_of(last or "3.99"),
        argv=tuple(shlex.split(header.get("argv", ""))),
        stdin=header.get("stdin", "").encode().decode("unicode_escape"),
        uncompared_path=header.get("path", ""),
    )


def all_programs(folder: Path = FOLDER) -> list[Program]:
    """Lists the programs of a folder by name."""
    return [read_program(path) for path in sorted(folder.glob("*__*.py"))]


def programs_for(version: tuple[int, int] = sys.version_info[:2]) -> list[Program]:
    """Lists the programs which a version of CPython can run."""
    return [program for program in all_programs() if program.runs_on(version)]


def share(programs: list[Program], parts: int = 5) -> list[Program]:
    """A share of programs: another one on each version in turn, so that the versions together run them all.

    With `EVERY_PROGRAM=1` in the environment, it is all of them.
    """
    return programs if os.environ.get("EVERY_PROGRAM") == "1" else programs[sys.version_info[1] % parts :: parts]


def is_guest_file(filename: str) -> bool:
    """Tells whether a code object's file makes it guest code."""
    return filename.startswith(GUEST_PREFIXES)


def _header_of(text: str) -> list[tuple[str, str]]:
    found = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        if match := _HEADER.fullmatch(line):
            found.append((match[1], match[2]))
    return found


def version_of(text: str) -> tuple[int, int]:
    """Reads a version such as 3.12."""
    major, minor = text.strip().split(".")
    return int(major), int(minor)


def _support_digest(folder: Path) -> bytes:
    digest = hashlib.sha256()
    for path in sorted(folder.glob("[!_.]*/**/*.py")) + sorted(folder.glob("_*/**/*.py")):
        digest.update(str(path).encode() + path.read_bytes())
    return digest.digest()
