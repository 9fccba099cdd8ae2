"""Tests that recordings tell of the lines and variables that a tracer sees on CPython."""

import sys
from collections.abc import Iterator

import pytest

from tests.conformance.line_events import Event
from tests.conformance.program import Program, programs_for
from tests.conformance.running import Server
from tests.conformance.shown_values import agree

LEFT_OUT = (
    "exec_eval__",
    "introspection__",
    "multiprocessing__",
    "program__",
    "recursion__",
    "signal__",
    "threading__",
)
"""Programs that look at tracing itself, run for long, or whose output depends on something else than the program."""
OTHERS_LEFT_OUT = frozenset(
    {
        "class__del_and_finalization_order",
        "class__property_of_modules_and_globals",
        "exception__traceback_carets",
        "import__dynamic",
        "known_breaker__38_thread_target",
        "library__pickle_and_copy",
        "statement__many_constants_and_jumps",
    }
)
PROGRAMS = [
    program
    for program in programs_for()
    if not program.name.startswith(LEFT_OUT) and program.name not in OTHERS_LEFT_OUT and not program.uncompared_path
]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    found = Server(sys.executable, "line_events")
    yield found
    found.close()


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_lines_and_variables_are_those_of_cpython(program: Program, server: Server) -> None:
    native, recorded = events(server, program, "native"), events(server, program, "recorded")

    assert [event[:2] for event in native] == [event[:2] for event in recorded]
    for (function, line, expected), (_, _, found) in zip(native, recorded, strict=True):
        # CPython leaves out the free variables of a class body, and globals where a comprehension is inlined.
        assert expected.keys() <= found.keys(), f"line {line} of {function}"
        for name, value in expected.items():
            assert agree(value, found[name]), f"{name} at line {line} of {function}: {value} and {found[name]}"


def events(server: Server, program: Program, kind: str) -> list[Event]:
    status, result, output = server.run(program, kind)
    assert status == "done", output.stderr
    return result["events"]  # type: ignore[typeddict-item,no-any-return] # what this server answers
