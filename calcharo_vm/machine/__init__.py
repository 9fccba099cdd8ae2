"""The machine: frames, the eval loop, calls, generators, exceptions and what the guest sees of them."""

from calcharo_vm.machine.machine import Machine
from calcharo_vm.machine.scope import Scope
from calcharo_vm.machine.values import NULL

__all__ = ["NULL", "Machine", "Scope"]
