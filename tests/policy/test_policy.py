"""Tests for calcharo_vm/config/policy.py."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import attrs
import pytest

from calcharo_vm import ConfigPresets, ConfigurationError, Policy, TracerConfig

if TYPE_CHECKING:
    from pathlib import Path


def test_it_never_changes() -> None:
    policy = Policy.standard()

    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        policy.builtins = frozenset()  # type: ignore[misc]
    with pytest.raises(TypeError):
        policy.imports["os"] = frozenset()  # type: ignore[index]
    assert hash(policy) == hash(Policy.standard())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"imports": ["os"]}, "Policy.imports holds 'os', which the standard policy does not know; pass a mapping"),
        ({"imports": "math"}, "Policy.imports is 'math'; pass a mapping such as"),
        ({"imports": {"a b": ()}}, "Policy.imports holds 'a b'; pass dotted names"),
        ({"imports": {"math": "sqrt"}}, "Policy.imports['math'] is 'sqrt'; pass a collection of names"),
        ({"imports": {"math": ["a.b"]}}, "Policy.imports['math'] holds 'a.b'; pass names as they stand in a program"),
        ({"builtins": 3}, "Policy.builtins is 3"),
        ({"builtins": ["print", 3]}, "Policy.builtins holds 3"),
        ({"builtins": ["compile"]}, "no policy allows for code objects"),
        ({"attributes": {"builtins.str": [3]}}, "Policy.attributes['builtins.str'] holds 3"),
        ({"attributes": {3: []}}, "Policy.attributes holds 3"),
        ({"special_names": ["name"]}, "holds 'name', which every object may have; pass names that begin with '_'"),
    ],
)
def test_what_it_cannot_be_is_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Policy(**settings)

    assert message in str(caught.value)


def test_modules_that_the_standard_policy_knows_need_no_names() -> None:
    policy = Policy(imports=("math", "json"))

    assert {"math", "json"} == {*policy.imports}
    assert policy.imports["json"] == Policy.standard().imports["json"]


def test_it_goes_to_plain_values_and_back() -> None:
    policy = Policy(imports={"math": ("pi",)}, builtins={"print"})

    assert policy == Policy.from_dict(policy.to_dict())
    assert policy == pickle.loads(pickle.dumps(policy))
    assert Policy.from_dict({"builtins": ["len"]}).imports == Policy.standard().imports
    with pytest.raises(ConfigurationError, match="there is no setting 'modules'; there are imports, builtins"):
        Policy.from_dict({"modules": []})


def test_configurations_have_it_as_a_name_or_as_plain_values() -> None:
    own = TracerConfig(policy={"builtins": ["print"]})

    assert "policy" not in TracerConfig().to_dict()
    assert TracerConfig(policy="none").policy is None
    assert TracerConfig(policy="standard").to_dict()["policy"] == "standard"
    assert own == TracerConfig.from_dict(own.to_dict())
    assert ConfigPresets.production() == TracerConfig.from_dict(ConfigPresets.production().to_dict())


def test_a_part_of_it_can_be_changed() -> None:
    config = TracerConfig(policy=Policy(imports=("math",))).evolve(policy={"builtins": ["print"]})

    assert config.policy is not None
    assert ({"math"}, {"print"}) == ({*config.policy.imports}, {*config.policy.builtins})
    with pytest.raises(ConfigurationError, match="policy: there is no setting 'import'; did you mean 'imports'"):
        config.evolve(policy={"import": []})
    assert config.evolve(policy=None).policy is None


def test_files_and_the_environment_say_it(tmp_path: Path) -> None:
    file = tmp_path / "calcharo.toml"
    file.write_text('[policy]\nbuiltins = ["print", "len"]\n[policy.imports]\nmath = ["pi"]\n')

    config = TracerConfig.load(file, environment={"CALCHARO_POLICY_BUILTINS": "print"})
    by_name = TracerConfig.load(file, environment={"CALCHARO_POLICY": "standard"})
    modules = TracerConfig.load(file, environment={"CALCHARO_POLICY_IMPORTS": "json, re"})

    assert config.policy == Policy(imports={"math": ("pi",)}, builtins={"print"})
    assert by_name.policy == Policy.standard()
    assert modules.policy is not None
    assert {"json", "re"} == {*modules.policy.imports}
    with pytest.raises(ConfigurationError, match="CALCHARO_POLICY_BULTINS: there is no setting 'bultins'"):
        TracerConfig.load(file, environment={"CALCHARO_POLICY_BULTINS": "print"})


def test_the_standard_policy_lists_names_that_exist_somewhere() -> None:
    policy = Policy.standard()

    assert {"open", "eval", "exec", "compile", "breakpoint", "help"}.isdisjoint(policy.builtins)
    assert {"os", "subprocess", "socket", "ctypes", "importlib", "builtins", "pickle"}.isdisjoint(policy.imports)
    assert not any(name.startswith("_") for module, names in policy.imports.items() for name in names)
