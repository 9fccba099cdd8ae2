"""How a program is traced, and where that may be said."""

from __future__ import annotations

from calcharo_vm.config.policy import Policy
from calcharo_vm.config.settings import (
    Capture,
    ConfigPresets,
    Granularity,
    Isolation,
    Limits,
    PluginFailure,
    ScopePatterns,
    Tier,
    TracerConfig,
)

__all__ = [
    "Capture",
    "ConfigPresets",
    "Granularity",
    "Isolation",
    "Limits",
    "PluginFailure",
    "Policy",
    "ScopePatterns",
    "Tier",
    "TracerConfig",
]
