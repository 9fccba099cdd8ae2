"""Makes a program that is not the same on the machine as small as it can be."""

import re
import time
from contextlib import suppress

from tests.conformance.fuzzing.comparing import Find, compare
from tests.conformance.fuzzing.outcome import compiled

SECONDS = 25


class _OutOfTime(Exception):
    """Ends the search; what was found so far is kept."""


def minimised(find: Find) -> Find:
    """Gives the smallest program found in a little time which differs in the same aspect."""
    from pysource_minimize import CouldNotMinimize, minimize  # they use what is deprecated from 3.12 to 3.13

    best = find
    until = time.monotonic() + SECONDS
    shape = _shape(find["details"])

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
        if aspect != find["aspect"] or _shape(details) != shape:
            return False
        if len(source) <= len(best["program"]["source"]):
            best = Find(program=program, aspect=aspect, details=details)
        return True

    with suppress(_OutOfTime, CouldNotMinimize):  # the latter when written anew it does not differ any more
        minimize(find["program"]["source"], still_differs, retries=2)
    return best


def _shape(details: str) -> list[str]:
    """Gives the first lines that differ, without values: a smaller program must not differ in another way."""
    lines = [line for line in details.splitlines()[2:] if line.startswith(("-", "+"))]
    return [re.sub(r"\d+|'.*'|\(.*\)", "", line)[:40] for line in lines[:2]]
