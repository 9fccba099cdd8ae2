"""Tests that the native tier records the lines and variables of conformance programs that a tracer sees on CPython."""

import sys
from collections.abc import Iterator

import pytest

from tests.conformance.program import Program, share
from tests.conformance.running import Server
from tests.conformance.shown_values import agree
from tests.conformance.test_line_events import PROGRAMS, events, reported

NOT_TOLD = {"a"} if sys.version_info[:2] == (3, 13) else set()
"""Variables of two comprehensions, one of which shares it with a function: CPython 3.13 may crash when it is asked."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    found = Server(sys.executable, "line_events")
    yield found
    found.close()


@pytest.mark.parametrize("program", share(PROGRAMS), ids=lambda program: program.name)
def test_lines_and_variables_are_those_of_cpython(program: Program, server: Server) -> None:
    native, recorded = (reported(events(server, program, kind)) for kind in ("native", "lines"))

    assert [event[:2] for event in native] == [event[:2] for event in recorded]
    for (function, line, expected), (_, _, found) in zip(native, recorded, strict=True):
        assert expected.keys() - NOT_TOLD <= found.keys(), f"line {line} of {function}"
        for name, value in ((name, value) for name, value in expected.items() if name in found):
            assert agree(value, found[name]), f"{name} at line {line} of {function}: {value} and {found[name]}"
