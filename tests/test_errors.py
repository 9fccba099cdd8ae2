"""Tests for calcharo_vm/errors.py and the public names."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest

import calcharo
import calcharo_vm
from calcharo_vm import errors


@pytest.mark.parametrize("name", errors.__all__)
def test_every_error_is_public_and_of_the_family(name: str) -> None:
    error = getattr(errors, name)

    assert issubclass(error, errors.CalcharoError)
    assert getattr(calcharo_vm, name) is error
    assert getattr(calcharo, name) is error


def test_an_error_carries_the_recording_so_far() -> None:
    error = errors.InvalidBytecode("opcode 250 is not one of this CPython")

    assert error.recording is None
    assert isinstance(error, errors.ExecutionError)


def test_errors_travel_between_processes() -> None:
    error = pickle.loads(pickle.dumps(errors.StepLimitExceeded("1000 steps")))

    assert str(error) == "1000 steps"
    assert error.limit == "steps"


def test_the_two_import_names_offer_the_same() -> None:
    assert calcharo.__all__ == calcharo_vm.__all__
    for name in calcharo_vm.__all__:
        assert getattr(calcharo, name) is getattr(calcharo_vm, name)


@pytest.mark.parametrize("package", [calcharo, calcharo_vm])
def test_public_names_are_listed_before_they_are_loaded(package: object) -> None:
    assert set(calcharo_vm.__all__) <= set(dir(package))


@pytest.mark.parametrize("package", [calcharo, calcharo_vm])
def test_an_unknown_name_is_an_attribute_error(package: object) -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Sessions'"):
        package.Sessions  # type: ignore[attr-defined]


def test_importing_the_package_loads_none_of_its_layers() -> None:
    code = "import sys, calcharo_vm; print([n for n in sys.modules if n.startswith('calcharo')])"

    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert shown.stdout == "['calcharo_vm']\n"
