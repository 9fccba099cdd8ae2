"""Tests of kinds of hostile programs that only a process of their own keeps from the one that traces them.

Each does its act by native code, or before or after the machine executes anything, where no budget is looked at.
"""

import pytest

from calcharo_vm import Recording, TracerConfig, execute_and_trace
from calcharo_vm.config import Limits

MEMORY = 200 << 20
BUDGET = Limits(wall_seconds=3, memory_bytes=MEMORY, output_bytes=1 << 20)


def nested_finally(depth: int) -> str:
    lines = ["x = 1"]
    for level in range(depth):
        lines += ["    " * level + "try: x = 1", "    " * level + "finally:"]
    return "\n".join([*lines, "    " * depth + "x = 2"])


BOMBS_FOR_THE_COMPILER = {
    "copies of finally": nested_finally(19),
    "operators": "-" * 400_000 + "1",
    "memory": "1," * 3_000_000,
}
SPINS = "\n    while True: pass\n"
SPINNING = {
    "excepthook": f"import sys\ndef hook(*_):{SPINS}sys.excepthook = hook\n1 / 0",
    "message": f"class Loud(Exception):\n  def __str__(self):{SPINS}raise Loud",
    "exit": f"import sys\nclass Loud:\n  def __str__(self):{SPINS}sys.exit(Loud())",
}


def run(source: str, limits: Limits = BUDGET) -> Recording:
    return execute_and_trace(source, TracerConfig(isolation="isolated", limits=limits))


@pytest.mark.parametrize("kind", BOMBS_FOR_THE_COMPILER)
def test_what_the_compiler_takes_counts(kind: str) -> None:
    outcome = run(BOMBS_FOR_THE_COMPILER[kind]).outcome

    assert ("limit", True) == (outcome.status, outcome.limit in {"memory_bytes", "wall_seconds"})


@pytest.mark.parametrize("kind", SPINNING)
def test_what_is_asked_of_the_program_when_it_has_ended_counts(kind: str) -> None:
    outcome = run(SPINNING[kind], Limits(wall_seconds=1)).outcome

    assert ("limit", "wall_seconds") == (outcome.status, outcome.limit)


def test_a_message_of_any_length_is_cut_on_its_way() -> None:
    recording = run("raise ValueError('x' * (5 << 20))")
    exception = recording.outcome.exception

    assert exception is not None
    assert len(exception.message) < 300_000 > len(exception.traceback)
    assert exception.message.endswith("... (cut)")


def test_a_message_larger_than_the_memory_is_a_limit() -> None:
    assert "memory_bytes" == run("raise ValueError('x' * (300 << 20))").outcome.limit


def test_exceptions_in_a_long_chain_end_within_the_budget() -> None:
    source = "e = None\nfor n in range(3000):\n    new = ValueError(n)\n    new.__context__ = e\n    e = new\nraise e"
    outcome = run(source, Limits(wall_seconds=20, memory_bytes=MEMORY)).outcome

    assert outcome.status in {"exception", "limit"}
    assert outcome.exception is None or len(outcome.exception.traceback) < 300_000


def test_input_that_nobody_gives_is_at_its_end() -> None:
    recording = run("import sys, os\nprint(repr(sys.stdin.read()), os.read(0, 9))\ninput()")

    assert "'' b''\n" == recording.stdout
    assert recording.outcome.exception is not None
    assert "EOFError" == recording.outcome.exception.type_name
