"""Tests for calcharo_vm/machine/guest_code.py: code objects prepared for a machine."""

import builtins
import inspect
import math
import sys
from typing import Any

import pytest

from calcharo_vm.machine import Machine
from calcharo_vm.machine.guest_code import GuestCode, builtins_of, parameter_count
from tests.machine.running import on_machine


def test_parameters_are_counted_as_inspect_counts_them() -> None:
    def f(a: Any, /, b: Any, *args: Any, c: Any, **more: Any) -> None: ...
    def g() -> None: ...
    def h(a: Any, *, b: Any) -> None:
        local = a + b
        print(local)

    for function in (f, g, h):
        assert parameter_count(function.__code__) == len(inspect.signature(function).parameters)


@pytest.mark.parametrize("found", [{"len": 1}, math, builtins])
def test_builtins_are_those_that_a_native_function_has(found: Any) -> None:
    namespace = {"__builtins__": found}
    exec("def f(): pass", namespace)

    assert builtins_of(namespace) is namespace["f"].__builtins__


def test_code_is_prepared_once_a_machine() -> None:
    code = compile("1", "<test>", "eval")
    first, second = Machine(), Machine()
    guest = first.guest_code(code)

    assert first.guest_code(code) is guest
    assert second.guest_code(code) is not guest


def test_an_exception_leaves_the_machine_without_the_machines_entries() -> None:
    function = on_machine("def f(): return 1 / 0")["f"]

    with pytest.raises(ZeroDivisionError) as caught:
        function()

    assert [entry.name for entry in caught.traceback[1:]] == ["f"]


def test_there_may_be_nothing_to_clean() -> None:
    GuestCode(compile("0", "<string>", "eval"), Machine()).clean()

    assert sys.exception() is None
