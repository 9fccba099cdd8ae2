"""Tests for calcharo_vm/recording/queries/answer.py."""

from collections.abc import Iterator

import pytest

from calcharo_vm.recording import Answer


class Source:
    """Yields numbers and remembers how many it was asked for."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.found = 0
        self.found_last = 0

    def find(self) -> Iterator[int]:
        for number in range(self.count):
            self.found += 1
            yield number

    def find_last(self) -> Iterator[int]:
        for number in reversed(range(self.count)):
            self.found_last += 1
            yield number


def answer_of(source: Source, *, is_reversible: bool = True) -> Answer[str]:
    return Answer(source.find, str, source.find_last if is_reversible else None)


def test_it_is_a_sequence() -> None:
    answer = answer_of(Source(10))

    assert list("0123456789") == list(answer) == list(answer)
    assert 10 == len(answer)
    assert ["0", "9", "7"] == [answer[0], answer[-1], answer[-3]]
    assert list("234") == answer[2:5]
    assert list("97531") == answer[::-2]
    assert list("789") == answer[-3:]
    assert list("9876543210") == list(reversed(answer))
    assert "7" in answer
    assert 3 == answer.index("3")


def test_rows_are_found_when_they_are_asked_for() -> None:
    source = Source(1000)
    answer = answer_of(source)

    assert 0 == source.found
    assert answer
    assert 1 == source.found
    assert "4" == answer[4]
    assert "0" == next(iter(answer))
    assert 5 == source.found
    assert list("2468") == answer[2:10:2]
    assert [] == answer[:0]
    assert 10 == source.found
    assert 1000 == len(answer)
    assert 1000 == source.found


def test_it_is_read_from_the_end_where_that_is_possible() -> None:
    source = Source(1000)
    answer = answer_of(source)

    assert ["999", "998"] == [answer[-1], answer[-2]]
    assert "999" == next(reversed(answer))
    assert (0, 4) == (source.found, source.found_last)


def test_from_the_end_all_rows_are_found_where_it_is_not() -> None:
    source = Source(1000)
    answer = answer_of(source, is_reversible=False)

    assert ["999", "998"] == [answer[-1], next(iter(list(reversed(answer))[1:]))]
    assert 1000 == source.found


@pytest.mark.parametrize("index", [3, -4])
@pytest.mark.parametrize("is_reversible", [True, False])
def test_rows_that_are_not_there(index: int, *, is_reversible: bool) -> None:
    with pytest.raises(IndexError, match="was asked for, and the answer has 3"):
        answer_of(Source(3), is_reversible=is_reversible)[index]


def test_an_empty_answer_is_false() -> None:
    answer = answer_of(Source(0))

    assert not answer
    assert [] == list(answer) == answer[:]


def test_how_it_is_shown() -> None:
    answer = answer_of(Source(2))

    assert "<Answer of 0 or more rows>" == repr(answer)
    assert 2 == len(answer)
    assert "<Answer of 2 rows>" == repr(answer)
