"""Running a program in a process of its own, with as little of the system as the kernel can keep it to."""

from __future__ import annotations

from calcharo_vm.isolation.layers import Layer, LayerState
from calcharo_vm.isolation.remote import IsolationWarning
from calcharo_vm.isolation.reporting import IsolationReport, report

__all__ = ["IsolationReport", "IsolationWarning", "Layer", "LayerState", "report"]
