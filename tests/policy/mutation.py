"""Switches off each guard of the policy in turn: some program must then get out, or the guard is untested.

    python -m tests.policy.mutation [GUARD...]

It says which program it was, and ends with an error if there was none for a guard.
"""

from __future__ import annotations

import os
import sys

from calcharo_vm import CalcharoError, Policy
from tests.policy.escapes import ESCAPES
from tests.policy.killers import KILLERS
from tests.policy.mutations import GUARDS
from tests.policy.trying import Canary, canary, trace

__all__ = ["found_without"]


def found_without(guard: str, secret: Canary) -> str:
    """Give the name of a program that gets out without a guard; nothing if there is none."""
    with GUARDS[guard]() as policy:
        for name, source in sorted(ESCAPES.items(), key=lambda item: -_likeness(guard, item[0])):
            if _gets_out(secret.prelude + source, policy, secret):
                return name
    return ""


def _gets_out(source: str, policy: Policy, secret: Canary) -> bool:
    """Trace a program in a child of this process, since it may change it."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = 0 if secret.is_out(trace(source, policy).stdout) else 1
        except CalcharoError:
            pass  # the machine relies on the guard
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _likeness(guard: str, name: str) -> int:
    """Say how many words a guard and a program have in common: those are tried first, after one that is known."""
    if KILLERS.get(guard) == name:
        return len(ESCAPES)
    return len({*guard.replace(":", "").lower().split()} & {*name.replace(":", "").lower().split()})


def main(words: list[str]) -> int:
    """Switch off the guards whose names have one of the words in them, or all."""
    survivors = []
    with canary() as secret:
        for guard in GUARDS:
            if not words or any(word in guard for word in words):
                found = found_without(guard, secret)
                print(f"{guard}: {found or 'NOTHING GETS OUT'}", flush=True)
                survivors += [] if found else [guard]
    print(f"{len(survivors)} guards are untested")
    return bool(survivors)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
