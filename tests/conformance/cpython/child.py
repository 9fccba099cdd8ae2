"""Runs one of CPython's test modules, natively or on the machine: the script of the child processes.

    python tests/conformance/cpython/child.py test.test_with RECORD [--machine] [--include GLOB] [--without FILE]

Writes a JSON line for each case to RECORD, and one for the guards at the end.
"""

import argparse
import gc
import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

ROOT = str(Path(__file__).resolve().parents[3])
sys.path[0] = ROOT  # this folder's modules are of no concern to the tests

CANARY = "tests.conformance.cpython.canary"
NATIVE = ("tests.conformance.cpython.outcome", "tests.conformance.cpython.recorder")

if TYPE_CHECKING:
    import unittest

    from calcharo_vm.machine.machine import Machine
    from calcharo_vm.machine.scope import Scope
    from tests.conformance.cpython.leak_guard import LeakGuard


def main() -> int:
    """Runs the command line."""
    options = _parse()
    if not options.machine:
        _run(options, None)
        return 0
    machine, guard = _prepare_machine(options.include)
    with machine.activate():
        _run(options, guard)
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("module")
    parser.add_argument("record", type=Path)
    parser.add_argument("--machine", action="store_true", help="run on the machine")
    parser.add_argument("--include", action="append", default=[], help="what is interpreted")
    parser.add_argument("--without", type=Path, help="a file with names of cases to leave out, one a line")
    options = parser.parse_args()
    sys.argv = [sys.executable]
    return options


def _prepare_machine(include: list[str]) -> "tuple[Machine, LeakGuard]":
    """Makes a machine for the process, and forgets what it is to import: nothing must be imported before it runs."""
    from calcharo_vm.machine.machine import Machine
    from calcharo_vm.machine.scope import Scope
    from calcharo_vm.program.included import forget_included_modules
    from tests.conformance.cpython.leak_guard import LeakGuard, WatchedScope

    # An empty program makes the machine import all it needs before the tests change anything.
    Machine().run_code(compile("", "<nothing>", "exec"), {})
    scope = Scope(include=(*include, CANARY), exclude=NATIVE)
    watched = WatchedScope(scope)
    guard = LeakGuard(watched, doctests="doctest" in include or "*" in include)
    machine = Machine(scope=cast("Scope", watched))
    forget_included_modules(scope)
    return machine, guard


def _run(options: argparse.Namespace, guard: "LeakGuard | None") -> None:
    import unittest

    from tests.conformance.cpython.recorder import Recorder

    with options.record.open("a", encoding="utf-8") as target:
        result = Recorder(target, guard.take_leaks if guard is not None else dict)
        canary = importlib.import_module(CANARY)
        sys.path.remove(ROOT)
        _set_resources()
        if guard is not None:
            guard.start()
            if not guard.sees(str(canary.__file__)):
                raise RuntimeError("the leak guard sees no leaks")
        loader = unittest.defaultTestLoader
        loader.loadTestsFromModule(canary).run(result)
        module = importlib.import_module(options.module)
        suite = loader.loadTestsFromModule(module)
        if loader.errors:
            raise RuntimeError("\n".join(map(str, loader.errors)))
        if options.without is not None:
            suite = _without(suite, set(options.without.read_text(encoding="utf-8").splitlines()))
        suite.run(result)
        del suite, module
        gc.collect()
        if guard is not None:
            guard.stop()
        leaks = {**guard.take_leaks(), **guard.native_modules()} if guard is not None else {}
        result.write({"finished": True, "leaks": leaks})


def _set_resources() -> None:
    """Lets no test use what costs much, as CPython's own runner does by default."""
    support = importlib.import_module("test.support")
    vars(support)["use_resources"] = ()


def _without(suite: "unittest.TestSuite", names: set[str]) -> "unittest.TestSuite":
    """A suite without some cases."""
    import unittest

    kept = unittest.TestSuite()
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            kept.addTest(_without(test, names))
        elif test.id() not in names:
            kept.addTest(test)
    return kept


if __name__ == "__main__":
    sys.exit(main())
