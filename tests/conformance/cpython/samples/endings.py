"""Cases that end in every way a case can end, for the tests of the runner."""

import os
import time
import types
import unittest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def _on_machine() -> bool:
    """Tells whether this runs on the machine: only there is a function's own code not what library code reads."""
    code = _on_machine.__code__
    return next(map(types.FunctionType.__dict__["__code__"].__get__, [_on_machine])) is not code


class Endings(unittest.TestCase):
    """One case for each ending."""

    def test_1_passes(self) -> None:
        """Passes."""

    def test_2_crashes(self) -> None:
        """Ends the process."""
        os._exit(7)

    def test_3_hangs(self) -> None:
        """Never ends."""
        time.sleep(3600)

    def test_4_fails_in_a_subtest(self) -> None:
        """Fails in the second of two subtests."""
        for number in range(2):
            with self.subTest(number=number):
                assert number == 0

    def test_5_is_skipped(self) -> None:
        """Is skipped."""
        self.skipTest("as a sample")

    @unittest.expectedFailure
    def test_6_fails_as_expected(self) -> None:
        """Fails as expected."""
        raise AssertionError

    def test_7_leaks(self) -> None:
        """Has CPython run code of this file: library code makes a function of it."""

        def guest() -> int:
            return 1

        made: list[Callable[[], int]] = list(map(types.FunctionType, [guest.__code__], [{}]))
        assert made[0]() == 1

    def test_8_differs(self) -> None:
        """Passes natively only."""
        assert not _on_machine()

    def test_9_runs_fewer_subtests(self) -> None:
        """Has two subtests natively, and one on the machine."""
        for number in range(1 if _on_machine() else 2):
            with self.subTest(number=number):
                pass
