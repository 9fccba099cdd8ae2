"""A share of tests/policy/mutation.py: with a guard switched off, a program gets out."""

from __future__ import annotations

import pytest

from tests.policy.mutation import found_without
from tests.policy.mutations import GUARDS
from tests.policy.trying import canary

_SHARE = (
    "builtin hasattr",
    "list of imports: os",
    "look at the result of LOAD_GLOBAL",
    "look before STORE_ATTR",
    "method format_map",
    "no frame is a value",
    "update_wrapper of functools",
)


@pytest.mark.parametrize("guard", _SHARE)
def test_a_program_gets_out_without_it(guard: str) -> None:
    assert guard in GUARDS

    with canary() as secret:
        assert found_without(guard, secret)
