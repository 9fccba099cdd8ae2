"""Measures how fast programs run: natively, on the machine, and on the machine while being recorded.

    .venv-3.13/bin/python tests/benchmarks/run.py [--quick] [PROGRAM...]

The three ways take turns within one process, CPU time is measured, and the best of several rounds
counts, so that a busy computer does little harm. Nothing is asserted: the numbers asked for stand below the table.
"""

import argparse
import gc
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import CodeType

import attrs
from rich.console import Console
from rich.table import Table

from calcharo_vm import execute_and_trace
from calcharo_vm.machine.frame import Frame
from calcharo_vm.machine.machine import Machine
from calcharo_vm.machine.signals import Signal

PROGRAMS = Path(__file__).parent / "programs"
# How often each program does its work, for about a million and a half instructions.
SIZES = {
    "loop": 100_000,
    "recursion": 150,
    "sorting": 170,
    "methods": 14_000,
    "generators": 36_000,
    "strings": 25_000,
    "counting": 4_500,
    "exceptions": 25_000,
    "matrix": 40,
    "closures": 16_000,
    "comprehensions": 4_000,
    "nbody": 1_300,
    "sieve": 80_000,
    "bubble_sort": 60,
    "queens": 75,
    "json_parser": 130,
    "lisp": 22,
    "warehouse": 110,
    "markdown": 85,
}
QUICK = 10  # a quick look does a tenth
RECORDED = 5  # recording does a fifth

ASKED_INSTRUCTIONS = 4_000_000
ASKED_OF = {"loop", "recursion"}
ASKED_RATIO = 100
ASKED_STEPS = 500_000


@attrs.define
class Counter:
    """Observes a run to count the instructions it executes."""

    instructions: int = 0

    def instruction(self, frame: Frame, index: int) -> None:
        """Counts one."""
        del frame, index
        self.instructions += 1

    def frame_entered(self, frame: Frame) -> None:
        """Says nothing about instructions."""

    def raised(self, frame: Frame, error: BaseException) -> None:
        """Says nothing about instructions."""

    def handled(self, frame: Frame, depth: int, error: BaseException) -> None:
        """Says nothing about instructions."""

    def jumped(self, frame: Frame, bound: Sequence[int]) -> None:
        """Says nothing about instructions."""

    def frame_left(self, frame: Frame, how: Signal) -> None:
        """Says nothing about instructions."""

    def frame_resumed(self, frame: Frame) -> None:
        """Says nothing about instructions."""


@attrs.frozen
class Measurement:
    """What was measured of one program, times in seconds."""

    name: str
    instructions: int
    native: float
    machine: float
    steps: int
    recording: float

    @property
    def instructions_a_second(self) -> float:
        """The machine's speed without recording."""
        return self.instructions / self.machine

    @property
    def ratio(self) -> float:
        """How many times longer than CPython the machine takes."""
        return self.machine / self.native

    @property
    def steps_a_second(self) -> float:
        """The machine's speed while recording."""
        return self.steps / self.recording


def namespace(size: int) -> dict[str, object]:
    """Returns the globals a program starts with."""
    return {"__name__": "__main__", "SIZE": size}


def run_on_machine(machine: Machine, code: CodeType, size: int) -> object:
    """Runs a program on the machine and returns its result."""
    values = namespace(size)
    with machine.activate():
        machine.run_code(code, values)
    return values["RESULT"]


def run_natively(code: CodeType, size: int) -> object:
    """Runs a program on CPython and returns its result."""
    values = namespace(size)
    exec(code, values)
    return values["RESULT"]


def timed(work: Callable[[], object]) -> float:
    """Returns the CPU time the work takes, starting without garbage."""
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


def measure(name: str, *, size: int, rounds: int) -> Measurement:
    """Runs one program in the three ways, in turns."""
    path = PROGRAMS / f"{name}.py"
    code = compile(path.read_text(encoding="utf-8"), str(path), "exec")
    counter, recorded_size = Counter(), max(1, size // RECORDED)
    if run_on_machine(Machine(observer=counter), code, size) != run_natively(code, size):
        raise SystemExit(f"{name}: the machine's result is not CPython's")
    native, machine, recording = [], [], []
    steps = 0
    for _ in range(rounds):
        native.append(min(timed(lambda: run_natively(code, size)) for _ in range(3)))
        machine.append(timed(lambda: run_on_machine(Machine(), code, size)))
        gc.collect()
        start = time.process_time()
        trace = execute_and_trace(code, globals=namespace(recorded_size))
        recording.append(time.process_time() - start)
        steps = len(trace)
        trace.raise_for_outcome()
        del trace
    return Measurement(name, counter.instructions, min(native), min(machine), steps, min(recording))


def table_of(measurements: list[Measurement]) -> Table:
    """Returns the measurements as a table."""
    title = f"CPython {sys.version.split()[0]}"
    table = Table("program", title=title, title_justify="left")
    for heading in ("instructions", "native ms", "machine ms", "M instructions/s", "x native", "M steps/s recording"):
        table.add_column(heading, justify="right")
    for m in measurements:
        table.add_row(
            m.name,
            f"{m.instructions:,}",
            f"{m.native * 1e3:.1f}",
            f"{m.machine * 1e3:.0f}",
            f"{m.instructions_a_second / 1e6:.2f}",
            f"{m.ratio:.0f}",
            f"{m.steps_a_second / 1e6:.2f}",
        )
    return table


def shortfalls(measurements: list[Measurement]) -> list[str]:
    """Returns what is asked for and not reached."""
    found = []
    for m in measurements:
        if m.name in ASKED_OF and m.instructions_a_second < ASKED_INSTRUCTIONS:
            found.append(f"{m.name}: {m.instructions_a_second:,.0f} instructions/s, asked {ASKED_INSTRUCTIONS:,}")
        if m.ratio > ASKED_RATIO:
            found.append(f"{m.name}: {m.ratio:.0f} times native, asked {ASKED_RATIO} at most")
        if m.name in ASKED_OF and m.steps_a_second < ASKED_STEPS:
            found.append(f"{m.name}: {m.steps_a_second:,.0f} steps/s recording, asked {ASKED_STEPS:,}")
    return found


def main() -> None:
    """Measures the programs named on the command line, or all."""
    parser = argparse.ArgumentParser(description="Measure the machine beside CPython.")
    parser.add_argument("programs", nargs="*", metavar="PROGRAM", help=f"some of: {' '.join(SIZES)}")
    parser.add_argument("--quick", action="store_true", help="a tenth of the work, one round")
    options = parser.parse_args()
    unknown = set(options.programs) - set(SIZES)
    if unknown:
        parser.error(f"no such program: {' '.join(sorted(unknown))}")

    console = Console(width=110)
    measurements = []
    for name in options.programs or SIZES:
        size = SIZES[name] // QUICK if options.quick else SIZES[name]
        measurements.append(measure(name, size=size, rounds=1 if options.quick else 3))
    console.print(table_of(measurements))
    for line in shortfalls(measurements) or ["Everything asked for is reached."]:
        console.print(line, highlight=False)


if __name__ == "__main__":
    main()
