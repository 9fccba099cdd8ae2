"""Plugins: objects or modules that are told what a program does, may control it, and add to what Calcharo offers.

A plugin marks its functions with `hookimpl` and gives them the names of the hooks in `calcharo_vm.plugins.hooks`.
Nothing is loaded before it is asked for: most runs have no plugins.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calcharo_vm.plugins.control import LiveRun
    from calcharo_vm.plugins.events import LeaveKind, LiveCall, LiveException, LiveFrame, LiveReturn, LiveStep
    from calcharo_vm.plugins.hooks import hookimpl
    from calcharo_vm.plugins.installed import installed_names
    from calcharo_vm.plugins.loading import PluginSet, load
    from calcharo_vm.recording.effect import Effect

__all__ = [
    "Effect",
    "LeaveKind",
    "LiveCall",
    "LiveException",
    "LiveFrame",
    "LiveReturn",
    "LiveRun",
    "LiveStep",
    "PluginSet",
    "hookimpl",
    "installed_names",
    "load",
]

_HOMES = {
    "calcharo_vm.plugins.control": ("LiveRun",),
    "calcharo_vm.plugins.events": ("LeaveKind", "LiveCall", "LiveException", "LiveFrame", "LiveReturn", "LiveStep"),
    "calcharo_vm.plugins.hooks": ("hookimpl",),
    "calcharo_vm.plugins.installed": ("installed_names",),
    "calcharo_vm.plugins.loading": ("PluginSet", "load"),
    "calcharo_vm.recording.effect": ("Effect",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Load a public name from the module that defines it, and keep it."""
    if name not in _HOME_OF:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value: object = getattr(importlib.import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value
