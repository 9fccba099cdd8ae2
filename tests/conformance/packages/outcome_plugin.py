"""A plugin of pytest that writes down what becomes of each test, and guards against false passes.

It runs natively, in the process that `calcharo run -m pytest` starts. The folder of CPython's own tests is on the
path too, for its guard: guest code that CPython runs itself is a leak.
"""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import pytest

    from calcharo_vm.machine.scope import Scope
    from tests.conformance.cpython.leak_guard import LeakGuard

_OUTCOMES: dict[str, str] = {}
_GUARDS: "list[LeakGuard]" = []


def pytest_configure() -> None:
    """Begins to watch for guest code that runs natively."""
    if "calcharo_vm.machine.machine" not in sys.modules:
        return
    from leak_guard import LeakGuard, WatchedScope  # type: ignore[import-not-found] # by its folder

    from calcharo_vm.machine.context import ACTIVE_MACHINES

    machine = ACTIVE_MACHINES[-1]
    scope = WatchedScope(machine.scope)
    # pytest loads tests itself: their files are known beforehand.
    for place in map(Path, os.environ["CONFORMANCE_TESTS"].split(os.pathsep)):
        scope.files.update(map(str, place.rglob("*.py") if place.is_dir() else [place]))
    machine.scope = cast("Scope", scope)
    guard = LeakGuard(scope, doctests=False)
    guard.start()
    if not guard.sees(next(iter(scope.files))):
        raise RuntimeError("the leak guard sees no leaks")
    _GUARDS.append(guard)


def pytest_runtest_logreport(report: "pytest.TestReport") -> None:
    """Notes the outcome of a test; whatever goes wrong before or after it counts too."""
    if report.when == "call" or report.outcome != "passed":
        expected = " as expected" if hasattr(report, "wasxfail") else ""
        _OUTCOMES[report.nodeid] = f"{report.outcome}{expected}\n{report.longreprtext}"


def pytest_collectreport(report: "pytest.CollectReport") -> None:
    """Notes a file that has no tests because it failed."""
    if report.failed:
        _OUTCOMES[report.nodeid] = f"not collected\n{report.longreprtext}"


def pytest_sessionfinish() -> None:
    """Writes everything down."""
    for guard in _GUARDS:
        guard.stop()
    leaks = {code: count for guard in _GUARDS for code, count in guard.leaks.items()}
    text = json.dumps({"outcomes": _OUTCOMES, "leaks": leaks})
    Path(os.environ["CONFORMANCE_OUTCOMES"]).write_text(text, encoding="utf-8")
