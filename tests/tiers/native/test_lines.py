"""Tests that the native tier records what a line tracer sees, and what the interpreter tier records."""

import pytest

from calcharo_vm import execute_and_trace
from tests.conformance.line_events import events_of
from tests.conformance.shown_values import agree
from tests.tiers.native.native import lines_of, record, seen_by_tracer
from tests.tiers.native.programs import PROGRAMS

HIDDEN = {"n", "name"}
"""Variables of comprehensions: those that are inlined in a namespace are not asked for on CPython 3.12."""
EXECUTED_BY_PROGRAMS = ("executed",)
"""Programs that execute other code, which the tracer of these tests does not know."""


@pytest.mark.parametrize("name", [name for name in PROGRAMS if name not in EXECUTED_BY_PROGRAMS])
def test_steps_are_line_events(name: str) -> None:
    expected, found = seen_by_tracer(PROGRAMS[name]), lines_of(record(PROGRAMS[name]))

    assert [line[:2] for line in expected] == [line[:2] for line in found]
    for (function, line, before), (_, _, after) in zip(expected, found, strict=True):
        # In a comprehension of a module or class body, CPython tells of nothing but its variables.
        assert before.keys() <= after.keys(), f"line {line} of {function}"
        assert all(agree(value, after[name]) for name, value in before.items()), f"line {line} of {function}"


@pytest.mark.parametrize("name", PROGRAMS)
def test_states_are_those_of_the_interpreter_tier(name: str) -> None:
    native, machine = record(PROGRAMS[name]), execute_and_trace(PROGRAMS[name])
    expected, found = events_of(machine, "<string>"), events_of(native, "<string>")

    assert native.stdout == machine.stdout
    assert native.outcome == machine.outcome
    assert [event[:2] for event in expected] == [event[:2] for event in found]
    for (function, line, of_machine), (_, _, of_native) in zip(expected, found, strict=True):
        assert of_machine.keys() - HIDDEN == of_native.keys() - HIDDEN, f"line {line} of {function}"
        assert all(agree(of_machine[name], of_native[name]) for name in of_native), f"line {line} of {function}"
