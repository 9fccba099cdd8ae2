"""A plugin of pytest that writes down what becomes of each test, and guards against false passes.

It runs natively, in the process that `calcharo run -m pytest` starts, alone in its folder: what else is on the path
may have the name of something that the packages import.
"""

import importlib.util
import json
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import pytest

    from calcharo_vm.machine.scope import Scope
    from tests.conformance.cpython.leak_guard import LeakGuard

_OUTCOMES: dict[str, str] = {}
_GUARDS: "list[LeakGuard]" = []


def _load(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pytest_configure() -> None:
    """Begins to watch for guest code that runs natively."""
    if "calcharo_vm.machine.machine" not in sys.modules:
        return
    from calcharo_vm.machine.context import ACTIVE_MACHINES

    guards = _load("leak_guard", Path(__file__).resolve().parents[2] / "cpython" / "leak_guard.py")
    machine = ACTIVE_MACHINES[-1]
    scope = guards.WatchedScope(machine.scope)
    # pytest loads tests itself: their files are known beforehand.
    for place in map(Path, os.environ["CONFORMANCE_TESTS"].split(os.pathsep)):
        scope.files.update(map(str, place.rglob("*.py") if place.is_dir() else [place]))
    machine.scope = cast("Scope", scope)
    guard = guards.LeakGuard(scope, doctests=False)
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
