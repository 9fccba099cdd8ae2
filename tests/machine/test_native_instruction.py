"""Tests for calcharo_vm/machine/native_instruction.py: one instruction of CPython, as a function."""

import sys

import pytest

from calcharo_vm.machine.native_instruction import native_instruction
from calcharo_vm.machine.trampolines import is_trampoline


def test_an_instruction_takes_its_inputs_and_gives_its_output() -> None:
    assert native_instruction("BUILD_TUPLE", 2, 2, 1)("a", "b") == ("a", "b")


def test_several_outputs_come_as_a_tuple() -> None:
    assert native_instruction("COPY", 1, 1, 2)("a") == ("a", "a")


def test_an_argument_may_be_a_name() -> None:
    assert native_instruction("IMPORT_FROM", "maxsize", 1, 2)(sys) == (sys, sys.maxsize)
    with pytest.raises(ImportError, match="cannot import name 'nowhere' from 'sys'"):
        native_instruction("IMPORT_FROM", "nowhere", 1, 2)(sys)


def test_the_function_is_made_once_and_belongs_to_the_machine() -> None:
    function = native_instruction("BUILD_TUPLE", 1, 1, 1)

    assert function is native_instruction("BUILD_TUPLE", 1, 1, 1)
    assert is_trampoline(function.__code__)
