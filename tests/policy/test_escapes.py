"""Programs that get out of other sandboxes do not get out of the standard policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from calcharo_vm import Policy
from tests.policy.escapes import ESCAPES, HARMLESS
from tests.policy.trying import Canary, canary, outputs_of_cpython, trace

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def secret() -> Iterator[Canary]:
    with canary() as made:
        yield made


def test_each_gets_out_under_plain_cpython(secret: Canary) -> None:
    outputs = outputs_of_cpython({name: secret.prelude + source for name, source in ESCAPES.items()})

    assert [name for name, text in outputs.items() if not secret.is_out(text)] == []


@pytest.mark.parametrize("name", ESCAPES)
def test_none_gets_out_under_the_standard_policy(name: str, secret: Canary) -> None:
    recording = trace(secret.prelude + ESCAPES[name])

    assert not secret.is_out(recording.stdout + recording.stderr)
    assert bool(recording.violations) is (name not in HARMLESS), recording.outcome


@pytest.mark.parametrize("name", list(ESCAPES)[::9])
def test_none_gets_out_of_exec_where_that_is_allowed(name: str, secret: Canary) -> None:
    standard = Policy.standard()
    policy = Policy(builtins=standard.builtins | {"exec", "eval"})
    source = f"{secret.prelude}[*map(exec, [{ESCAPES[name]!r}])]"

    recording = trace(source, policy)

    assert not secret.is_out(recording.stdout + recording.stderr)


def test_what_is_refused_is_not_to_be_had_by_handling_the_refusal(secret: Canary) -> None:
    recording = trace(
        secret.prelude
        + """
def f(): pass
for attempt in range(3):
    try:
        found = f.__globals__
    except Exception as error:
        found = type(error).__name__, error.what, error.name
print(found)
"""
    )

    assert recording.outcome.status == "completed"
    assert "'PolicyViolation', 'attribute'" in recording.stdout
    assert len(recording.violations) == 3
