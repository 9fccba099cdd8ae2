"""Asks a worker, on any interpreter, to compare random programs."""

import json
import subprocess
from typing import TYPE_CHECKING

from tests.conformance.running import ROOT, environment

if TYPE_CHECKING:
    from tests.conformance.fuzzing.worker import Report


class Worker:
    """A child process which compares one batch after another (see worker.py)."""

    def __init__(self, python: str) -> None:
        self._process = subprocess.Popen(
            [python, "-X", "utf8", "-m", "tests.conformance.fuzzing.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
            cwd=ROOT,
        )

    def compare(self, seed: int, first: int, count: int, *, minimise: bool = True) -> "Report":
        """Compares some programs of a seed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {"seed": seed, "first": first, "count": count, "minimise": minimise}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the worker ended: its error is above")
        report: Report = json.loads(line)
        return report

    def close(self) -> None:
        """Ends the child."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
