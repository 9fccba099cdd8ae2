"""Calls of native functions that change nothing, or of which it is known what they change."""

from __future__ import annotations

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.tiers.compiled.templates.registry import Template, registering

TEMPLATES: dict[str, Template] = {}
template = registering(TEMPLATES)
