"""A server which compares random programs, many in one child of itself: a crash costs one program.

A line on standard input asks for a batch: its seed, its first number and how many. The answer is one line.
"""

import gc
import json
import os
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from typing import TypedDict

from tests.conformance.fuzzing.comparing import Find, Program, compare, confirmed, write_program
from tests.conformance.fuzzing.minimising import minimised

SECONDS_FOR_ONE = 30
# Run before anything forks, so that all modules are loaded.
_WARMING = """
import contextlib, sys

def generator():
    yield locals(), sys._getframe().f_locals

list(generator())
eval("1 / 0")
"""


class Batch(TypedDict):
    """What is asked for."""

    seed: int
    first: int
    count: int
    minimise: bool


class Report(TypedDict):
    """What came out: how many programs were the same, and so on, and those that were not."""

    first: int
    same: int
    invalid: int
    stopped: int
    unstable: int
    steps: int
    seconds: float
    finds: list[Find]


class _Line(TypedDict):
    """What a child tells of one program."""

    number: int
    outcome: str
    steps: int


def run_batch(batch: Batch) -> Report:
    """Compares the programs of a batch."""
    started = time.monotonic()
    report = Report(first=batch["first"], same=0, invalid=0, stopped=0, unstable=0, steps=0, seconds=0.0, finds=[])
    following, end = batch["first"], batch["first"] + batch["count"]
    while following < end:
        for line in _in_child(lambda: _compare_all(batch["seed"], following, end)):  # noqa: B023 - used at once
            found: _Line = json.loads(line)
            following = found["number"] + 1
            report["steps"] += found["steps"]
            _count(report, batch, found)
        if following < end:
            _count(report, batch, _Line(number=following, outcome="crash", steps=0))
            following += 1
    report["seconds"] = round(time.monotonic() - started, 1)
    return report


def _count(report: Report, batch: Batch, line: _Line) -> None:
    match line["outcome"]:
        case "same":
            report["same"] += 1
        case "invalid":
            report["invalid"] += 1
        case "stopped":
            report["stopped"] += 1
        case outcome:
            find = _examined(batch, line["number"], outcome)
            if find is None:
                report["unstable"] += 1
            else:
                report["finds"].append(find)


def _compare_all(seed: int, first: int, end: int) -> Iterator[str]:
    """Compares one program after another, and tells of each."""
    warnings.simplefilter("always")
    gc.disable()
    for number in range(first, end):
        program = write_program(seed, number)
        outcome, steps, _ = ("invalid", 0, "") if program is None else compare(program)
        yield json.dumps(_Line(number=number, outcome=outcome, steps=steps))


def _examined(batch: Batch, number: int, outcome: str) -> Find | None:
    """Compares a program again in a process of its own, and makes it smaller."""
    program = write_program(batch["seed"], number)
    assert program is not None
    lines = list(_in_child(lambda: _confirm(program)))
    if not lines:
        return Find(program=program, aspect="crash", details=outcome)
    find: Find | None = json.loads(lines[0])
    if find is None or not batch["minimise"]:
        return find
    confirmed_find = find
    smaller = list(_in_child(lambda: _minimise(confirmed_find)))
    return json.loads(smaller[0]) if smaller else find


def _confirm(program: Program) -> Iterator[str]:
    warnings.simplefilter("always")
    yield json.dumps(confirmed(program))


def _minimise(find: Find) -> Iterator[str]:
    warnings.simplefilter("always")
    gc.disable()
    yield json.dumps(minimised(find))


def _in_child(lines: Callable[[], Iterator[str]]) -> Iterator[str]:
    """Gives the lines which a child of this process makes, until it ends, crashes or hangs."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _end_with(lines, reading, writing)
    os.close(writing)
    with os.fdopen(reading) as stream:
        yield from stream
    os.waitpid(child, 0)


def _end_with(lines: Callable[[], Iterator[str]], reading: int, writing: int) -> None:
    """Writes lines and ends the process; a line that takes too long ends it as well."""
    os.close(reading)
    quiet = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(quiet, number)
    try:
        with os.fdopen(writing, "w") as stream:
            for line in _each_in_time(lines()):
                stream.write(line + "\n")
                stream.flush()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def _each_in_time(lines: Iterator[str]) -> Iterator[str]:
    # A CPU-time limit: its signal is not the one that programs are stopped by, and cannot be handled.
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    while True:
        signal.setitimer(signal.ITIMER_PROF, SECONDS_FOR_ONE)
        line = next(lines, None)
        if line is None:
            return
        yield line


def main() -> None:
    """Answers until standard input ends."""
    warnings.simplefilter("always")
    compare(Program(kind="semantics", number=0, source=_WARMING))
    for line in sys.stdin:
        print(json.dumps(run_batch(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
