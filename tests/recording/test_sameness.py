"""Tests for calcharo_vm/recording/sameness.py: whether objects hold what is recorded of them."""

from collections.abc import Callable
from typing import Any

import pytest

from calcharo_vm.recording.ops import ITEMS, KEY, TABLE, UNKEY
from calcharo_vm.recording.sameness import differing, parts_if_unchanged, same_at_start
from calcharo_vm.recording.shadow import Shadow

NULL = object()
INNER: list[object] = []


def compared(value: object, change: Callable[[], object]) -> tuple[list[object] | None, list[object]]:
    """What is said of an object once it has been changed, and the operations that journal the difference."""
    log: list[object] = []
    shadow = Shadow(log, NULL, lambda: 0)
    word = shadow.hold(value)
    change()
    parts = parts_if_unchanged(value, word)  # type: ignore[arg-type] # it is a shade
    del log[:]
    shadow.changed(value)
    return parts, [word for word in log if type(word) is int and word in {ITEMS, KEY, TABLE, UNKEY}]


HOLDERS: list[object] = [[1, INNER], (1, INNER), {"k": INNER}, {(1,), "a"}, frozenset({1}), range(3)]


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: type(holder).__name__)
def test_what_is_unchanged_gives_the_objects_it_holds(holder: object) -> None:
    parts, operations = compared(holder, lambda: None)

    assert parts is not None
    assert all(type(part) in {list, tuple} for part in parts)
    assert operations == []


def test_scalars_may_be_made_anew() -> None:
    def make_anew() -> None:
        table[str(b"ab", "ascii")] = table.pop("ab")

    table = {"ab": 1}

    assert compared(table, make_anew) == ([], [])
    assert compared({(1,): INNER}, lambda: None)[0] is not None


def test_of_other_types_nothing_is_said() -> None:
    assert compared(INNER.append, lambda: None) == (None, [])


def sift(items: list[int]) -> None:
    """Does what a heap does: few items move, and one more is at the end."""
    items[0], items[4] = items[4], items[0]
    items.append(9)


Change = Callable[[Any], object]  # type: ignore[explicit-any] # of whatever it is given
CHANGES: dict[str, tuple[Callable[[], object], Change, list[int]]] = {
    "other items": (lambda: [1, 2, 3, 4], lambda each: each.__setitem__(slice(0, 3, 2), [True, 7]), [ITEMS, ITEMS]),
    "an item less": (lambda: [1, 2, 3], lambda each: each.remove(2), [ITEMS]),
    "many items less": (lambda: list(range(99)), lambda each: each.remove(2), [ITEMS]),
    "two items moved, and one more": (lambda: [*range(9)], sift, [ITEMS, ITEMS, ITEMS]),
    "items in another order": (lambda: [1, 2, 3, 4], lambda each: each.reverse(), [ITEMS]),
    "a value of another type": (lambda: {"a": 1, "b": 2}, lambda each: each.update(a=1.0), [TABLE]),
    "another key": (lambda: {"a": 1}, lambda each: (each.clear(), each.update(b=1)), [TABLE]),
    "another object": (lambda: {"a": [1]}, lambda each: each.update(a=[2]), [ITEMS, TABLE]),
    "a key more": (lambda: {"a": 1, (1,): 2}, lambda each: each.update(b=2), [KEY]),
    "elements less": (lambda: set(range(9)), lambda each: each.difference_update({3, 5}), [UNKEY, UNKEY]),
    "another element": (lambda: set(range(9)), lambda each: each.symmetric_difference_update({1, 9}), [UNKEY, KEY]),
    "no elements": (lambda: set(range(9)), lambda each: each.clear(), [TABLE]),
    "no scalar": (lambda: {(1,), 2}, lambda each: each.remove(2), [UNKEY]),
    "an equal element": (lambda: {(1,), 2}, lambda each: (each.remove(2), each.add(2.0)), [UNKEY, KEY]),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_changed_is_journalled_where_it_is(name: str) -> None:
    make, change, operations = CHANGES[name]
    value = make()

    assert compared(value, lambda: change(value)) == (None, operations)


def test_scalars_are_told_apart_by_type() -> None:
    assert differing([1, 0.0, "a"], [True, -0.0, str(b"a", "ascii")]) == [0, 1]
    assert same_at_start([1, float("nan"), 2], [1, float("nan"), 3]) == 2
