"""Tests for calcharo_vm/config/sources.py: settings from dictionaries, files and the environment."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcharo_vm import Capture, ConfigPresets, ConfigurationError, Limits, Policy, ScopePatterns, TracerConfig
from calcharo_vm.cli import commands, governed, tracing
from calcharo_vm.cli.run import UsageError, parse_run

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


# --- every setting, in every place -------------------------------------------------------------------

SAMPLES: dict[type, dict[str, tuple[str, object]]] = {
    TracerConfig: {
        "optimization": ("compiled", "compiled"),
        "granularity": ("opcode", "opcode"),
        "isolation": ("worker", "worker"),
        "readable": ("/data, /usr/share/dict", ["/data", "/usr/share/dict"]),
        "policy": ("standard", "standard"),
        "allow_degraded": ("yes", True),
        "untrusted": ("no", False),
        "code_cache": ("no", False),
        "deterministic": ("on", True),
        "plugins": ("one,two", ["one", "two"]),
        "installed_plugins": ("off", False),
        "plugin_failure": ("stop", "stop"),
    },
    Capture: {
        "output": ("no", False),
        "forward": ("yes", True),
        "metrics": ("0", False),
        "inputs": ("1", True),
        "audit": ("true", True),
        "spill": ("a.calcharo", "a.calcharo"),
    },
    Limits: {attribute.name: ("7", 7) for attribute in attrs.fields(Limits)},
    ScopePatterns: {"include": ("json,re.*", ["json", "re.*"]), "exclude": ("json", ["json"])},
    Policy: {
        "imports": ("math=sqrt,pi; json=", {"math": ["sqrt", "pi"], "json": []}),
        "builtins": ("print,len", ["print", "len"]),
        "attributes": ("inspect.Signature=bind;builtins.cell=", {"inspect.Signature": ["bind"], "builtins.cell": []}),
        "special_names": ("__init__,__eq__", ["__init__", "__eq__"]),
    },
}
PARTS: dict[type, str] = {Capture: "capture", Limits: "limits", ScopePatterns: "scope", Policy: "policy"}
SETTINGS = [
    (f"{PARTS[kind]}.{name}" if kind in PARTS else name, text, value)
    for kind, samples in SAMPLES.items()
    for name, (text, value) in samples.items()
]


def test_no_setting_is_forgotten() -> None:
    for kind, samples in SAMPLES.items():
        wanted = {attribute.name for attribute in attrs.fields(kind)} - {*PARTS.values()}
        assert wanted - {"policy"} == {*samples} - {"policy"}
    assert {*PARTS.values()} <= {attribute.name for attribute in attrs.fields(TracerConfig)}


def as_toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)} = {json.dumps(names)}" for name, names in value.items()) + "}"
    return json.dumps(value)


@pytest.mark.parametrize(("name", "text", "value"), SETTINGS, ids=[name for name, _, _ in SETTINGS])
def test_a_setting_may_be_said_in_every_place(name: str, text: str, value: object, folder: Path) -> None:
    part, _, inner = name.rpartition(".")
    expected = TracerConfig.from_dict({part: {inner: value}} if part else {inner: value})
    file = folder / "calcharo.toml"
    variable = f"CALCHARO_{name.replace('.', '_').upper()}"

    assert expected != TracerConfig() or name in {"granularity", "untrusted"}  # which go with others only
    assert TracerConfig.load(environment={variable: text}) == expected
    file.write_text(f"{name} = {as_toml(value)}\n")
    assert TracerConfig.load(environment={}) == expected
    file.write_text("")
    assert governed._config(parse_run(["--set", f"{name}={text}", "x.py"])) == expected
    assert tracing._config(tracing.TraceRequest(Path("x.py"), settings=(f"{name}={text}",))) == expected
    assert TracerConfig.from_dict(expected.to_dict()) == expected


def test_every_limit_has_an_option() -> None:
    short = {"steps": "--max-steps", "wall_seconds": "--timeout"}
    known = {option for parameter in commands.trace.params for option in parameter.opts}

    for attribute in attrs.fields(Limits):
        option = short.get(attribute.name, f"--max-{attribute.name.replace('_', '-')}")
        assert option in known
        assert parse_run([option, "7", "x.py"]).limits == ((attribute.name, 7),)


def test_a_policy_by_name_and_its_parts_go_together() -> None:
    standard = {"CALCHARO_POLICY": "standard", "CALCHARO_POLICY_BUILTINS": "print"}
    narrow = TracerConfig(policy=Policy(imports=("math",)))

    assert TracerConfig.load(environment=standard).policy == Policy(builtins=("print",))
    assert governed._config(parse_run(["--set=policy=standard", "--set=policy.builtins=len", "x.py"])).policy == Policy(
        builtins=("len",)
    )
    assert narrow.evolve(policy={"attributes": {"builtins.cell": ()}}).policy == Policy(
        imports=("math",), attributes={"builtins.cell": ()}
    )
    with pytest.raises(ConfigurationError, match="CALCHARO_POLICY_BUILTINS is set, and policy is 'none'"):
        TracerConfig.load(environment={**standard, "CALCHARO_POLICY": "none"})


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("limits.steps", "'limits.steps' sets nothing; write a setting and its value"),
        ("limits.step=1", "limits.step: there is no setting 'step'; did you mean 'steps'?"),
        ("limit=1", "there is no setting 'limit'; did you mean 'limits'?"),
        ("limits.steps=many", "limits.steps is 'many'; write a number"),
        ("policy.attributes=all", "Policy.attributes is ('all',); pass a mapping"),
        ("preset=fast", "preset is 'fast'; it must be one of"),
    ],
)
def test_words_that_make_no_sense(word: str, message: str, folder: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        governed._config(parse_run(["--set", word, "x.py"]))

    assert message in str(caught.value)
    with pytest.raises(UsageError):
        parse_run(["--set"])
