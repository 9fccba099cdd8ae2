"""A small share of the audits of random programs; tests/recording/random_audits.py does as many as one likes."""

import gc

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.conformance.fuzzing.comparing import Program
from tests.conformance.fuzzing.semantics import SeededChoices
from tests.recording.audit import record
from tests.recording.mutating_programs import programs, write_program
from tests.recording.random_audits import judged

SEED = 2026
# The worker of a parallel run has a thread of its own, which the child neither needs nor waits for.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


@pytest.mark.parametrize("number", range(12))
def test_recordings_of_programs_that_change_objects_are_right(number: int) -> None:
    source = write_program(SeededChoices(f"{SEED}:{number}"))
    verdict, details = judged(Program(kind="semantics", number=number, source=source))

    assert verdict in {"right", "stopped"}, f"{details}\n{source}"


@settings(
    max_examples=10,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)
@given(programs())
def test_recordings_of_programs_that_hypothesis_draws_are_right(source: str) -> None:
    record(source, is_audited=True)
    gc.collect()


def test_all_programs_compile_and_differ() -> None:
    sources = [write_program(SeededChoices(f"{SEED}:{number}")) for number in range(100)]
    for source in sources:
        compile(source, "program.py", "exec")

    assert len(set(sources)) == 100


def test_canary_a_wrong_recording_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calcharo_vm.recording.shadow.Shadow.appended", lambda *_: None)
    verdict, details = judged(Program(kind="semantics", number=0, source="a = []\na.extend([1])\nb = a"))

    assert verdict == "wrong"
    assert "a[0]" in details.replace("['a']", "a"), details


def test_canary_a_crash_is_found() -> None:
    source = "import os\nos.kill(os.getpid(), 9)"

    assert judged(Program(kind="semantics", number=0, source=source))[0] == "crash"
