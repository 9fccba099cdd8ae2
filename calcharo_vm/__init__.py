"""Calcharo runs Python programs on its own virtual machine and records every step.

The names below are the public ones. They are loaded when they are first asked for, because
`calcharo run` needs few of them and a command that starts late is a command nobody uses.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calcharo_vm.config import Capture, ConfigPresets, Limits, Policy, ScopePatterns, TracerConfig
    from calcharo_vm.errors import (
        AuditError,
        CalcharoError,
        CompilationError,
        ConfigurationError,
        ExecutionError,
        InternalError,
        InvalidBytecode,
        IsolationUnavailable,
        LimitExceeded,
        MemoryLimitExceeded,
        PluginError,
        PolicyViolation,
        RecordingError,
        RecordingFormatError,
        ReplayDiverged,
        StepLimitExceeded,
        TimeoutExceeded,
        UnknownStep,
    )
    from calcharo_vm.machine.context import ExecutionContext
    from calcharo_vm.recording import Content, ExecutionStep, Input, Recording, register_adapter
    from calcharo_vm.tracer import ExecutionTracer, execute_and_trace

__all__ = [
    "AuditError",
    "CalcharoError",
    "Capture",
    "CompilationError",
    "ConfigPresets",
    "ConfigurationError",
    "Content",
    "ExecutionContext",
    "ExecutionError",
    "ExecutionStep",
    "ExecutionTracer",
    "Input",
    "InternalError",
    "InvalidBytecode",
    "IsolationUnavailable",
    "LimitExceeded",
    "Limits",
    "MemoryLimitExceeded",
    "PluginError",
    "Policy",
    "PolicyViolation",
    "Recording",
    "RecordingError",
    "RecordingFormatError",
    "ReplayDiverged",
    "ScopePatterns",
    "StepLimitExceeded",
    "TimeoutExceeded",
    "TracerConfig",
    "UnknownStep",
    "execute_and_trace",
    "register_adapter",
]

__version__ = "0.1.0"

_HOMES = {
    "calcharo_vm.config": ("Capture", "ConfigPresets", "Limits", "Policy", "ScopePatterns", "TracerConfig"),
    "calcharo_vm.machine.context": ("ExecutionContext",),
    "calcharo_vm.recording": ("Content", "ExecutionStep", "Input", "Recording", "register_adapter"),
    "calcharo_vm.tracer": ("ExecutionTracer", "execute_and_trace"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Load a public name from the module that defines it, and keep it."""
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    home = importlib.import_module(_HOME_OF.get(name, "calcharo_vm.errors"))
    value: object = getattr(home, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__})
