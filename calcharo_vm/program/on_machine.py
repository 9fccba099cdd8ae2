"""The machine that a launched program runs on, for the rest of the process's life."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from calcharo_vm.machine.machine import Machine
from calcharo_vm.machine.scope import Scope
from calcharo_vm.program.included import forget_included_modules

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import CodeType

    from calcharo_vm.machine.observer import Observer

__all__ = ["starter"]

_kept: list[object] = []
"""Activations: threads, exit functions and finalisers need them to the end."""
machines: list[Machine] = []
"""The machines that programs of this process run on."""


def starter(
    *,
    observer: Observer | None = None,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    made: Callable[[Machine], None] | None = None,
) -> Callable[[str | None], Callable[[CodeType, dict[str, object]], object]]:
    """Build the `start` of `launch`: it puts a machine in charge of the process and never takes it away.

    `made` gets the machine before anything executes on it.

    A first, empty program makes the machine import all it needs while nothing of the program's own is in the way.
    """
    Machine().run_code(compile("", "<nothing>", "exec"), {})

    def start(folder: str | None) -> Callable[[CodeType, dict[str, object]], object]:
        scope = Scope(folder, tuple(include), tuple(exclude))
        if include:
            forget_included_modules(scope)
        machine = Machine(observer=observer, scope=scope)
        if made is not None:
            made(machine)
        activation = machine.activate()
        activation.__enter__()
        _kept.append(activation)
        if "calcharo_vm.logs" in sys.modules:  # or else nothing of ours is in the registry
            _kept.append(_with_own_logging())
        machines.append(machine)
        return machine.run_code

    return start


def _with_own_logging() -> object:
    from calcharo_vm.program.logging_state import own_logging  # noqa: PLC0415 - few programs need it

    state = own_logging()
    state.__enter__()
    return state
