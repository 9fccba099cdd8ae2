"""One program, run by `python` and by `calcharo run`, and what each made of it."""

from __future__ import annotations

import difflib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

__all__ = ["Seen", "assert_same", "calcharo", "native"]

_ROOT = Path(__file__).resolve().parents[2]
_SECONDS = 60


class Seen(NamedTuple):
    """What a process showed of itself."""

    stdout: str
    stderr: str
    status: int


def native(*words: str, folder: Path, stdin: str = "", options: tuple[str, ...] = ()) -> Seen:
    """Run a command line of `python`."""
    return _run([*options, *words], folder, stdin)


def calcharo(*words: str, folder: Path, stdin: str = "", options: tuple[str, ...] = ()) -> Seen:
    """Run a command line of `calcharo`."""
    return _run([*options, "-m", "calcharo_vm", *words], folder, stdin)


def assert_same(*words: str, folder: Path, stdin: str = "", options: tuple[str, ...] = ()) -> Seen:
    """Run a program both ways, hold the two against each other, and give what was seen."""
    expected = native(*words, folder=folder, stdin=stdin, options=options)

    actual = calcharo("run", *words, folder=folder, stdin=stdin, options=options)

    assert actual == expected, _difference(expected, actual)
    return actual


def _difference(expected: Seen, actual: Seen) -> str:
    lines = [f"{name}={value}" for name, value in zip(Seen._fields, expected, strict=True)]
    others = [f"{name}={value}" for name, value in zip(Seen._fields, actual, strict=True)]
    return "\n".join(
        difflib.unified_diff("\n".join(lines).split("\n"), "\n".join(others).split("\n"), "python", "calcharo")
    )


def _run(words: list[str], folder: Path, stdin: str) -> Seen:
    environment = dict(os.environ, PYTHONPATH=str(_ROOT), PYTHONHASHSEED="0", PYTHONDONTWRITEBYTECODE="1")
    done = subprocess.run(
        [sys.executable, *words],
        input=stdin.encode(),
        capture_output=True,
        cwd=folder,
        env=environment,
        timeout=_SECONDS,
        check=False,
    )
    return Seen(_shown(done.stdout), _shown(done.stderr), done.returncode)


def _shown(output: bytes) -> str:
    """Decode output, with addresses, which no two processes share, all alike."""
    return re.sub(r"0x[0-9a-f]+", "0x0", output.decode(errors="backslashreplace"))
