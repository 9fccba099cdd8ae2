"""Tests for calcharo_vm/cli/table.py."""

from __future__ import annotations

import pytest

from calcharo_vm.cli.table import Column, fitted, print_table

COLUMNS = (Column("step", right=True), Column("what", share=3), Column("why", share=1))


def test_plain_tables_are_aligned_and_whole(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(COLUMNS, [("1", "a" * 200, "b"), ("10", "", "")])

    assert capsys.readouterr().out == f"step  {'what':200}  why\n   1  {'a' * 200}  b\n  10\n"


def test_cells_cannot_break_the_table_or_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(COLUMNS, [("1", "a\nb\x1b[0m\u202e", "")])

    assert capsys.readouterr().out.splitlines()[1] == "   1  a\\nb\\x1b[0m\\u202e"


@pytest.mark.parametrize(
    ("widths", "available", "given"),
    [
        ([4, 30, 10], 100, [4, 30, 10]),
        ([4, 300, 100], 84, [4, 60, 20]),
        ([4, 300, 5], 40, [4, 31, 5]),
        ([4, 300, 100], 10, [4, 6, 6]),
    ],
)
def test_columns_share_a_narrow_terminal(widths: list[int], available: int, given: list[int]) -> None:
    assert fitted(COLUMNS, widths, available) == given
