"""Programs executed by plain CPython and under a policy, and whether they got out."""

from __future__ import annotations

import gc
import json
import os
import secrets
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from calcharo_vm import Capture, Policy, Recording, TracerConfig, execute_and_trace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Canary", "canary", "outputs_of_cpython", "trace"]

_RUNNER: Final = """
import json, os, sys, tempfile
import asyncio, contextlib, copy, dataclasses, decimal, inspect, pprint, random, statistics, typing  # once for all
asked, answers = json.load(sys.stdin), {}
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
sys.stdin = open(0)
for name, source in asked.items():
    with tempfile.TemporaryFile() as output:
        child = os.fork()
        if child == 0:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno() if name.startswith("!") else os.open(os.devnull, os.O_WRONLY), 2)
            try:
                exec(compile(source, "<string>", "exec"), vars(sys.modules["__main__"]))
            except SystemExit:
                pass
            finally:
                sys.stdout.flush()
                os._exit(0)
        os.waitpid(child, 0)
        output.seek(0)
        answers[name] = output.read().decode(errors="replace")
json.dump(answers, sys.stdout)
"""
_ENVIRONMENT: Final = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def outputs_of_cpython(programs: Mapping[str, str]) -> dict[str, str]:
    """Execute programs by plain CPython, each in a process of its own, and give what they wrote."""
    command = [sys.executable, "-c", _RUNNER]
    done = subprocess.run(
        command, input=json.dumps(programs), stdout=subprocess.PIPE, text=True, check=True, env=_ENVIRONMENT
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


class Canary:
    """A file with a secret.

    Attributes:
        prelude: What tells a program where it is.
    """

    def __init__(self, path: str) -> None:
        self._token = secrets.token_hex(16)
        Path(path).write_text(self._token, encoding="utf-8")
        self.prelude = f"CANARY = {path!r}\n"

    def is_out(self, text: str) -> bool:
        """Tell whether a program that wrote this has got out."""
        return self._token in text or "REACHED" in text or "The Zen of Python" in text


@contextmanager
def canary() -> Iterator[Canary]:
    """Make a secret for as long as the block runs; programs have an empty standard input meanwhile."""
    stdin = sys.stdin
    with tempfile.TemporaryDirectory() as folder, Path(os.devnull).open(encoding="utf-8") as nothing:
        sys.stdin = nothing
        gc.freeze()  # each run collects what its program leaves, and need not look at all else
        try:
            yield Canary(f"{folder}/secret")
        finally:
            gc.unfreeze()
            sys.stdin = stdin


def trace(source: str, policy: Policy | str = "standard") -> Recording:
    """Trace a program under a policy."""
    config = TracerConfig(policy=policy, capture=Capture(metrics=False))
    return execute_and_trace(source, config)
