"""Tests for folding.py: of words that are always the same but for some values, only the values are kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcharo_vm.recording import ops
from calcharo_vm.recording.folding import Patterns
from calcharo_vm.recording.storage.chunks import Chunks
from calcharo_vm.recording.storage.texts import TextsInMemory

RUN = [1, None, 64, 2, None, None, 65, 0, ops.BRANCH, True]
"""The words of three steps but for the end of the last; the values at 1 and 5 are the same."""
PLACES = [(1, 0), (4, 1), (5, 0)]
STORED = [ops.OUT, "-5", ops.ITEMS, 3, 0, 1, 2, "a", -7, 67]
"""Words that are not folded, although there are negative numbers among them."""


def filled(first: object, second: object) -> list[object]:
    return [1, first, 64, 2, second, first, 65, 0, ops.BRANCH, True]


@given(st.lists(st.tuples(st.integers(), st.one_of(st.text(), st.none(), st.booleans()))))
def test_all_words_are_found_again(values: list[tuple[int, object]]) -> None:
    patterns = Patterns()
    number = patterns.add(RUN, PLACES, 2)
    folded = [word for first, second in values for word in (*STORED, number, first, second, 66)]
    expected = [word for first, second in values for word in (*STORED, *filled(first, second), 66)]

    assert patterns.unfold(folded) == tuple(expected)


def test_a_run_says_how_long_it_is() -> None:
    patterns = Patterns()
    numbers = [patterns.add(RUN, [], values) for values in (0, 1, ops.MOST_FOLDED)]

    assert [ops.length([number], 0) for number in numbers] == [1, 2, ops.MOST_FOLDED + 1]


@pytest.mark.parametrize("most_a_step", [1, 1000], ids=["packed", "tuples"])
def test_chunks_give_all_words(most_a_step: int) -> None:
    chunks = Chunks(None, TextsInMemory())
    chunks.most_a_step = most_a_step
    number = chunks.patterns.add(RUN, PLACES, 2)
    chunks.append((1, 5, 64), 1)
    for value in range(20):
        chunks.append((number, value, "x", 66), 3, is_folded=True)

    assert chunks[0] == (1, 5, 64)
    assert chunks[-1] == chunks[20] == (*filled(19, "x"), 66)
    assert chunks[1:3] == [(*filled(0, "x"), 66), (*filled(1, "x"), 66)]
    assert len(list(chunks)) == 21


def test_a_chunk_that_is_replaced_is_taken_as_it_is() -> None:
    chunks = Chunks(None, TextsInMemory())
    chunks.append((chunks.patterns.add(RUN, PLACES, 2), 1, 2, 66), 3, is_folded=True)
    chunks[0] = (0, 66)

    assert chunks[0] == (0, 66)
    chunks.clear()
    assert len(chunks) == 0
