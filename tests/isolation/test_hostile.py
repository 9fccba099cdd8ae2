"""Tests that hostile programs do harm under plain CPython, and none in an isolated worker.

`python -m tests.isolation.hostile` tries all of them both ways; here are those that end soon, and a share of the rest.
"""

import os
import sys
from collections.abc import Iterator

import pytest

from tests.isolation.hostile.acts import ACTS, Act, Kind
from tests.isolation.hostile.trying import harms_in_worker, harms_under_cpython
from tests.isolation.hostile.world import World

_LATE_SECONDS = 20.0
"""How late a deadline may come: other tests run at the same time. `python -m tests.isolation.hostile` is strict."""
_SHARES = 1 if os.environ.get("EVERY_PROGRAM") else 4
_SLOW = {Kind.HANG}
_MEMORY = [act for act in ACTS if act.name.startswith("memory-")]
_SOON = [act for act in ACTS if act.kind not in _SLOW and act not in _MEMORY]
_SHARE = [*[act for act in ACTS if act.kind in _SLOW][::11], *_MEMORY[::6]]
_SHOWN = [act for act in _SOON if act.name != "change-library"][::20]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as made:
        yield made


def test_there_are_enough_of_them() -> None:
    assert len(ACTS) >= 200
    assert len({act.name for act in ACTS}) == len(ACTS)


@pytest.mark.parametrize("act", _SHOWN, ids=lambda act: act.name)
def test_it_does_harm_under_plain_cpython(act: Act, world: World) -> None:
    verdict = harms_under_cpython(act, world)

    assert verdict.harms, verdict.told


def test_it_does_none_in_a_worker(world: World) -> None:
    mine = _SOON[sys.version_info.minor % _SHARES :: _SHARES]
    harmful = {act.name: verdict.told for act in mine if (verdict := harms_in_worker(act, world)).harms}

    assert harmful == {}


@pytest.mark.parametrize("act", _SHARE, ids=lambda act: act.name)
def test_it_takes_no_more_than_it_may(act: Act, world: World) -> None:
    verdict = harms_in_worker(act, world, late_seconds=_LATE_SECONDS)

    assert not verdict.harms, verdict.told
    assert "limit" in verdict.told
