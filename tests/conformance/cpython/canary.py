"""Runs beside every test module: if this does not fail as it should, no result of the run counts."""

import unittest


class Canary(unittest.TestCase):
    """Tests that must fail, and be reported so."""

    def test_fails(self) -> None:
        """Asserts what is not true."""
        values = [number * 2 for number in range(3)]
        self.assertEqual([0, 2, 5], values)  # noqa: PT009  # unittest is what is tested

    def test_is_an_error(self) -> None:
        """Raises what nobody expects."""
        with self.subTest("in a subtest"):
            dict[str, int]()["missing"]
