"""Tests for calcharo_vm/recording/quick_objects.py: new objects whose content is known."""

import gc
from collections.abc import Iterator

import pytest

from calcharo_vm.recording import Recorder, ops
from calcharo_vm.recording.quick_objects import (
    make_hold_tuple,
    make_new,
    make_new_table,
    make_new_tuple,
    record_tuple,
)
from calcharo_vm.recording.values import HeapKind
from tests.recording.machine import NULL


class Thing:
    pass


@pytest.fixture(autouse=True)
def no_collector() -> Iterator[None]:
    """Has no collection come between, after which what is recorded has to be looked at again."""
    gc.disable()
    yield
    gc.enable()


def test_a_tuple_of_what_is_recorded_is_told() -> None:
    thing = Thing()
    pair = (1, thing)  # before anything is recorded whose address it might get
    shadow = Recorder(NULL).shadow
    held = shadow.hold(thing)
    found = make_new_tuple(shadow)(pair)

    assert found is not None
    made, words = found
    oid = made.token.stop
    assert words == [ops.NEW, oid, "tuple", "tuple", "", ops.ITEMS, oid, 0, 0, 2, 1, held.token]  # type: ignore[attr-defined]
    assert (made.count, made.items, held.count) == (1, [1, held], 2)  # type: ignore[attr-defined]
    assert shadow.held(pair) is made


def test_a_tuple_is_left_alone_that_is_recorded_or_holds_what_is_not() -> None:
    shadow = Recorder(NULL).shadow
    new_tuple = make_new_tuple(shadow)
    pair, thing = (1, 2), Thing()
    shadow.hold(pair)

    assert new_tuple(pair) is None
    assert new_tuple((1, thing)) is None
    assert shadow.held(thing) is None


def test_a_tuple_is_held_as_any_object_is() -> None:
    thing = Thing()
    tuples: list[tuple[object, ...]] = [(1, thing), (), (thing, Thing())]
    recorders = Recorder(NULL, sample_interval=None), Recorder(NULL, sample_interval=None)
    for recorder in recorders:
        recorder.shadow.hold(thing)
    quick, usual = make_hold_tuple(recorders[0].shadow), recorders[1].shadow.hold
    for value in (*tuples, *tuples):
        assert quick(value).token == usual(value).token  # type: ignore[attr-defined]

    assert recorders[0].log == recorders[1].log


def test_a_tuple_that_was_told_by_its_number_is_recorded_later() -> None:
    thing = Thing()
    pair = (1, thing)
    shadow = Recorder(NULL).shadow
    held = shadow.hold(thing)
    shade = record_tuple(shadow, pair, 7, [1, held])

    assert (shade.token, shade.count, shade.items) == (range(7), 1, [1, held])
    assert held.count == 2  # type: ignore[attr-defined]
    assert shadow.held(pair) is shade


def test_objects_get_numbers_in_the_order_in_which_they_are_made() -> None:
    shadow = Recorder(NULL).shadow
    items, table = [1], {"a": 2}
    first = make_new(shadow)(items, HeapKind.LIST, "list", [1], "a name")
    second = make_new_table(shadow)(table, HeapKind.DICT, "dict", {"a": 2})

    assert second.token.stop == first.token.stop + 1
    assert (first.items, first.name, second.table) == ([1], "a name", {"a": 2})
    assert (shadow.held(items), shadow.held(table)) == (first, second)
