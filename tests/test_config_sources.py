"""Tests for calcharo_vm/config/sources.py: settings from dictionaries, files and the environment."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcharo_vm import Capture, ConfigPresets, ConfigurationError, Limits, ScopePatterns, TracerConfig

POSITIVE = st.none() | st.integers(min_value=1, max_value=1 << 62)
NAMES = st.lists(st.sampled_from(["json", "my.*", "*"]), max_size=2).map(tuple)
CONFIGS = st.builds(
    TracerConfig,
    capture=st.builds(
        Capture, output=st.booleans(), metrics=st.booleans(), spill=st.sampled_from([None, "a.calcharo"])
    ),
    limits=st.builds(Limits, steps=POSITIVE, wall_seconds=POSITIVE | st.floats(0.1, 10), output_bytes=POSITIVE),
    scope=st.builds(ScopePatterns, include=NAMES, exclude=NAMES),
    deterministic=st.booleans(),
)


@given(CONFIGS)
def test_a_configuration_is_the_same_after_a_journey_as_plain_values(config: TracerConfig) -> None:
    assert TracerConfig.from_dict(config.to_dict()) == config
    assert TracerConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_evolve_changes_what_is_named() -> None:
    config = TracerConfig(limits=Limits(steps=5, output_bytes=7)).evolve(limits={"steps": 6}, deterministic=True)

    assert config == TracerConfig(limits=Limits(steps=6, output_bytes=7), deterministic=True)
    assert config.evolve(limits=Limits()).limits == Limits()
    assert config.evolve(preset="minimal", deterministic=True) == attrs.evolve(
        ConfigPresets.minimal(), deterministic=True
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"limit": {}}, "there is no setting 'limit'; did you mean 'limits'?"),
        ({"xyz": 1}, "there is no setting 'xyz'; there are optimization, granularity"),
        ({"limits": {"step": 1}}, "limits: there is no setting 'step'; did you mean 'steps'?"),
        ({"limits": {"steps": 0}}, "Limits.steps is 0; pass a positive whole number"),
        ({"limits": 5}, "pass a value of type Limits"),
        ({"preset": "fast"}, "preset is 'fast'; it must be one of development, production"),
        ({"preset": ["fast"]}, "it must be one of"),
        ({"granularity": "call"}, "is not available in this release"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        TracerConfig.from_dict(settings)

    assert message in str(caught.value)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder three levels down, where there is no file yet."""
    folder = tmp_path / "project" / "src" / "part"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


def test_without_files_and_variables_it_is_the_default(folder: Path) -> None:
    assert TracerConfig.load(environment={"HOME": "x", "CALCHARO_PYTHON": "3.13"}) == TracerConfig()


def test_the_nearest_file_counts(folder: Path) -> None:
    project = folder.parents[1]
    (project / "pyproject.toml").write_text("[tool.calcharo]\ndeterministic = true\nlimits.steps = 10\n")
    assert TracerConfig.load(environment={}) == TracerConfig(deterministic=True, limits=Limits(steps=10))

    (folder.parent / "pyproject.toml").write_text('[project]\nname = "x"\n')
    assert TracerConfig.load(environment={}).limits.steps == 10

    (project / "calcharo.toml").write_text("[limits]\nsteps = 20\n")
    assert TracerConfig.load(environment={}) == TracerConfig(limits=Limits(steps=20))
    assert TracerConfig.load(project / "pyproject.toml", environment={}).limits.steps == 10


def test_variables_win_over_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "calcharo.toml").write_text("[limits]\nsteps = 20\noutput_bytes = 9\n[scope]\ninclude = ['a']\n")
    variables = {
        "CALCHARO_LIMITS_STEPS": "30",
        "CALCHARO_LIMITS_WALL_SECONDS": "1.5",
        "CALCHARO_DETERMINISTIC": "yes",
        "CALCHARO_SCOPE_INCLUDE": "json, re.*,",
        "CALCHARO_CAPTURE_METRICS": "off",
        "CALCHARO_OPTIMIZATION": "interpreter",
    }
    expected = TracerConfig(
        limits=Limits(steps=30, output_bytes=9, wall_seconds=1.5),
        deterministic=True,
        scope=ScopePatterns(include=("json", "re.*")),
        capture=Capture(metrics=False),
    )

    assert TracerConfig.load(environment=variables) == expected
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    assert TracerConfig.load() == expected
    assert TracerConfig.load(environment={"CALCHARO_LIMITS_STEPS": ""}).limits == Limits(output_bytes=9)
    assert TracerConfig.load(environment={"CALCHARO_PRESET": "minimal"}) == ConfigPresets.minimal()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("CALCHARO_LIMITS_STEPS", "many", "CALCHARO_LIMITS_STEPS is 'many'; write a number"),
        ("CALCHARO_DETERMINISTIC", "perhaps", "CALCHARO_DETERMINISTIC is 'perhaps'; write yes or no"),
        ("CALCHARO_LIMITS_STEP", "1", "CALCHARO_LIMITS_STEP: there is no setting 'step'; did you mean 'steps'?"),
        ("CALCHARO_LIMITS_STEPS", "-1", "the environment: Limits.steps is -1"),
    ],
)
def test_variables_that_make_no_sense(name: str, text: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        TracerConfig.load(environment={name: text})

    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.toml", "steps = ", "this is no TOML"),
        ("a.toml", "steps = 1", "a.toml: there is no setting 'steps'"),
        ("a.toml", "limits.steps = 'x'", "a.toml: Limits.steps is 'x'"),
        ("pyproject.toml", "tool.calcharo = 5", "tool.calcharo is 5; write a table"),
    ],
)
def test_files_that_make_no_sense(name: str, text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        TracerConfig.load(tmp_path / name, environment={})

    assert message in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        TracerConfig.load(tmp_path / "none.toml", environment={})
    (tmp_path / "pyproject.toml").write_text("tool = 5")
    assert TracerConfig.load(tmp_path / "pyproject.toml", environment={}) == TracerConfig()


def test_the_guide_shows_a_file_that_can_be_read() -> None:
    text = (Path(__file__).parents[1] / "docs" / "guides" / "configure.md").read_text("utf-8")
    shown = text.partition("```toml\n")[2].partition("```")[0]

    assert TracerConfig.from_dict(tomllib.loads(shown)["tool"]["calcharo"]).limits.steps == 100_000
