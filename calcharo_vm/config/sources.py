"""Settings from outside of the program that traces: dictionaries, TOML files and environment variables.

Whatever the source, settings become a dictionary shaped like the configuration, and that one is checked.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from calcharo_vm.config.policy import Policy
from calcharo_vm.config.settings import Capture, ConfigPresets, Granularity, Limits, ScopePatterns, TracerConfig
from calcharo_vm.errors import ConfigurationError

if TYPE_CHECKING:
    from os import PathLike

__all__ = [
    "ENVIRONMENT_PREFIX",
    "FILE_NAME",
    "changed",
    "from_environment",
    "from_file",
    "from_words",
    "nearest_file",
    "to_dict",
]

FILE_NAME = "calcharo.toml"
ENVIRONMENT_PREFIX = "CALCHARO_"

_PARTS: dict[str, type] = {"capture": Capture, "limits": Limits, "scope": ScopePatterns}
_POLICY = "policy"
_TRUTH = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def to_dict(config: TracerConfig) -> dict[str, object]:
    """Give a configuration as plain values, which TOML and JSON can hold; what is None or an object is left out."""
    found: dict[str, object] = {}
    for attribute in attrs.fields(TracerConfig):
        value = getattr(config, attribute.name)
        if attribute.name in _PARTS:
            value = {name: _plain(part) for name, part in attrs.asdict(value).items() if part is not None}
        elif attribute.name == _POLICY:
            if value is None:
                continue
            value = "standard" if value == Policy.standard() else value.to_dict()
        if attribute.name == "plugins":
            value = tuple(each for each in value if isinstance(each, str))
        found[attribute.name] = _plain(value)
    return found


def _plain(value: object) -> object:
    if isinstance(value, StrEnum):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def changed(config: TracerConfig, settings: Mapping[str, object], where: str = "") -> TracerConfig:
    """Give a configuration with other settings; those of a part that are not named stay as they are.

    Args:
        config: The configuration to start from, unless the settings name a preset.
        settings: The settings by name; "preset" names one of `ConfigPresets`.
        where: What errors begin with: where the settings stand.

    Raises:
        ConfigurationError: There is no such setting, or it cannot have that value.
    """
    rest = dict(settings)
    if "preset" in rest:
        config = _preset(rest.pop("preset"), where)
    if "optimization" in rest:
        rest.setdefault("granularity", Granularity.OPCODE)  # each tier makes of it what it has
    try:
        changes = {name: _checked(config, name, value) for name, value in rest.items()}
        return attrs.evolve(config, **changes)  # type: ignore[arg-type] # its validators check them
    except ConfigurationError as error:
        raise ConfigurationError(f"{where}{error}") from error


def _checked(config: TracerConfig, name: str, value: object) -> object:
    """Give what is to become of one setting; its name is known."""
    _check_name(name, TracerConfig)
    if name == _POLICY and isinstance(value, Mapping) and config.policy is not None:
        return attrs.evolve(config.policy, **_checked_policy(value))
    if name not in _PARTS or not isinstance(value, Mapping):
        return value
    for part in value:
        _check_name(part, _PARTS[name], f"{name}: ")
    return attrs.evolve(getattr(config, name), **value)


def _checked_policy(settings: Mapping[str, Any]) -> Mapping[str, Any]:  # type: ignore[explicit-any] # as in files
    for part in settings:
        _check_name(part, Policy, "policy: ")
    return settings


def _preset(name: object, where: str) -> TracerConfig:
    presets = [each for each in vars(ConfigPresets) if not each.startswith("_")]
    if name not in presets:
        raise ConfigurationError(f"{where}preset is {name!r}; it must be one of {', '.join(presets)}")
    made: TracerConfig = getattr(ConfigPresets, str(name))()
    return made


def _check_name(name: object, kind: type, where: str = "") -> None:
    known = [attribute.name for attribute in attrs.fields(kind)]
    if name not in known:
        near = get_close_matches(str(name), known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(known)}"
        raise ConfigurationError(f"{where}there is no setting {name!r}{hint}")


# --- files -----------------------------------------------------------------------------------------


def from_file(path: str | PathLike[str]) -> dict[str, object]:
    """Give the settings of a TOML file: all of it, or `[tool.calcharo]` of a `pyproject.toml`.

    Raises:
        ConfigurationError: It cannot be read, or is no TOML.
    """
    import tomllib  # noqa: PLC0415 - few runs read a file

    try:
        found = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: the settings cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: this is no TOML: {error}") from error
    if Path(path).name != "pyproject.toml":
        return found
    table = found.get("tool", {})
    settings = table.get("calcharo", {}) if isinstance(table, dict) else {}
    if not isinstance(settings, dict):
        raise ConfigurationError(f"{path}: tool.calcharo is {settings!r}; write a table, [tool.calcharo]")
    return settings


def nearest_file(folder: str | PathLike[str]) -> tuple[Path, dict[str, object]] | None:
    """Find the file with settings for a folder, and give them with it.

    It is in the folder or the nearest above that has one, and `calcharo.toml` comes before `pyproject.toml`.
    """
    start = Path(folder).resolve()
    for each in (start, *start.parents):
        own, project = each / FILE_NAME, each / "pyproject.toml"
        if own.is_file():
            return own, from_file(own)
        if project.is_file() and (settings := from_file(project)):
            return project, settings
    return None


# --- texts -----------------------------------------------------------------------------------------


def from_environment(environment: Mapping[str, str] | None = None) -> dict[str, object]:
    """Give the settings of variables such as CALCHARO_DETERMINISTIC=1 and CALCHARO_LIMITS_STEPS=1000.

    Raises:
        ConfigurationError: A variable names no setting of a part, or has a text that is none of its values.
    """
    found: dict[str, Any] = {}  # type: ignore[explicit-any] # as in files
    for variable, text in sorted((os.environ if environment is None else environment).items()):
        if not variable.startswith(ENVIRONMENT_PREFIX):
            continue
        name = variable.removeprefix(ENVIRONMENT_PREFIX).lower()
        part = next((part for part in (*_PARTS, _POLICY) if name.startswith(f"{part}_")), None)
        if part is not None:
            _set_in_part(found, part, name.removeprefix(f"{part}_"), text, variable)
        elif name == "preset":
            found[name] = text
        elif name in attrs.fields_dict(TracerConfig):  # there are variables for other things, too
            found[name] = _value(variable, text, _type_of(TracerConfig, name))
    return found


def from_words(words: Iterable[str]) -> dict[str, object]:
    """Give the settings of words such as "deterministic=yes" and "limits.steps=1000"; a later one wins.

    Raises:
        ConfigurationError: A word is none such, names no setting, or has a text that is none of its values.
    """
    found: dict[str, Any] = {}  # type: ignore[explicit-any] # as in files
    for word in words:
        name, is_given, text = word.partition("=")
        if not is_given:
            raise ConfigurationError(f"{word!r} sets nothing; write a setting and its value, such as limits.steps=1000")
        part, has_part, inner = name.partition(".")
        if has_part and part in (*_PARTS, _POLICY):
            _set_in_part(found, part, inner, text, name)
        elif name == "preset":
            found[name] = text
        else:
            _check_name(name, TracerConfig)
            found[name] = _value(name, text, _type_of(TracerConfig, name))
    return found


def _set_in_part(found: dict[str, Any], part: str, name: str, text: str, where: str) -> None:  # type: ignore[explicit-any] # as in files
    """Take a setting of a part into settings that may have the part as a whole already."""
    kind = _PARTS.get(part, Policy)
    _check_name(name, kind, f"{where}: ")
    value = _value(where, text, _type_of(kind, name))
    if isinstance(found.get(part), str):  # the name of a policy
        policy = TracerConfig(policy=found[part]).policy
        if policy is None:
            raise ConfigurationError(f"{where} is set, and {part} is {found[part]!r}; leave one of them out")
        found[part] = policy.to_dict()
    found.setdefault(part, {})[name] = value


def _type_of(kind: type, name: str) -> str:
    return str(attrs.fields_dict(kind)[name].type)


def _value(variable: str, text: str, kind: str) -> object:
    """Read a text as a value of an annotated type."""
    if text == "" and "None" in kind:
        return None
    try:
        if kind.startswith("bool"):
            return _TRUTH[text.lower()]
        if kind.startswith("int"):
            return int(text)
        if kind.startswith("float"):
            return float(text)
    except (KeyError, ValueError):
        wanted = "yes or no" if kind.startswith("bool") else "a number"
        raise ConfigurationError(f"{variable} is {text!r}; write {wanted}") from None
    if kind.startswith("Mapping") and "=" in text:
        return _table(text)
    return _listed(text) if kind.startswith(("tuple", "frozenset", "Mapping")) else text


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _table(text: str) -> dict[str, tuple[str, ...]]:
    """Read "json=dumps,loads; math=pi"."""
    rows = (row.partition("=") for row in text.split(";") if row.strip())
    return {name.strip(): _listed(values) for name, _, values in rows}
