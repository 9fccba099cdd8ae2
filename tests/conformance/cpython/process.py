"""Runs one test module in child processes, which are ended with all they started when their time is up."""

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tests.conformance.cpython.outcome import CRASHED, TIMED_OUT, CaseRecord
from tests.conformance.running import clean_environment

CHILD = Path(__file__).with_name("child.py")
_LOOK_EVERY = 0.05
_MOST_RUNS = 12
"""A crash or a hang ends a child; another one runs the cases after it, so many times."""


class Limits(NamedTuple):
    """How long a test module may take, and how long one case, in seconds."""

    module: float
    case: float


class ModuleRun(NamedTuple):
    """What one test module did in one way: its cases, guest code that ran natively, seconds, and why it is cut off."""

    cases: dict[str, CaseRecord]
    leaks: dict[str, int]
    seconds: float
    trouble: str


def run_module(python: str, module: str, options: list[str], limits: Limits) -> ModuleRun:
    """Runs a test module; a case that ends the child is noted, and the others are run in another."""
    cases: dict[str, CaseRecord] = {}
    leaks: dict[str, int] = {}
    trouble = ""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="conformance-", ignore_cleanup_errors=True) as folder:
        record, without = Path(folder, "record"), Path(folder, "without")
        for number in range(_MOST_RUNS):
            record.write_bytes(b"")
            without.write_text("\n".join(cases), encoding="utf-8")
            work = Path(folder, f"work{number}")
            work.mkdir()
            command = [python, "-X", "utf8", str(CHILD), module, str(record), "--without", str(without), *options]
            remaining = started + limits.module - time.monotonic()
            ending, output = _run_child(command, work, record, Limits(remaining, limits.case))
            culprit = _read(record, cases, leaks)
            if ending == "":
                break
            if culprit is None or time.monotonic() - started > limits.module:
                trouble = f"{ending}: {output}"
                break
            outcome = TIMED_OUT if ending == TIMED_OUT else CRASHED
            cases[culprit] = CaseRecord(case=culprit, outcome=outcome, text=f"{ending}\n{output}", subtests=0)
        else:
            trouble = "too many cases end the process"
    return ModuleRun(cases, leaks, time.monotonic() - started, trouble)


def _run_child(command: list[str], work: Path, record: Path, limits: Limits) -> tuple[str, str]:
    """Runs a child to its end: how it ended when not well, and the end of its output."""
    with (work.parent / "output").open("w+b") as output:
        process = subprocess.Popen(
            command,
            cwd=work,
            env=clean_environment(LC_ALL="C.UTF-8"),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            ending = _wait(process, record, limits)
        finally:
            end_group(process)
        output.seek(0)
        text = output.read().decode("utf-8", "backslashreplace")
    return ending, text[-2000:]


def _wait(process: "subprocess.Popen[bytes]", record: Path, limits: Limits) -> str:
    started = changed = time.monotonic()
    size = 0
    while True:
        try:
            status = process.wait(_LOOK_EVERY)
        except subprocess.TimeoutExpired:
            now = time.monotonic()
            if record.stat().st_size != size:
                size, changed = record.stat().st_size, now
            if now - started > limits.module or now - changed > limits.case:
                return TIMED_OUT
        else:
            return "" if status == 0 else f"ended with status {status}"


def end_group(process: "subprocess.Popen[bytes]") -> None:
    """Ends a child and whatever it started and left behind."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _read(record: Path, cases: dict[str, CaseRecord], leaks: dict[str, int]) -> str | None:
    """Takes over what a child wrote, and gives the case it did not finish."""
    culprit: str | None = None
    for text in record.read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        if "started" in line:
            culprit = line["started"]
        elif "case" in line:
            cases[line["case"]] = line
            culprit = None if line["case"] == culprit else culprit
        else:
            for code, count in line["leaks"].items():
                leaks[code] = leaks.get(code, 0) + count
    return culprit
