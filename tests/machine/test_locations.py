"""Tests for calcharo_vm/machine/locations.py: line tables that give one place, as CPython reads them."""

import pytest

from calcharo_vm.machine.locations import one_place_linetable


def sample() -> None:
    """Lends its code object."""


@pytest.mark.parametrize(
    "position",
    [
        (5, 5, 0, 3),
        (1, 1000, 70, 5000),
        (9, 9, None, None),
        (None, None, None, None),
    ],
)
@pytest.mark.parametrize("units", [1, 8, 9, 30])
def test_every_unit_is_at_the_place(position: tuple[int | None, ...], units: int) -> None:
    line, end_line, column, end_column = position
    code = sample.__code__.replace(
        co_code=sample.__code__.co_code[:2] * units,
        co_firstlineno=line or 1,
        co_linetable=one_place_linetable(units, (line, end_line, column, end_column)),
    )

    assert list(code.co_positions()) == [position] * units


def test_a_place_without_end_line_ends_on_its_line() -> None:
    code = sample.__code__.replace(
        co_code=sample.__code__.co_code[:2],
        co_firstlineno=3,
        co_linetable=one_place_linetable(1, (3, None, None, None)),
    )

    assert list(code.co_positions()) == [(3, 3, None, None)]
