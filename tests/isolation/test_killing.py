"""Tests of recordings of workers that are killed; `python -m tests.isolation.killing` kills 500."""

from __future__ import annotations

import random

import pytest

from calcharo_vm import Recording, TracerConfig, execute_and_trace
from tests.isolation.killing import CONFIGS, PROGRAMS, WORKER, difference, killed_after

_KILLS = 7
_STEPS = {"busy": 400_000, "slow": 20_000, "compiled": 1_500_000}


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_was_recorded_is_the_beginning_of_the_whole(name: str) -> None:
    chance = random.Random(3)
    recordings = [killed_after(name, 0.02 + chance.random() * 0.2) for _ in range(_KILLS)]
    longest = max(map(len, recordings))
    whole = whole_of(name, longest + 10)

    assert longest > 10
    assert [""] * _KILLS == [difference(recording, whole) for recording in recordings]


def whole_of(name: str, steps: int) -> Recording:
    tier = CONFIGS.get(name, WORKER).optimization
    return execute_and_trace(PROGRAMS[name], TracerConfig(optimization=tier).evolve(limits={"steps": steps}))


@pytest.mark.parametrize("hang", ["10 ** 10 ** 10", "import time; time.sleep(1000)"])
@pytest.mark.parametrize("steps_before", [0, 5, 300, 30_000])
def test_nearly_all_steps_before_a_call_that_does_not_return_are_there(hang: str, steps_before: int) -> None:
    source = f"for n in range({steps_before // 5}): n + 1\n{hang}\n"
    limited = execute_and_trace(source, WORKER.evolve(limits={"wall_seconds": 0.3 + steps_before / 30_000}))
    before = len(execute_and_trace(f"for n in range({steps_before // 5}): n + 1\n"))

    assert limited.outcome.limit == "wall_seconds"
    assert len(limited) >= before * 7 // 8 - 1
    if "sleep" in hang:  # which lets the thread look that tells what is not in a chunk yet
        assert len(limited) >= before
