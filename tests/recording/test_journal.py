"""Tests for calcharo_vm/recording/journal.py: where the words of a step lie."""

import random

from calcharo_vm import execute_and_trace
from calcharo_vm.recording import ops
from calcharo_vm.recording.journal import Spot, find_spot

LOOP = "total = 0\nfor n in range(3000): total += n * n"


def test_a_step_is_found_in_its_chunk() -> None:
    first, thread = ops.FIRST_STEP, ops.THREAD
    words = (thread, 3, 1, "pushed", first + 7, first + 8, 2, 5, 6, first + 9)

    assert find_spot(words, 0) == Spot(7, 3, 0, 4)
    assert find_spot(words, 1) == Spot(8, 3, 5, 5)
    assert find_spot(words, 2) == Spot(9, 3, 6, 9)


def test_a_step_is_not_found_where_there_are_fewer_or_the_words_make_no_sense() -> None:
    assert find_spot((ops.FIRST_STEP,), 1) is None
    assert find_spot(("text", ops.FIRST_STEP), 0) is None


def test_steps_asked_for_in_any_order_are_those_of_the_columns() -> None:
    journal = execute_and_trace(LOOP).journal
    steps = random.Random(5).sample(range(len(journal)), 300)
    found = [(journal.word(step), journal.thread(step), journal.place(step)[1:]) for step in [*steps, *steps]]

    for step, (word, thread, (start, end)) in zip([*steps, *steps], found, strict=True):
        chunk = journal.chunk_of(step)
        columns, at = journal.columns(chunk), step - journal.starts[chunk]
        assert (word, thread, end) == (columns.instructions[at], columns.threads[at], columns.ends[at])
        assert start == (columns.ends[at - 1] + 1 if at else 0)
