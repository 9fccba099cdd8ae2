"""Tests for calcharo_vm/machine/unraisable.py."""

import sys
import traceback
from types import SimpleNamespace
from typing import Any

import pytest

from calcharo_vm.machine import Machine
from calcharo_vm.machine.context import set_recursion_limit
from calcharo_vm.machine.unraisable import unraisable_hook_for
from tests.machine.running import on_machine


def places_of(source: str, monkeypatch: pytest.MonkeyPatch) -> list[list[tuple[str, int]]]:
    """Where the exceptions that source cannot handle passed, as the hook is told."""
    found = []

    def hook(unraisable: Any) -> None:
        entries = traceback.extract_tb(unraisable.exc_traceback)
        assert unraisable.exc_traceback is unraisable.exc_value.__traceback__
        found.append([(entry.name, entry.lineno or 0) for entry in entries])

    monkeypatch.setattr(sys, "unraisablehook", hook)
    on_machine(source)
    return found


def test_cpythons_own_exception_has_the_guests_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
    def ignoring():
        try:
            yield
        except GeneratorExit:
            yield
    def drop():
        next(ignoring())
    drop()
    """

    assert places_of(source, monkeypatch) == [[("drop", 8)]]


def test_an_exception_of_the_guest_is_shown_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
    class Failing:
        def __del__(self):
            raise ValueError
    Failing()
    """

    assert places_of(source, monkeypatch) == [[("__del__", 4)]]


def test_what_is_not_the_machines_reaches_the_original_unchanged() -> None:
    told: list[object] = []
    unraisable = SimpleNamespace(exc_value=None, exc_traceback=None)
    unraisable_hook_for(told.append)(unraisable)

    assert told == [unraisable]


class Arguments:
    """What CPython gives to a `sys.unraisablehook`: its own type cannot be imported."""

    def __init__(self, values: tuple[Any, ...]) -> None:
        self.exc_type, self.exc_value, self.exc_traceback, self.err_msg, self.object = values


def test_an_exception_of_the_machine_outside_of_any_frame_is_shown_without_its_entries() -> None:
    told: list[Any] = []
    with pytest.raises(ValueError, match="greater") as caught:
        set_recursion_limit(Machine().context, 0)
    assert caught.value.__traceback__ is not None
    entries = caught.value.__traceback__.tb_next

    unraisable_hook_for(told.append)(Arguments((ValueError, caught.value, entries, "", None)))

    assert told[0].exc_value is caught.value
    assert told[0].exc_traceback is caught.value.__traceback__ is None


def test_the_hook_is_put_back() -> None:
    before = sys.unraisablehook
    with Machine().activate():
        assert sys.unraisablehook is not before

    assert sys.unraisablehook is before
