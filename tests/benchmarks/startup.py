"""Measures how long Calcharo takes to start: `calcharo run` beside `python`, and the import beside its libraries'.

    python tests/benchmarks/startup.py [--rounds N] [--write]

Each two take turns, and their medians are compared: in time passed, and in CPU time, which other work
on the computer troubles less.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.results import add_write_option, show

RESULTS = "startup.txt"
ASKED_MILLISECONDS, ASKED_RATIO = 120, 2.5
KINDS = ("time passed", "CPU time")

Times = tuple[float, float]


def milliseconds(command: list[str]) -> Times:
    """Returns the time that passes while a command runs, and the CPU time it takes."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    passed, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return passed * 1000, used * 1000


def medians(rounds: int, *commands: list[str]) -> list[Times]:
    """Returns the medians of commands that take turns."""
    for command in commands:
        milliseconds(command)  # warms the disk's cache and writes bytecode
    found = [[milliseconds(command) for command in commands] for _ in range(rounds)]
    return [
        (statistics.median(each[0] for each in times), statistics.median(each[1] for each in times))
        for times in zip(*found, strict=True)
    ]


def of_command(rounds: int) -> list[str]:
    """Measures a program of one line."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "hello.py")
        program.write_text('print("hello")\n', encoding="utf-8")
        native = [sys.executable, str(program)]
        python, calcharo = medians(rounds, native, [sys.executable, "-m", "calcharo_vm", "run", str(program)])
    return [
        f"hello.py, {kind}: python {one:.0f} ms, calcharo run {other:.0f} ms: {other - one:.0f} ms more "
        f"(asked: {ASKED_MILLISECONDS} at most)"
        for kind, one, other in zip(KINDS, python, calcharo, strict=True)
    ]


def of_import(rounds: int) -> list[str]:
    """Measures imports, without the start of the interpreter."""
    words = ("pass", "import attrs, json", "import calcharo_vm")
    empty, libraries, calcharo = medians(rounds, *([sys.executable, "-c", each] for each in words))
    return [
        f"import, {kind}: attrs and json {one - none:.0f} ms, calcharo_vm {other - none:.0f} ms: "
        f"{(other - none) / (one - none):.1f} times as much (asked: {ASKED_RATIO} at most)"
        for kind, none, one, other in zip(KINDS, empty, libraries, calcharo, strict=True)
    ]


def main() -> None:
    """Prints the medians, their differences and ratios."""
    parser = argparse.ArgumentParser(description="Measure how long Calcharo takes to start.")
    parser.add_argument("--rounds", type=int, default=20)
    add_write_option(parser)
    options = parser.parse_args()
    lines = [f"CPython {sys.version.split()[0]}", *of_command(options.rounds), *of_import(options.rounds)]
    show(lines, RESULTS if options.write else None)


if __name__ == "__main__":
    main()
