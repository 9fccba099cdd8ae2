"""Runs beside every package's tests: if this does not fail, no result of the run counts."""


def test_that_fails() -> None:
    values = [number * 2 for number in range(3)]

    assert values == [0, 2, 5]
