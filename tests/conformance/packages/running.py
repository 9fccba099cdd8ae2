"""Runs a package's tests with pytest, natively or on the machine, and compares the outcomes."""

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tests.conformance.cpython.process import end_group
from tests.conformance.packages.catalogue import Package
from tests.conformance.packages.environment import CANARY
from tests.conformance.running import clean_environment

PLUGIN = Path(__file__).resolve().parent / "plugin"
_OPTIONS = (
    *(
        "-q",
        "-p",
        "outcome_plugin",
        "-p",
        "no:cacheprovider",
        "-W",
        "default",
        "--hypothesis-seed=1",
        "--continue-on-collection-errors",
    ),
    *("-o", "asyncio_default_fixture_loop_scope=function"),
)
REWRITER = "_pytest.assertion.rewrite"
"""What executes tests in pytest: interpreted, so that they are too."""


class TestRun(NamedTuple):
    """What became of a package's tests: outcomes by test, guest code that ran natively, and seconds."""

    outcomes: dict[str, str]
    leaks: dict[str, int]
    seconds: float


class PackageComparison(NamedTuple):
    """A package's tests on the machine beside the same ones natively.

    Attributes:
        package: The package.
        tests: How many tests there are.
        differences: For each test with another outcome on the machine, what it is on both.
        faults: Why the run does not count: a guard against false passes failed.
        seconds: How long it took natively and on the machine.
    """

    package: Package
    tests: int
    differences: dict[str, tuple[str, str]]
    faults: tuple[str, ...]
    seconds: tuple[float, float]


def run_tests(python: Path, package: Package, folder: Path, *, on_machine: bool, limit: float) -> TestRun:
    """Runs a package's tests in a process of their own, which is ended when its time is up."""
    command = [str(python)]
    if on_machine:
        included = [f"--include={pattern}" for pattern in (*package.include, CANARY.stem, REWRITER)]
        command += ["-m", "calcharo_vm", "run", *included]
    command += ["-m", "pytest", *package.tests, CANARY.name, *_OPTIONS, *package.options]
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="packages-", ignore_cleanup_errors=True) as scratch:
        outcomes = Path(scratch, "outcomes.json")
        tests = [str(folder / part) for part in (*package.tests, CANARY.name)]
        with subprocess.Popen(
            command,
            cwd=folder,
            env=clean_environment(
                PYTHONPATH=str(PLUGIN),
                NO_COLOR="1",
                CONFORMANCE_OUTCOMES=str(outcomes),
                CONFORMANCE_TESTS=os.pathsep.join(tests),
            ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process:
            try:
                output = process.communicate(timeout=limit)[0].decode(errors="backslashreplace")
            except subprocess.TimeoutExpired:
                output = f"not finished within {limit:g} seconds"
            finally:
                end_group(process)
        if not outcomes.exists():
            return TestRun({"": f"no outcomes\n{output}"}, {}, time.monotonic() - started)
        found = json.loads(outcomes.read_text(encoding="utf-8"))
    return TestRun(found["outcomes"], found["leaks"], time.monotonic() - started)


def compare(package: Package, native: TestRun, machine: TestRun) -> PackageComparison:
    """Compares two runs test by test."""
    names = [name for name in dict.fromkeys([*native.outcomes, *machine.outcomes]) if CANARY.name not in name]
    both = {name: (native.outcomes.get(name, "missing"), machine.outcomes.get(name, "missing")) for name in names}
    differences = {name: found for name, found in both.items() if _word(found[0]) != _word(found[1])}
    faults = [f"{count} x {code} ran natively" for code, count in machine.leaks.items()]
    for how, run in (("natively", native), ("on the machine", machine)):
        canary = [outcome for name, outcome in run.outcomes.items() if CANARY.name in name]
        if [_word(outcome) for outcome in canary] != ["failed"]:
            trouble = [text for text in run.outcomes.values() if _word(text) in {"not collected", "no outcomes"}]
            faults.append("\n".join([f"the canary is not reported {how}", *trouble]))
    return PackageComparison(package, len(names), differences, tuple(faults), (native.seconds, machine.seconds))


def _word(outcome: str) -> str:
    return outcome.partition("\n")[0]
