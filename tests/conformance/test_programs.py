"""Every program gives on the machine what it gives on CPython: path, output, traceback, exit code; nothing leaks."""

import copy
import opcode
import sys
from collections.abc import Iterator

import pytest

from tests.conformance.path import executed_opcodes, first_divergence
from tests.conformance.program import FOLDER, Program, all_programs, programs_for, read_program
from tests.conformance.running import Comparison, Failure, path_failures

PROGRAMS = programs_for(sys.version_info[:2])
CANARIES = FOLDER / "_canaries"
WITH_LIBRARY = ("asyncio__", "library__", "multiprocessing__", "signal__", "string__template", "threading__")
"""Programs that run with the library interpreted too; `compare.py --everything` runs all."""
PSEUDO = 256
UNREPORTED = {
    *("CACHE", "EXTENDED_ARG"),  # no instructions of their own
    *("COPY_FREE_VARS", "MAKE_CELL", "RESUME", "RETURN_GENERATOR"),  # before the first traceable instruction
    "END_FOR",  # jumped past, except on 3.11 which has none
    *("ENTER_EXECUTOR", "EXIT_INIT_CHECK", "INTERPRETER_EXIT", "RESERVED", "TRACE_RECORD"),  # never compiled
}


@pytest.fixture(scope="module")
def comparison() -> Iterator[Comparison]:
    found = Comparison()
    yield found
    found.close()


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_program(program: Program, comparison: Comparison) -> None:
    failures = comparison.failures(program)

    assert not failures, report(failures)


@pytest.mark.parametrize(
    "program",
    [program for program in PROGRAMS if program.name.startswith(WITH_LIBRARY)],
    ids=lambda program: program.name,
)
def test_program_with_the_library_interpreted(program: Program, comparison: Comparison) -> None:
    failures = comparison.everything_failures(program)

    assert not failures, report(failures)


def test_every_version_has_enough_programs() -> None:
    assert len([program for program in PROGRAMS if not program.name.startswith("known_breaker")]) >= 150
    assert len([program for program in PROGRAMS if program.name.startswith("known_breaker")]) == 43
    assert len(PROGRAMS) <= len(all_programs())


def test_the_programs_execute_every_opcode_which_can_be_reported(comparison: Comparison) -> None:
    executed: set[str] = set()
    for program in PROGRAMS:
        executed |= executed_opcodes(comparison.native(program)[1])
    compiled = {
        name for name, number in opcode.opmap.items() if number < PSEUDO and not name.startswith("INSTRUMENTED")
    }

    assert not compiled - executed - UNREPORTED


def test_canary_a_failing_assertion_is_reported(comparison: Comparison) -> None:
    failures = comparison.failures(read_program(CANARIES / "assertion.py"))

    assert {"path", "stderr", "exit code"} <= {failure.aspect for failure in failures}
    assert "AssertionError: on the machine" in report(failures)


def test_canary_a_guest_function_run_natively_is_a_leak(comparison: Comparison) -> None:
    failures = comparison.failures(read_program(CANARIES / "leak.py"))

    assert [failure.details for failure in failures if failure.aspect == "leaks"] == ["1 x guest line 5"]


@pytest.mark.parametrize("spoil", ["drop", "swap", "extra", "cut"])
def test_canary_a_corrupted_path_is_reported(spoil: str, comparison: Comparison) -> None:
    program = next(program for program in PROGRAMS if program.name == "closure__nonlocal_counter")
    _, expected = comparison.native(program)
    actual = copy.deepcopy(expected)
    steps = actual["threads"][0]
    if spoil == "drop":
        del steps[20:22]
    elif spoil == "swap":
        steps[20:24] = [*steps[22:24], *steps[20:22]]
    elif spoil == "extra":
        steps[20:20] = steps[18:20]
    else:
        del steps[-2:]

    assert first_divergence(expected, expected) is None
    assert [failure.aspect for failure in path_failures(program, expected, actual)] == ["path"]


def report(failures: list[Failure]) -> str:
    return "\n".join(f"{failure.aspect}: {failure.summary}\n{failure.details}" for failure in failures)
