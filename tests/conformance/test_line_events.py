"""Tests that recordings tell of the lines and variables that a tracer sees on CPython."""

import sys
from collections.abc import Iterator

import pytest

from tests.conformance.line_events import Event
from tests.conformance.program import Program, programs_for, share
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
        "import__lazy",  # looking at the variables imports
        "import__lazy_mode_setting",
        "known_breaker__38_thread_target",
        "library__pickle_and_copy",
        "statement__many_constants_and_jumps",
    }
)
WRITTEN_BY_TRACING = frozenset(
    {
        "exception__unwinding_with_values_on_stack",
        "expression__walrus_and_ternary",
        "iteration__mutation_and_views",
        "iteration__protocols",
        "scope__exception_names_and_shadowing",
        "statement__expression_statements_and_docstrings",
        "uncaught__in_comprehension_kinds",
    }
    if sys.version_info[:2] == (3, 12)
    else ()
)
"""Where CPython 3.12 changes variables of inlined comprehensions after a tracer has looked at `f_locals`."""
PROGRAMS = [
    program
    for program in programs_for()
    if not program.name.startswith(LEFT_OUT)
    and program.name not in OTHERS_LEFT_OUT | WRITTEN_BY_TRACING
    and not program.uncompared_path
]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    found = Server(sys.executable, "line_events")
    yield found
    found.close()


@pytest.mark.parametrize("program", share(PROGRAMS), ids=lambda program: program.name)
def test_lines_and_variables_are_those_of_cpython(program: Program, server: Server) -> None:
    native, recorded = (reported(events(server, program, kind)) for kind in ("native", "recorded"))

    assert [event[:2] for event in native] == [event[:2] for event in recorded]
    for (function, line, expected), (_, _, found) in zip(native, recorded, strict=True):
        # CPython leaves out the free variables of a class body, and globals where a comprehension is inlined.
        assert expected.keys() <= found.keys(), f"line {line} of {function}"
        for name, value in expected.items():
            assert agree(value, found[name]), f"{name} at line {line} of {function}: {value} and {found[name]}"


def reported(found: list[Event]) -> list[Event]:
    """Leaves out generator expressions from 3.15 on, where CPython reports no line for what begins them."""
    return [event for event in found if sys.version_info < (3, 15) or not event[0].endswith("<genexpr>")]


def events(server: Server, program: Program, kind: str) -> list[Event]:
    status, result, output = server.run(program, kind)
    assert status == "done", output.stderr
    return result["events"]  # type: ignore[typeddict-item,no-any-return] # what this server answers
