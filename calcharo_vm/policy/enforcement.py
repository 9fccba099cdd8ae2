"""Puts a policy into force for the program of one machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calcharo_vm.machine.lookasides import guest_eval, guest_exec, guest_locals
from calcharo_vm.policy.access import Access
from calcharo_vm.policy.builtin_functions import builtin_methods, builtins_for
from calcharo_vm.policy.formatting import Formatting
from calcharo_vm.policy.handlers import Handlers
from calcharo_vm.policy.kinds import Kinds
from calcharo_vm.policy.modules import Modules
from calcharo_vm.policy.refusing import refusal
from calcharo_vm.policy.replacements import Replacements

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcharo_vm.config import Policy
    from calcharo_vm.machine.frame import Frame
    from calcharo_vm.machine.machine import Machine

__all__ = ["enforce"]


def enforce(policy: Policy, machine: Machine) -> None:
    """Have a machine execute its program under a policy; it has not executed anything yet."""
    kinds = Kinds(machine.scope)
    access = Access(policy, kinds)
    access.stand_ins.update(builtin_methods(access, Formatting(access)))
    modules = Modules(policy, kinds, machine.scope, Replacements(access, kinds, machine).makers)
    own = builtins_for(policy, access, modules.import_, _of_callers(machine))
    machine.policy = policy
    machine.link = Handlers(access, own).table(machine.link)


def _of_callers(machine: Machine) -> dict[str, Callable[..., Any]]:
    """Give the builtins that look at their caller: at the program, whoever calls them for it."""

    def frame(name: str) -> Frame:
        found = machine.context.frame
        if found is None:
            raise refusal("call", f"of {name!r} by code that is not the program's", "call it in the program")
        return found

    return {
        "eval": lambda *arguments, **named: guest_eval(frame("eval"), *arguments, **named),
        "exec": lambda *arguments, **named: guest_exec(frame("exec"), *arguments, **named),
        "globals": lambda: frame("globals").globals,
        "locals": lambda: guest_locals(frame("locals")),
    }
