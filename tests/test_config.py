"""Tests for calcharo_vm/config.py."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from calcharo_vm import Capture, ConfigPresets, ConfigurationError, Limits, Policy, TracerConfig
from calcharo_vm.config import Granularity, Isolation, ScopePatterns, Tier


def test_the_default_records_every_instruction_on_the_interpreter() -> None:
    config = TracerConfig()

    assert config.optimization is Tier.INTERPRETER
    assert config.granularity is Granularity.OPCODE
    assert config.isolation is Isolation.NONE
    assert config.limits == Limits()
    assert config.capture == Capture(output=True)


def test_settings_are_strings_for_those_who_write_them() -> None:
    config = TracerConfig(optimization="interpreter", granularity="opcode")

    assert config.granularity == "opcode"
    assert config == TracerConfig(granularity=Granularity.OPCODE)


def test_settings_never_change() -> None:
    config = TracerConfig()

    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        config.granularity = Granularity.CALL  # type: ignore[misc]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"optimization": "fast"}, "must be one of 'interpreter', 'compiled', 'native'"),
        ({"granularity": "line"}, "use granularity='opcode', or optimization='native'"),
        ({"granularity": "call"}, "granularity='call' is not available in this release; use 'opcode' or 'line'"),
        ({"optimization": "native", "granularity": "call"}, "use 'opcode' or 'line'"),
        ({"optimization": "native", "deterministic": True}, "deterministic needs the machine; leave deterministic out"),
        ({"optimization": "native", "policy": "standard"}, "policy needs the machine"),
        ({"optimization": "native", "plugins": ("x",)}, "plugins needs the machine"),
        ({"optimization": "native", "capture": Capture(audit=True)}, "capture.audit needs the machine"),
        ({"optimization": "native", "capture": Capture(inputs=True)}, "or use optimization='interpreter'"),
        ({"granularity": 3}, "granularity is 3; it must be one of 'opcode', 'line', 'call'"),
        ({"isolation": "docker"}, "must be one of 'none', 'worker', 'isolated'"),
        ({"readable": [3]}, "readable holds 3; pass the paths of files and folders"),
        ({"readable": 3}, "readable holds 3"),
        ({"isolation": "worker", "plugins": ("x",)}, "leave plugins out, or use isolation='none'"),
        ({"policy": "strict"}, "policy is 'strict'; pass a Policy, 'standard', or None for none"),
        ({"policy": 3}, "policy is 3"),
        ({"allow_degraded": "yes"}, "of type str; pass a value of type bool"),
        ({"plugins": 5}, "plugins is 5; pass a tuple of plugins"),
        ({"plugin_failure": "raise"}, "plugin_failure is 'raise'; it must be one of 'continue', 'stop'"),
        ({"capture": True}, "TracerConfig.capture is True, of type bool"),
        ({"limits": 5}, "pass a value of type Limits"),
        ({"scope": "json"}, "pass a value of type ScopePatterns"),
    ],
)
def test_a_setting_that_cannot_be_honoured_is_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        TracerConfig(**settings)  # type: ignore[arg-type]

    assert message in str(caught.value)


def test_steps_of_the_native_tier_are_lines() -> None:
    native = TracerConfig(optimization="native")

    assert native.granularity is Granularity.LINE
    assert native == TracerConfig(optimization="native", granularity="line")
    assert native == attrs.evolve(TracerConfig(), optimization="native")
    assert native == TracerConfig.from_dict(native.to_dict())
    assert native.evolve(optimization="compiled") == TracerConfig(optimization="compiled")


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ({"steps": 0}, "Limits.steps is 0; pass a positive whole number"),
        ({"steps": 1.5}, "pass a positive whole number, or None"),
        ({"steps": True}, "Limits.steps is True"),
        ({"wall_seconds": -1}, "Limits.wall_seconds is -1; pass a positive number"),
        ({"cpu_seconds": float("nan")}, "Limits.cpu_seconds is nan"),
        ({"memory_bytes": "1G"}, "Limits.memory_bytes is '1G'"),
    ],
)
def test_a_limit_is_a_positive_number(limit: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Limits(**limit)  # type: ignore[arg-type]

    assert message in str(caught.value)


def test_patterns_come_from_a_string_or_any_collection() -> None:
    assert ScopePatterns(include="json").include == ("json",)
    assert ScopePatterns(include=["json", "re.*"], exclude=iter(["x"])) == ScopePatterns(
        include=("json", "re.*"), exclude=("x",)
    )


@pytest.mark.parametrize("patterns", [3, [b"json"], [""], None])
def test_what_is_not_a_pattern_is_refused(patterns: object) -> None:
    with pytest.raises(ConfigurationError, match="not a pattern of module names"):
        ScopePatterns(include=patterns)  # type: ignore[arg-type]


def test_presets_are_ordinary_configurations() -> None:
    assert ConfigPresets.development() == TracerConfig()
    assert ConfigPresets.teaching().granularity is Granularity.OPCODE
    assert ConfigPresets.debugging().granularity is Granularity.OPCODE
    assert not ConfigPresets.performance().capture.output
    assert not ConfigPresets.minimal().capture.output


def test_production_does_not_run_strangers_programs_in_this_process() -> None:
    with pytest.raises(ConfigurationError, match="untrusted programs need a process of their own"):
        ConfigPresets.production().evolve(isolation="none")

    assert ConfigPresets.production().evolve(isolation="worker").isolation is Isolation.WORKER
    assert ConfigPresets.production().evolve(isolation="none", untrusted=False).isolation is Isolation.NONE


def test_production_is_isolated_and_within_limits() -> None:
    config = ConfigPresets.production()

    assert config.isolation is Isolation.ISOLATED
    assert config.policy == Policy.standard()
    assert not config.allow_degraded
    assert None not in (config.limits.steps, config.limits.wall_seconds, config.limits.memory_bytes)


def test_paths_that_may_be_read_are_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)

    assert (f"{tmp_path}/data", "/usr/share") == TracerConfig(readable=["data", Path("/usr/share")]).readable
    assert (f"{tmp_path}/data",) == TracerConfig(readable="data").readable
