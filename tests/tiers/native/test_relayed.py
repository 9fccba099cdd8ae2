"""Tests that dealing with events on another thread records the same, so that coverage can be measured there."""

import sys
from pathlib import Path

import pytest

from calcharo_vm import execute_and_trace
from calcharo_vm.errors import InternalError
from calcharo_vm.program.on_cpython import NativeRecorder
from calcharo_vm.tiers.native.frames import NativeCode
from tests.tiers.native.native import NATIVE, lines_of, record
from tests.tiers.native.programs import PROGRAMS
from tests.tiers.native.relay import relayed

MORE = {
    "leaving": "import sys\nsys.exit(2)\n",
    "looking": "x = [len('a') for k in (1, 2)]\ndef f(a): return [a for k in (1, 2)]\nf(1)\n",
    "cells": "def f():\n    fs = [lambda: i for i in (1, 2)]\n    return [i for i in (1, 2)]\nf()\n",
    "closing": "def g():\n    try:\n        yield 1\n    finally:\n        print('closed')\nit = g()\nnext(it)\n",
    "nothing to iterate": "try:\n    (k for k in 5)\nexcept TypeError:\n    k = 1\n",
    "importing": "import this_is_not_there\n",
    "copying": "import types\ndef f(): yield 1\nfor k in types.coroutine(f)(): pass\n",
}


@pytest.mark.parametrize("name", [*PROGRAMS, *MORE])
def test_the_same_is_recorded(name: str) -> None:
    source = PROGRAMS.get(name) or MORE[name]
    with relayed():
        found = record(source)
    expected = record(source)

    assert found.stdout == expected.stdout
    assert lines_of(found) == lines_of(expected)
    assert [step.exception for step in found] == [step.exception for step in expected]


def test_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("on purpose")

    before = sys.gettrace()
    monkeypatch.setattr(NativeCode, "handles", fail)
    with relayed(), pytest.raises(InternalError, match="on purpose"):
        record("try:\n    None.missing\nexcept AttributeError:\n    k = 2\nk = 3\n")
    sys.settrace(before)


def test_being_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[NativeRecorder] = []
    initialise = NativeRecorder.__init__

    def kept(self: NativeRecorder, *arguments: object, **named: object) -> None:
        initialise(self, *arguments, **named)  # type: ignore[arg-type] # as they come
        made.append(self)

    def stop() -> None:
        made[0].stop()

    monkeypatch.setattr(NativeRecorder, "__init__", kept)
    before = sys.gettrace()
    with relayed():
        shared: dict[str, object] = {"__name__": "__main__", "stop": stop}
        recording = execute_and_trace("stop()\nk = 1\nk = 2\n", NATIVE, globals=shared)
    sys.settrace(before)

    assert recording.outcome.status == "cancelled"
    assert [step.line_number for step in recording] == [1]


def test_modules(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("class Inner:\n    k = 1\n")
    (tmp_path / "nobodys.py").write_text("class Inner:\n    k = 1\n")
    program = tmp_path / "program.py"
    program.write_text("import beside, nobodys\nfrom dataclasses import make_dataclass\nmake_dataclass('A', ['k'])\n")
    with relayed():
        found = record(program, NATIVE.evolve(scope={"exclude": ("nobodys",)}))

    assert {Path(step.filename).name for step in found} == {"beside.py", "program.py"}
