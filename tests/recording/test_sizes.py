"""Tests for calcharo_vm/recording/sizes.py: how much memory recorded objects take, roughly."""

import pytest

from calcharo_vm.recording.sizes import size_of
from calcharo_vm.recording.state import Thing
from calcharo_vm.recording.values import HeapKind


def size_of_list(*words: object) -> int:
    thing = Thing(None, HeapKind.LIST, "list", "")
    thing.items = list(words)
    return size_of(thing)


@pytest.mark.parametrize("word", [7, 10**40, True, None, 2.5, 1j, "a text", b"some bytes", range(3)])
def test_many_words_of_a_kind_take_what_each_takes(word: object) -> None:
    assert size_of_list(*[word] * 40) - size_of_list() == 40 * (size_of_list(word) - size_of_list())


def test_words_of_several_kinds_take_what_each_takes() -> None:
    words = [1, "text", 2.5, None, range(3), b""]
    each = sum(size_of_list(word) - size_of_list() for word in words)

    assert size_of_list(*words) - size_of_list() == each
    assert size_of_list(*words * 10) - size_of_list() == 10 * each


def test_long_words_take_more() -> None:
    assert size_of_list("x" * 100) - size_of_list("x") == 99
    assert size_of_list(1 << 800) > size_of_list(1)
