"""Ordinary programs do under the standard policy what they do under plain CPython."""

from __future__ import annotations

import re
from functools import cache

import pytest

from calcharo_vm import Capture, TracerConfig, execute_and_trace
from tests.policy.honest import HONEST
from tests.policy.trying import outputs_of_cpython

_ADDRESS = re.compile("0x[0-9a-f]+")


@cache
def _expected() -> dict[str, str]:
    return outputs_of_cpython(HONEST)


@pytest.mark.parametrize("name", HONEST)
def test_its_output_is_cpythons(name: str) -> None:
    config = TracerConfig(policy="standard", capture=Capture(metrics=False))

    recording = execute_and_trace(HONEST[name], config, stdin="", argv=["-c"])

    assert _ADDRESS.sub("", _expected()[name]) == _ADDRESS.sub("", recording.stdout)
    assert list(recording.violations) == []
