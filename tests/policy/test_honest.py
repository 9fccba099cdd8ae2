"""Ordinary programs do under the standard policy what they do under plain CPython."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import pytest

from calcharo_vm import Capture, TracerConfig, execute_and_trace
from tests.policy.honest import HONEST
from tests.policy.programs import difference, ordinary_programs
from tests.policy.trying import outputs_of_cpython

if TYPE_CHECKING:
    from tests.conformance.program import Program

_ADDRESS = re.compile("0x[0-9a-f]+")


@cache
def _expected() -> dict[str, str]:
    return outputs_of_cpython(HONEST)


_AMONG_OTHERS = ("sys_exit__", "threading__", "uncaught__")
"""Programs whose threads and last words pytest would take for its own."""
_SHARE = [each for each in ordinary_programs() if not each.name.startswith(_AMONG_OTHERS)][::15]


@pytest.mark.parametrize("program", _SHARE, ids=lambda program: program.name)
def test_a_program_of_the_conformance_suite_differs_only_where_it_is_refused(program: Program) -> None:
    _refused, differs = difference(program)

    assert not differs


@pytest.mark.parametrize("name", HONEST)
def test_its_output_is_cpythons(name: str) -> None:
    config = TracerConfig(policy="standard", capture=Capture(metrics=False))

    recording = execute_and_trace(HONEST[name], config, stdin="", argv=["-c"])

    assert _ADDRESS.sub("", _expected()[name]) == _ADDRESS.sub("", recording.stdout), recording.stderr
    assert list(recording.violations) == []
