"""Makes a program that is not the same on the machine as small as it can be."""

import time
from contextlib import suppress

from pysource_minimize import minimize

from tests.conformance.fuzzing.comparing import Find, compare
from tests.conformance.fuzzing.outcome import compiled

SECONDS = 25


class _OutOfTime(Exception):
    """Ends the search; what was found so far is kept."""


def minimised(find: Find) -> Find:
    """Gives the smallest program found in a little time which differs in the same aspect."""
    best = find
    until = time.monotonic() + SECONDS

    def still_differs(source: str) -> bool:
        nonlocal best
        if time.monotonic() > until:
            raise _OutOfTime
        try:
            compiled(source)
        except (SyntaxError, ValueError):
            return False
        program = best["program"].copy()
        program["source"] = source
        aspect, _, details = compare(program)
        if aspect != find["aspect"]:
            return False
        if len(source) <= len(best["program"]["source"]):
            best = Find(program=program, aspect=aspect, details=details)
        return True

    with suppress(_OutOfTime):
        minimize(find["program"]["source"], still_differs, retries=2)
    return best
