"""A unittest result that writes each test case's outcome as soon as the case ends.

One JSON line a case: a run that crashes or is ended keeps what there was.
"""

import json
import traceback
import unittest
from collections import Counter
from typing import TYPE_CHECKING, TextIO

from tests.conformance.cpython.outcome import (
    ERROR,
    EXPECTED_FAILURE,
    FAILED,
    LEAKED,
    PASSED,
    SEVERITY,
    SKIPPED,
    UNEXPECTED_SUCCESS,
    CaseRecord,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed import OptExcInfo

LONGEST_TEXT = 6000


class Recorder(unittest.TestResult):
    """Records cases by name, each with its subtests.

    A case fails when one of its subtests does.
    """

    def __init__(self, target: TextIO, take_leaks: "Callable[[], dict[str, int]]") -> None:
        super().__init__()
        self._target = target
        self._take_leaks = take_leaks
        self._names: Counter[str] = Counter()
        self._record: CaseRecord | None = None
        self._test: object = None

    def startTest(self, test: unittest.TestCase) -> None:  # noqa: N802  # unittest's name
        """Notes which case runs, in case it never ends."""
        super().startTest(test)
        self._record, self._test = self._new_record(test), test
        self.write({"started": self._record["case"]})

    def stopTest(self, test: unittest.TestCase) -> None:  # noqa: N802  # unittest's name
        """Writes what became of the case."""
        super().stopTest(test)
        leaks = self._take_leaks()
        if leaks:
            self._note(test, LEAKED, "\n".join(f"{count} x {code} ran natively" for code, count in leaks.items()))
        if self._record is not None:
            self.write(self._record)
        self._record = self._test = None

    def addSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802  # unittest's name
        """Leaves the case as it is: passed, unless a subtest says otherwise."""

    def addError(self, test: unittest.TestCase, err: "OptExcInfo") -> None:  # noqa: N802  # unittest's name
        """Notes an error, of a case or of what a class or module sets up."""
        self._note(test, ERROR, _text_of(err))

    def addFailure(self, test: unittest.TestCase, err: "OptExcInfo") -> None:  # noqa: N802  # unittest's name
        """Notes a failed assertion."""
        self._note(test, FAILED, _text_of(err))

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:  # noqa: N802  # unittest's name
        """Notes that a case is skipped; a skipped subtest leaves its case as it is."""
        if self._record is None or test is self._test:
            self._note(test, SKIPPED, reason)

    def addExpectedFailure(  # noqa: N802  # unittest's name
        self,
        test: unittest.TestCase,
        err: "OptExcInfo",  # noqa: ARG002  # as expected
    ) -> None:
        """Notes a failure that the test expects."""
        self._note(test, EXPECTED_FAILURE, "")

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802  # unittest's name
        """Notes a success where the test expects a failure."""
        self._note(test, UNEXPECTED_SUCCESS, "")

    def addSubTest(  # noqa: N802  # unittest's name
        self, test: unittest.TestCase, subtest: unittest.TestCase, err: "OptExcInfo | None"
    ) -> None:
        """Counts a subtest, and notes its failure."""
        if self._record is not None:
            self._record["subtests"] += 1
        if err is not None and err[0] is not None:
            kind = FAILED if issubclass(err[0], test.failureException) else ERROR
            self._note(test, kind, f"{subtest}\n{_text_of(err)}")

    def write(self, line: object) -> None:
        """Writes one line, past whatever the tests do to buffers."""
        self._target.write(json.dumps(line) + "\n")
        self._target.flush()

    def _note(self, test: unittest.TestCase, outcome: str, text: str) -> None:
        if self._record is None:  # setUpClass and its like are no cases, but fail as such
            self.write({**self._new_record(test), "outcome": outcome, "text": text[-LONGEST_TEXT:]})
        elif SEVERITY.index(outcome) > SEVERITY.index(self._record["outcome"]):
            self._record["outcome"], self._record["text"] = outcome, text[-LONGEST_TEXT:]

    def _new_record(self, test: unittest.TestCase) -> CaseRecord:
        name = test.id()
        self._names[name] += 1
        if self._names[name] > 1:
            name = f"{name} ({self._names[name]})"
        return CaseRecord(case=name, outcome=PASSED, text="", subtests=0)


def _text_of(err: "OptExcInfo") -> str:
    return "".join(traceback.format_exception(*err))
