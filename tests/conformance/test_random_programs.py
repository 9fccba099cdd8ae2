"""A small share of the random programs; tests/conformance/random_programs.py compares as many as one likes."""

import ast
import json
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.conformance.fuzzing import outcome, syntax
from tests.conformance.fuzzing.anything import World
from tests.conformance.fuzzing.client import Worker
from tests.conformance.fuzzing.comparing import Find, Program, compare, difference, write_program
from tests.conformance.fuzzing.minimising import minimised
from tests.conformance.fuzzing.semantics import SeededChoices, programs
from tests.conformance.fuzzing.semantics import write_program as write_semantic_program
from tests.conformance.fuzzing.worker import Batch, run_batch

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the generator's own parts of `ast`

SEED = 2026
COUNT = 200


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    found = Worker(sys.executable)
    yield found
    found.close()


@pytest.mark.parametrize("first", range(0, COUNT, 50))
def test_random_programs_are_the_same_on_the_machine(first: int, worker: Worker) -> None:
    report = worker.compare(SEED, first, 50)

    assert not report["finds"], shown(report["finds"])
    assert report["same"] >= 45


@settings(
    max_examples=25,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)
@given(programs())
def test_programs_that_hypothesis_draws_are_the_same_on_the_machine(source: str) -> None:
    try:
        outcome.compiled(source)
    except SyntaxError:
        return
    aspect, _, details = compare(Program(kind="semantics", number=1, source=source))

    assert aspect in {"same", "stopped"}, f"{aspect}\n{details}\n{source}"


def test_a_number_makes_the_same_program_again() -> None:
    for number in range(16):
        assert write_program(SEED, number) == write_program(SEED, number)


def test_nearly_all_programs_compile_and_differ_from_one_another() -> None:
    sources = [write_semantic_program(SeededChoices(f"{SEED}:{number}")) for number in range(200)]

    assert len(set(sources)) >= 190
    assert sum(compiles(source) for source in sources) >= 195


def test_programs_for_syntax_run_far() -> None:
    reached = 0
    for number in range(10):
        source = syntax.write_program(number)
        if not compiles(source):
            continue
        names = World(number, syntax.names_in(source)).namespace
        native = outcome.run_natively(source, names)
        assert not native.stopped
        reached += len({line for _, line, _ in native.path}) + len(native.output)

    assert reached > 500


@pytest.mark.parametrize("aspect", ["output", "error", "path"])
def test_canary_a_difference_is_found_and_made_small(aspect: str) -> None:
    wrong = {
        "output": "import sys\nprint('_getframe' in repr(sys._getframe))\nprint(type(sys._getframe).__name__)",
        "error": "import sys\nsys._getframe.no_such_attribute\n",
        "path": "import sys\nx = 1 if type(sys._getframe).__name__ == 'function' else 2",
    }[aspect]
    source = f"def unrelated():\n    return [one for one in range(3)]\nunrelated()\n{wrong}\n"
    program = Program(kind="semantics", number=1, source=source)
    found, _, details = compare(program)
    smaller = minimised(Find(program=program, aspect=found, details=details))

    assert found == aspect
    assert details
    assert "unrelated" not in smaller["program"]["source"]


def test_canary_a_crash_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.conformance.fuzzing.worker.write_program", crashing_program)
    report = run_batch(Batch(seed=SEED, first=0, count=3, minimise=False))

    assert [find["aspect"] for find in report["finds"]] == ["crash"]
    assert report["same"] == 2


def test_canary_violated_invariants_are_a_difference() -> None:
    native = outcome.run_natively("pass", {})

    assert difference(native, native._replace(violations=["too deep"])) == ("invariants", "too deep")


def crashing_program(_: int, number: int) -> Program:
    source = "import os\nos.kill(os.getpid(), 9)" if number == 1 else "pass"
    return Program(kind="semantics", number=number, source=source)


def compiles(source: str) -> bool:
    try:
        ast.parse(source)
        outcome.compiled(source)
    except SyntaxError:
        return False
    return True


def shown(finds: list[Find]) -> str:
    return "\n\n".join(f"{find['aspect']}\n{find['details']}\n{json.dumps(find['program'])}" for find in finds)
