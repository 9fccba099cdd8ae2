"""A share of tests/policy/mutation.py: with a guard switched off, a program gets out."""

from __future__ import annotations

import pytest

from tests.policy.mutation import found_without
from tests.policy.mutations import GUARDS
from tests.policy.trying import canary

_SHARE = [guard for guard in GUARDS if "warnings" not in guard][::4]
"""Of those without warnings, which pytest takes for itself."""

# The worker of a parallel run has a thread of its own, which the child neither needs nor waits for.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


@pytest.mark.parametrize("guard", _SHARE)
def test_a_program_gets_out_without_it(guard: str) -> None:
    with canary() as secret:
        assert found_without(guard, secret)
