"""Compares random programs on the machine with CPython: output, exceptions, path, invariants.

    python tests/conformance/random_programs.py [--python .venv-3.13/bin/python] [--count 1000] [--seed 1] [-j 2]

A seed and a number make a program, always the same one. What has been compared is kept: the command goes on where it
was stopped, and with a larger --count. Programs that differ are made smaller and put into tests/conformance/.cache.
"""

import argparse
import hashlib
import json
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.conformance.fuzzing.client import Worker
from tests.conformance.running import CACHE, Comparison

if TYPE_CHECKING:
    from tests.conformance.fuzzing.worker import Report

BATCH = 50
_WRITERS = (
    *("builder", "expressions", "statements", "definitions", "classes", "more_classes", "library"),
    *("helpers", "semantics", "syntax", "anything", "comparing"),
)
_COUNTED = ("same", "invalid", "stopped", "unstable", "steps")


class Progress:
    """What has been compared, on disk: one line a batch."""

    def __init__(self, name: str) -> None:
        CACHE.mkdir(exist_ok=True)
        self.path = CACHE / f"{name}.jsonl"
        self.totals: Counter[str] = Counter()
        self.done: set[int] = set()
        for line in self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else ():
            self._count(json.loads(line))

    def add(self, report: "Report") -> None:
        """Keeps the report of a batch, and shows its finds."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(report) + "\n")
        self._count(report)
        for find in report["finds"]:
            program = find["program"]
            name = f"{self.path.stem}-{program['number']}"
            (CACHE / f"{name}.py").write_text(program["source"], encoding="utf-8")
            print(f"=== {name} ({program['kind']}): {find['aspect']}\n{find['details']}\n", flush=True)

    def _count(self, report: "Report") -> None:
        self.done.add(report["first"])
        self.totals.update({key: value for key, value in report.items() if key in _COUNTED and isinstance(value, int)})
        self.totals["finds"] += len(report["finds"])


def main() -> int:
    """Runs the command line."""
    options = _parse()
    version = Comparison(options.python).version
    progress = Progress(f"random-{version[0]}.{version[1]}-seed{options.seed}-{_generators_digest()}")
    pending: SimpleQueue[int] = SimpleQueue()
    for first in range(0, options.count, BATCH):
        if first not in progress.done:
            pending.put(first)
    started = time.monotonic()
    before = _compared(progress)
    with ThreadPoolExecutor(options.jobs) as pool:
        for _ in pool.map(lambda _: _work(options, pending, progress, started + options.seconds), range(options.jobs)):
            pass
    seconds = time.monotonic() - started
    rate = (_compared(progress) - before) / max(seconds, 0.1)
    listed = ", ".join(f"{progress.totals[key]} {key}" for key in (*_COUNTED, "finds"))
    print(f"{version[0]}.{version[1]}, seed {options.seed}: {listed}; {rate:.1f} programs a second now")
    return int(bool(progress.totals["finds"]))


def _generators_digest() -> str:
    """Fingerprints what writes the programs: when it changes, a number makes another program."""
    sources = (Path(__file__).parent / "fuzzing" / f"{name}.py" for name in _WRITERS)
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:8]


def _compared(progress: Progress) -> int:
    return progress.totals["same"] + progress.totals["finds"]


def _work(options: argparse.Namespace, pending: "SimpleQueue[int]", progress: Progress, until: float) -> None:
    worker = Worker(options.python)
    while time.monotonic() < until:
        try:
            first = pending.get_nowait()
        except Empty:
            break
        progress.add(worker.compare(options.seed, first, BATCH, minimise=not options.large))
        if len(progress.done) % 20 == 0:
            print(f"{_compared(progress)} compared, {progress.totals['finds']} finds", flush=True)
    worker.close()


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=sys.executable, help="the interpreter to compare on")
    parser.add_argument("--count", type=int, default=1000, help="how many programs, from number 0, in batches of 50")
    parser.add_argument("--seed", type=int, default=1, help="which programs")
    parser.add_argument("-j", "--jobs", type=int, default=1, help="programs at the same time")
    parser.add_argument("--seconds", type=float, default=1e9, help="begin nothing new after this time")
    parser.add_argument("--large", action="store_true", help="do not make finds smaller")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
