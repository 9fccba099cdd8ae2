"""Tests for calcharo_vm/machine/signal_handlers.py: where a thread is when a signal arrives."""

import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from typing import cast

import pytest

from calcharo_vm.machine import signal_handlers


def calling(other: Callable[[], bool], package: str, module: str) -> Callable[[], bool]:
    """A function of a module that calls another function."""
    space: dict[str, object] = {"__package__": package, "__spec__": ModuleSpec(module, None), "other": other}
    exec("def call(): return other()", space)
    return cast("Callable[[], bool]", space["call"])


@pytest.mark.parametrize(("module", "is_between"), [("calcharo_vm.machine.eval_loop", True), ("a_program", False)])
def test_who_has_code_decoded_is_what_executes(module: str, is_between: bool) -> None:
    def asked() -> bool:
        return signal_handlers._is_between(sys._getframe(1))

    decode = calling(asked, "calcharo_vm.code", "calcharo_vm.code.decoded")

    assert calling(decode, module.rpartition(".")[0], module)() is is_between
