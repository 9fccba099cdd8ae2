"""What a program may import and touch: validated lists that never change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from attrs import evolve, field, fields, frozen

from calcharo_vm.config import standard_policy
from calcharo_vm.errors import ConfigurationError

__all__ = ["Policy"]


def _names(value: object, setting: str) -> frozenset[str]:
    """Take names from any collection of strings."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise ConfigurationError(f"{setting} is {value!r}; pass a collection of names, such as ('print', 'len')")
    names: frozenset[object] = frozenset(value)
    for name in names:
        if not isinstance(name, str) or not name.isidentifier():
            raise ConfigurationError(f"{setting} holds {name!r}; pass names as they stand in a program")
    return names  # type: ignore[return-value] # the loop has seen to it


def _is_dotted(name: object) -> bool:
    return isinstance(name, str) and all(part.replace("-", "_").isidentifier() for part in name.split("."))


def _table(value: object, setting: str) -> Mapping[str, frozenset[str]]:
    """Take a mapping from the names of modules or types to what is allowed of each."""
    if not isinstance(value, Mapping):
        raise ConfigurationError(f"{setting} is {value!r}; pass a mapping such as {{'math': ('sqrt', 'pi')}}")
    for name in value:
        if not _is_dotted(name):
            raise ConfigurationError(f"{setting} holds {name!r}; pass dotted names, such as 'collections.abc'")
    return MappingProxyType({name: _names(each, f"{setting}[{name!r}]") for name, each in sorted(value.items())})


def _imports(value: object) -> Mapping[str, frozenset[str]]:
    """Take modules with their names; of modules without names, those that the standard policy allows."""
    if isinstance(value, Mapping | str) or not isinstance(value, Iterable):
        return _table(value, "Policy.imports")
    modules: list[object] = list(value)
    unknown = [name for name in modules if name not in standard_policy.IMPORTS]
    if unknown:
        message = f"Policy.imports holds {unknown[0]!r}, which the standard policy does not know; pass a mapping that"
        raise ConfigurationError(
            f"{message} says which of its names are allowed, such as {{{unknown[0]!r}: ('name',)}}"
        )
    return _table({name: standard_policy.IMPORTS[str(name)] for name in modules}, "Policy.imports")


def _builtins(value: object) -> frozenset[str]:
    names = _names(value, "Policy.builtins")
    if "compile" in names:
        message = "Policy.builtins holds 'compile', and no policy allows for code objects, which can be changed"
        raise ConfigurationError(f"{message}; leave it out: 'exec' and 'eval' take texts")
    return names


def _attributes(value: object) -> Mapping[str, frozenset[str]]:
    return _table(value, "Policy.attributes")


def _special_names(value: object) -> frozenset[str]:
    names = _names(value, "Policy.special_names")
    for name in sorted(names):
        if not name.startswith("_"):
            message = f"Policy.special_names holds {name!r}, which every object may have"
            raise ConfigurationError(f"{message}; pass names that begin with '_'")
    return names


@frozen
class Policy:
    """Says what a program may import and touch while it runs; everything else raises `PolicyViolation` in it.

    It keeps a program from reaching the system by mistake or by the known ways, and is no wall: strangers' programs
    belong into a worker (`TracerConfig.isolation`), with a policy or without.

    Attributes:
        imports: The modules that may be imported, besides the program's own, each with the names that it then has.
        builtins: The builtins that there are.
        attributes: Types, by module and qualified name, each with the only attributes that its objects and it have.
            Objects of other types have all attributes whose names do not begin with an underscore, if their type
            is a builtin one or of a module that may be imported, or else none.
        special_names: The names beginning with an underscore that may be used of objects that are not the program's.

    Example:
        >>> from calcharo_vm import Policy
        >>> sorted(Policy.standard().imports)[:3]
        ['__future__', 'abc', 'array']
        >>> Policy(imports=("math",)).imports["math"] == Policy.standard().imports["math"]
        True
    """

    imports: Mapping[str, frozenset[str]] = field(default=standard_policy.IMPORTS, converter=_imports, hash=False)
    builtins: frozenset[str] = field(default=standard_policy.BUILTINS, converter=_builtins)
    attributes: Mapping[str, frozenset[str]] = field(
        default=standard_policy.ATTRIBUTES, converter=_attributes, hash=False, repr=False
    )
    special_names: frozenset[str] = field(default=standard_policy.SPECIAL_NAMES, converter=_special_names, repr=False)

    def __repr__(self) -> str:
        """Show what it is in short: the lists are long."""
        if self == Policy.standard():
            return "Policy.standard()"
        return f"<Policy of {len(self.imports)} modules and {len(self.builtins)} builtins>"

    @classmethod
    def standard(cls) -> Policy:
        """Give the reviewed policy: ordinary programs work, and nothing leads to files, processes or the network."""
        return cls()

    @classmethod
    def from_dict(cls, settings: Mapping[str, object]) -> Policy:
        """Build a policy from plain values, as `to_dict` gives them; what is not named is that of the standard policy.

        Raises:
            ConfigurationError: There is no such setting, or it cannot have that value.
        """
        known = _settings()
        for name in settings:
            if name not in known:
                raise ConfigurationError(f"policy: there is no setting {name!r}; there are {', '.join(known)}")
        return evolve(cls(), **settings)

    def to_dict(self) -> dict[str, object]:
        """Give the policy as plain values that TOML and JSON can hold."""
        return {name: _plain(getattr(self, name)) for name in _settings()}

    def __reduce__(self) -> tuple[object, ...]:
        """Go to another process as plain values: views of dictionaries cannot."""
        return Policy.from_dict, (self.to_dict(),)


def _settings() -> list[str]:
    return [each.name for each in fields(Policy)]


def _plain(value: Mapping[str, frozenset[str]] | frozenset[str]) -> object:
    if isinstance(value, Mapping):
        return {name: sorted(names) for name, names in value.items()}
    return sorted(value)
