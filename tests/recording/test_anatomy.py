"""Tests for calcharo_vm/recording/anatomy.py: whose a function is."""

from types import FunctionType

import pytest

from calcharo_vm.recording.anatomy import is_guest_function


def made_in(module: str, package: str | None) -> FunctionType:
    """A function of a module."""
    return FunctionType((lambda: None).__code__, {"__name__": module, "__package__": package})


@pytest.mark.parametrize("package", [None, "", "shop", "calcharo_vm_plugin", "calcharo_vm_plugin.part"])
def test_a_function_of_the_programs_modules_is_the_programs(package: str | None) -> None:
    assert is_guest_function(made_in("__main__", package), {"__main__"})


@pytest.mark.parametrize(("module", "package"), [("json", "json"), ("__main__", "calcharo_vm.machine")])
def test_a_function_of_the_library_or_the_machine_is_not(module: str, package: str) -> None:
    assert not is_guest_function(made_in(module, package), {"__main__"})
