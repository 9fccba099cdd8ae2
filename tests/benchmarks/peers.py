"""Measures other tracers and interpreters beside Calcharo, in one run, on the same programs.

    nox -s peers [-- --write] [-- PROGRAM...]

Each run has a process of its own, which also runs the program natively. A program is made larger until a run takes a
second of CPU time, or the time is up; the largest run that was finished counts. A peer that is not installed,
or cannot run here, is left out with the reason. Nothing is asserted. `--write` keeps the tables for the documentation.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from math import prod
from pathlib import Path

import attrs
from rich.table import Table

from tests.benchmarks import peer_tracers
from tests.benchmarks.peer_tracers import Run, Seen
from tests.benchmarks.results import add_write_option, show
from tests.benchmarks.run import PROGRAMS, SIZES, run_natively

ROOT = Path(__file__).parent.parent.parent
RESULTS = "peers.txt"
MEASURED = ("loop", "recursion", "sorting", "methods", "generators", "exceptions")
SMALLEST = 400  # a program starts with that part of its size
GROWTH = 4
ENOUGH = 1.0  # seconds of CPU time that a run is to take
SECONDS = 45  # a peer's time for one program


@attrs.frozen
class Peer:
    """A tracer or interpreter.

    Attributes:
        name: What the tables call it.
        package: The package that it is in, None for what needs none.
        run: Runs a program under it.
        events: What it counts.
        captures: What can be seen afterwards.
    """

    name: str
    package: str | None
    run: Callable[[Run], Seen]
    events: str
    captures: str


PEERS = (
    Peer(
        "Calcharo, recording", None, peer_tracers.recording, "instructions",
        "value stack, variables, heap, output, exceptions; any step, both ways; in memory",
    ),
    Peer("Calcharo, to a file", None, peer_tracers.recording_to_file, "instructions", "the same, in a file"),
    Peer("Calcharo, not recording", None, peer_tracers.machine, "instructions", "nothing: an interpreter"),
    Peer(
        "settrace, lines", None, peer_tracers.settrace, "lines", "a shallow copy of the local variables; in memory"
    ),
    Peer(
        "settrace, instructions", None, peer_tracers.settrace_opcodes, "instructions",
        "a shallow copy of the local variables; in memory",
    ),
    Peer("snoop", "snoop", peer_tracers.snoop, "lines", "changed variables as text, to read"),
    Peer("PySnooper", "pysnooper", peer_tracers.pysnooper, "lines", "changed variables as text, to read"),
    Peer("hunter", "hunter", peer_tracers.hunter, "lines", "changed variables as text, to read"),
    Peer(
        "VizTracer", "viztracer", peer_tracers.viztracer, "calls",
        "calls, C functions too, with times, arguments and results as text; no lines, no variables",
    ),
    Peer(
        "birdseye", "birdseye", peer_tracers.birdseye, "lines",
        "values of expressions as text, of a loop's first and last turns only; in a database",
    ),
    Peer("x-python", "x-python", peer_tracers.x_python, "instructions", "nothing: an interpreter"),
)  # fmt: skip


@attrs.frozen
class Figures:
    """What was measured of one peer and program, times in seconds of CPU time."""

    size: int
    native: float
    seconds: float
    events: int
    written: int

    @property
    def ratio(self) -> float:
        """How many times longer than natively it took."""
        return self.seconds / self.native


def native_seconds(run: Run) -> float:
    """The shortest time that a program takes natively."""
    code, times = run.code, list[float]()
    while len(times) < 5 or (sum(times) < 0.1 and len(times) < 1000):
        start = time.process_time()
        run_natively(code, run.size)
        times.append(time.process_time() - start)
    return min(times)


def measure(peer: Peer, run: Run) -> Figures:
    """Runs a program under a peer once."""
    expected = run_natively(run.code, run.size)
    native = native_seconds(run)
    start = time.process_time()
    seen = peer.run(run)
    seconds = time.process_time() - start
    if seen.result != expected:
        raise SystemExit("its result is not CPython's")
    return Figures(run.size, native, seconds, seen.count(), seen.written.stat().st_size if seen.written else 0)


def measure_one(peer: Peer, program: str, size: int) -> None:
    """Prints the figures of one run."""
    path = PROGRAMS / f"{program}.py"
    with tempfile.TemporaryDirectory() as folder:
        peer.run(Run(path, 1, Path(folder)))  # imports and caches are not what is measured
        print(json.dumps(attrs.asdict(measure(peer, Run(path, size, Path(folder))))), flush=True)


def in_own_process(peer: Peer, program: str, size: int, seconds: float) -> Figures | str:
    """The figures of one run, or why there are none."""
    command = [sys.executable, "-m", "tests.benchmarks.peers", "--one", peer.name, program, str(size)]
    try:
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return f"it takes more than {SECONDS} s"
    if run.returncode:
        return [line for line in run.stderr.splitlines() if line.strip()][-1]
    return Figures(**json.loads(run.stdout.splitlines()[-1]))


def largest(peer: Peer, program: str) -> Figures | str:
    """The figures of the largest run that fits into the time, or why there are none."""
    size, deadline = max(1, SIZES[program] // SMALLEST), time.monotonic() + SECONDS
    best: Figures | str = ""
    while True:
        found = in_own_process(peer, program, size, deadline - time.monotonic())
        if isinstance(found, str):
            return best or found
        best = found
        if found.seconds >= ENOUGH or size == SIZES[program] or time.monotonic() >= deadline:
            return best
        size = min(size * GROWTH, SIZES[program])


def missing(peer: Peer) -> str | None:
    """Why a peer cannot be measured, None when it is installed."""
    try:
        if peer.package is not None:
            version(peer.package)
    except PackageNotFoundError:
        return "not installed: the dependency group `benchmarks` has it"
    return None


def named(peer: Peer) -> str:
    """A peer with its version."""
    return peer.name if peer.package is None else f"{peer.name} {version(peer.package)}"


def mean(numbers: list[float]) -> float:
    """The geometric mean."""
    return prod(numbers) ** (1 / len(numbers)) if numbers else 0.0


def ratios(found: dict[Peer, dict[str, Figures]], programs: list[str]) -> Table:
    """How many times longer than natively each program takes."""
    table = Table("times native", title=f"CPython {sys.version.split()[0]}", title_justify="left")
    for heading in (*programs, "all"):
        table.add_column(heading, justify="right")
    for peer, figures in found.items():
        cells = [f"{figures[name].ratio:,.0f}" if name in figures else "-" for name in programs]
        table.add_row(named(peer), *cells, f"{mean([each.ratio for each in figures.values()]):,.0f}")
    return table


def speeds(found: dict[Peer, dict[str, Figures]]) -> Table:
    """How much each peer sees in a second, and keeps of it."""
    table = Table("")
    for heading in ("thousand a second", "bytes each"):
        table.add_column(heading, justify="right")
    table.add_column("of")
    table.add_column("captures")
    for peer, figures in found.items():
        many = [each for each in figures.values() if each.events >= 100]  # a program may have hardly any calls
        speed = mean([each.events / each.seconds for each in many]) / 1e3
        written = mean([each.written / each.events for each in many])
        table.add_row(named(peer), f"{speed:,.0f}", f"{written:,.0f}" if written else "-", peer.events, peer.captures)
    return table


def main() -> None:
    """Measures all peers on the programs named on the command line, or on some."""
    parser = argparse.ArgumentParser(description="Measure other tracers beside Calcharo.")
    parser.add_argument("programs", nargs="*", metavar="PROGRAM", help=f"some of: {' '.join(SIZES)}")
    add_write_option(parser)
    parser.add_argument("--one", nargs=3, metavar=("PEER", "PROGRAM", "SIZE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        name, program, size = options.one
        measure_one(next(peer for peer in PEERS if peer.name == name), program, int(size))
        return
    programs = options.programs or list(MEASURED)
    found: dict[Peer, dict[str, Figures]] = {}
    for peer in PEERS:
        reasons = [missing(peer)]
        if reasons == [None]:
            answers = {program: largest(peer, program) for program in programs}
            found[peer] = {name: each for name, each in answers.items() if isinstance(each, Figures)}
            reasons = [f"{name}: {each}" for name, each in answers.items() if isinstance(each, str)]
        for reason in reasons:
            print(f"{peer.name} is left out: {reason}")
    found = {peer: figures for peer, figures in found.items() if figures}
    show([ratios(found, programs), speeds(found)], RESULTS if options.write else None, width=132)


if __name__ == "__main__":
    main()
