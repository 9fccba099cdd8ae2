"""What becomes of a test case, as the child that runs it writes it down."""

from typing import TypedDict

PASSED, FAILED, ERROR, SKIPPED = "passed", "failed", "error", "skipped"
EXPECTED_FAILURE, UNEXPECTED_SUCCESS = "expected failure", "unexpected success"
MISSING = "missing"
"""The outcome of a case that the machine never came to."""
CRASHED, TIMED_OUT = "crashed", "timed out"
"""The outcomes of a case that never ended."""

LEAKED = "leaked"
"""The outcome of a case during which CPython itself ran guest code: it says nothing about the machine."""

SEVERITY = (PASSED, SKIPPED, EXPECTED_FAILURE, UNEXPECTED_SUCCESS, FAILED, ERROR, LEAKED)


class CaseRecord(TypedDict):
    """What became of one case; a failure has its traceback, a skipped case its reason."""

    case: str
    outcome: str
    text: str
    subtests: int
