"""How a program is traced: validated settings that never change.

The shape is the whole one; what this release cannot honour yet is refused here, in words, rather
than accepted and forgotten.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from os import PathLike
from typing import TypeGuard, TypeVar

from attrs import Attribute, field, fields, frozen

from calcharo_vm.config.policy import Policy
from calcharo_vm.errors import ConfigurationError

__all__ = [
    "Capture",
    "ConfigPresets",
    "Granularity",
    "Isolation",
    "Limits",
    "PluginFailure",
    "ScopePatterns",
    "Tier",
    "TracerConfig",
]


class Tier(StrEnum):
    """Names the ways a program can be executed."""

    INTERPRETER = "interpreter"
    COMPILED = "compiled"
    NATIVE = "native"


class Granularity(StrEnum):
    """Names what makes a step of a recording."""

    OPCODE = "opcode"
    LINE = "line"
    CALL = "call"


class PluginFailure(StrEnum):
    """Names what becomes of a run when a plugin fails."""

    CONTINUE = "continue"
    STOP = "stop"


class Isolation(StrEnum):
    """Names the boundary between the program and this process."""

    NONE = "none"
    WORKER = "worker"
    ISOLATED = "isolated"


_Choice = TypeVar("_Choice", bound=StrEnum)
_T = TypeVar("_T")


def _choose(kind: type[_Choice], setting: str, value: str) -> _Choice:
    """Find the member of an enum that a setting names."""
    try:
        return kind(value)
    except ValueError:
        wanted = ", ".join(repr(str(choice)) for choice in kind)
        message = f"{setting} is {value!r}; it must be one of {wanted}"
        raise ConfigurationError(message) from None


def _tier(value: str) -> Tier:
    return _choose(Tier, "optimization", value)


def _granularity(value: str) -> Granularity:
    return _choose(Granularity, "granularity", value)


def _plugin_failure(value: str) -> PluginFailure:
    return _choose(PluginFailure, "plugin_failure", value)


def _isolation(value: str) -> Isolation:
    return _choose(Isolation, "isolation", value)


def _policy(value: object) -> Policy | None:
    """Take a policy, or the name of one: "standard", or "none"."""
    if value is None or isinstance(value, Policy):
        return value
    if isinstance(value, Mapping):
        return Policy.from_dict(value)
    if value == "standard":
        return Policy.standard()
    if value == "none":
        return None
    raise ConfigurationError(f"policy is {value!r}; pass a Policy, 'standard', or None for none")


def _instance_of(kind: type[_T]) -> Callable[[object, Attribute[_T], _T], None]:
    """Build a validator that holds a setting to one type, in Calcharo's words."""

    def validate(instance: object, attribute: Attribute[_T], value: object) -> None:
        if not isinstance(value, kind):
            message = (
                f"{type(instance).__name__}.{attribute.name} is {value!r}, of type "
                f"{type(value).__name__}; pass a value of type {kind.__name__}"
            )
            raise ConfigurationError(message)

    return validate


def _is_number(value: object, kinds: tuple[type, ...]) -> TypeGuard[int | float]:
    """Tell numbers of the given kinds from everything else, truth values included."""
    return isinstance(value, kinds) and not isinstance(value, bool)


_MAY_BE_NONE_AT_ALL = ("open_files", "threads", "processes")


@frozen
class Limits:
    """Says how much of each resource the program may use; None is no limit.

    A limit that is reached ends the run with the outcome "limit", whatever the program does about it; the recording
    until then is kept. The machine looks at limits between instructions: a native call is not interrupted, unless
    the program runs in a worker (`TracerConfig.isolation`), which is killed if need be.

    Attributes:
        steps: Instructions, exactly.
        wall_seconds: Time from the start of the run, looked at every thousand steps or so, like the next three.
        cpu_seconds: CPU time of this process.
        memory_bytes: What the resident memory of this process grows by, the recording included.
        heap_objects: The objects that the program holds, as recorded.
        recursion_depth: The frames of a thread; the program's own recursion limit holds besides.
        output_bytes: What is written to standard output and standard error together, in UTF-8.
        container_size: The items of one list, tuple, dictionary or set that an instruction makes or changes.
        integer_bits: The bits of one whole number that an instruction makes.
        string_length: The characters or bytes of one text or byte string that an instruction makes or changes.
        open_files: The files and sockets that are open at the same time; 0 is none.
        threads: The threads that the program has started and that still run; 0 is none.
        processes: The processes that the program starts; 0 is none.
        source_bytes: A source that is compiled, in UTF-8 or as it is: the program's own, before it begins, and any that
            it executes, imports or has compiled. Of a syntax tree, its nodes.
        source_nesting: How deep the statements and expressions of such a source are in each other. What CPython's
            compiler cannot cope with besides is beyond any such limit.
        recording_bytes: What the steps take in memory, roughly, or in the file that they go to.
    """

    steps: int | None = None
    wall_seconds: float | None = None
    cpu_seconds: float | None = None
    memory_bytes: int | None = None
    recursion_depth: int | None = None
    output_bytes: int | None = None
    heap_objects: int | None = None
    container_size: int | None = None
    integer_bits: int | None = None
    string_length: int | None = None
    open_files: int | None = None
    threads: int | None = None
    processes: int | None = None
    source_bytes: int | None = None
    source_nesting: int | None = None
    recording_bytes: int | None = None

    def __attrs_post_init__(self) -> None:
        """Hold each limit to None or a positive number."""
        for attribute in fields(Limits):
            value: object = getattr(self, attribute.name)
            kinds = (int, float) if attribute.name.endswith("_seconds") else (int,)
            least = 0 if attribute.name in _MAY_BE_NONE_AT_ALL else 1
            if value is None or (_is_number(value, kinds) and (value > 0 or value == least)):
                continue
            wanted = "a positive number" if float in kinds else "a positive whole number"
            wanted = "a whole number from 0 up" if least == 0 else wanted
            message = f"Limits.{attribute.name} is {value!r}; pass {wanted}, or None for no limit"
            raise ConfigurationError(message)


def _spill_path(value: str | PathLike[str] | None) -> str | None:
    """Take the path of a file of recordings."""
    given: object = value
    if given is not None and not (isinstance(given, str | PathLike) and str(given).endswith(".calcharo")):
        message = f"Capture.spill is {given!r}; pass the path of a .calcharo file, or None to record in memory"
        raise ConfigurationError(message)
    return None if value is None else str(value)


@frozen
class Capture:
    """Says what of the program's run goes into the recording besides its steps.

    Attributes:
        output: Whether what the program writes to `sys.stdout` and `sys.stderr` goes into the
            recording; otherwise it goes where this process's own output goes.
        forward: Whether what goes into the recording goes there as well.
        metrics: Whether memory and CPU time are sampled; they are what differs between two runs of one program.
        inputs: Whether what the program is told from outside (clocks, chance, standard input) goes into the
            recording, so that the run can be repeated with `replay`.
        audit: Whether the recording is compared with the program's own objects at each line. Where they differ,
            an `AuditError` is raised when the program has ended. This costs time in proportion to all objects
            that the program holds.
        spill: The `.calcharo` file that the recording goes to while the program runs, so that it needs no
            memory and survives whatever becomes of this process; None keeps it in memory.
    """

    output: bool = field(default=True, validator=_instance_of(bool))
    forward: bool = field(default=False, validator=_instance_of(bool))
    metrics: bool = field(default=True, validator=_instance_of(bool))
    inputs: bool = field(default=False, validator=_instance_of(bool))
    audit: bool = field(default=False, validator=_instance_of(bool))
    spill: str | None = field(default=None, converter=_spill_path)


def _paths(value: Iterable[str | PathLike[str]]) -> tuple[str, ...]:
    """Take paths of files and folders from any collection, and make them absolute."""
    collection: object = (value,) if isinstance(value, str | PathLike) else value
    paths: list[str] = []
    for path in collection if isinstance(collection, Iterable) else (collection,):
        if not isinstance(path, str | PathLike) or not str(path):
            raise ConfigurationError(f"readable holds {path!r}; pass the paths of files and folders")
        paths.append(os.path.abspath(path))  # noqa: PTH100 - links stay as they are
    return tuple(paths)


def _patterns(value: Iterable[str]) -> tuple[str, ...]:
    """Take patterns of module names from any collection of strings."""
    collection: object = (value,) if isinstance(value, str) else value
    patterns: list[str] = []
    for pattern in collection if isinstance(collection, Iterable) else (collection,):
        if not isinstance(pattern, str) or not pattern:
            message = f"{pattern!r} is not a pattern of module names; write one like 'package.*'"
            raise ConfigurationError(message)
        patterns.append(pattern)
    return tuple(patterns)


def _plugins(value: Iterable[object]) -> tuple[object, ...]:
    """Take plugins from any collection; a text is the name of one."""
    given: object = value
    if isinstance(given, str):
        return (given,)
    if not isinstance(given, tuple | list):
        raise ConfigurationError(f"plugins is {given!r}; pass a tuple of plugins or of names of installed ones")
    return tuple(given)


@frozen
class ScopePatterns:
    """Says which modules run on the machine, by patterns of their names.

    The program itself and the modules in its folder always do, unless they are excluded.

    Attributes:
        include: Patterns of modules that run on the machine too; `("*",)` is everything.
        exclude: Patterns of modules that run natively; they win over `include`.
    """

    include: tuple[str, ...] = field(default=(), converter=_patterns)
    exclude: tuple[str, ...] = field(default=(), converter=_patterns)


@frozen(kw_only=True)
class TracerConfig:
    """Says how a program is traced.

    Attributes:
        optimization: The tier that executes the program: "interpreter"; "compiled", which makes the same
            recording faster where much is repeated; or "native", CPython itself, whose steps are lines.
        granularity: What makes a step: "opcode", each instruction; `Recording.lines()` tells lines apart. The native
            tier has "line", and no other tier has.
        capture: What goes into the recording besides the steps.
        limits: How much of each resource the program may use.
        isolation: The boundary between the program and this process: "none"; "worker", a process that can be killed;
            or "isolated", a process that can also reach next to nothing.
        readable: The files and folders that an isolated program may read, besides the interpreter and its packages.
        policy: What the program may import and touch: a `Policy`, "standard" for the reviewed one; None, everything.
        allow_degraded: Whether weaker isolation than asked for will do, where the system has no better.
        untrusted: Whether programs are strangers', as in `ConfigPresets.production()`: isolation "none" is refused.
        scope: Which modules run on the machine.
        code_cache: Whether what the compiled tier makes of a program is kept in the user's folder for caches
            (`$XDG_CACHE_HOME/calcharo`), for the next run of the program; never for untrusted and isolated programs.
        deterministic: Whether the program is told the same in every run of clocks, random numbers and unique
            identifiers; what it is told goes into the recording. Hashes are those of this process.
        plugins: The plugins that take part: objects with hooks, or names of installed ones.
        installed_plugins: Whether all plugins take part that installed packages announce.
        plugin_failure: What becomes of a run when a plugin fails: "continue", its hook is not called again, or "stop",
            the run ends and a `PluginError` is raised.

    Example:
        >>> from calcharo_vm import TracerConfig
        >>> TracerConfig(granularity="opcode").granularity
        <Granularity.OPCODE: 'opcode'>
    """

    optimization: Tier = field(default=Tier.INTERPRETER, converter=_tier)
    granularity: Granularity = field(default=Granularity.OPCODE, converter=_granularity)
    capture: Capture = field(factory=Capture, validator=_instance_of(Capture))
    limits: Limits = field(factory=Limits, validator=_instance_of(Limits))
    isolation: Isolation = field(default=Isolation.NONE, converter=_isolation)
    readable: tuple[str, ...] = field(default=(), converter=_paths)
    policy: Policy | None = field(default=None, converter=_policy)
    allow_degraded: bool = field(default=False, validator=_instance_of(bool))
    untrusted: bool = field(default=False, validator=_instance_of(bool))
    scope: ScopePatterns = field(factory=ScopePatterns, validator=_instance_of(ScopePatterns))
    code_cache: bool = field(default=True, validator=_instance_of(bool))
    deterministic: bool = field(default=False, validator=_instance_of(bool))
    plugins: tuple[object, ...] = field(default=(), converter=_plugins)
    installed_plugins: bool = field(default=True, validator=_instance_of(bool))
    plugin_failure: PluginFailure = field(default=PluginFailure.CONTINUE, converter=_plugin_failure)

    @classmethod
    def from_dict(cls, settings: Mapping[str, object]) -> TracerConfig:
        """Build a configuration from plain values, as `to_dict` gives them and TOML files hold them.

        Args:
            settings: The settings by name, those of `capture`, `limits` and `scope` in dictionaries of their own;
                "preset" names one of `ConfigPresets` to start from.

        Raises:
            ConfigurationError: There is no such setting, or it cannot have that value.

        Example:
            >>> from calcharo_vm import TracerConfig
            >>> TracerConfig.from_dict({"limits": {"steps": 1000}}).limits.steps
            1000
        """
        return cls().evolve(**settings)

    @classmethod
    def load(
        cls, path: str | PathLike[str] | None = None, *, environment: Mapping[str, str] | None = None
    ) -> TracerConfig:
        """Build the configuration that files and the environment ask for; the environment wins.

        Args:
            path: A TOML file. None for `calcharo.toml`, or else `[tool.calcharo]` in `pyproject.toml`, of the
                current folder or the nearest one above that has either; none of them is needed.
            environment: The variables to look at; None for those of this process.

        Raises:
            ConfigurationError: A file cannot be read, or a setting is unknown or cannot have its value.
        """
        from calcharo_vm.config import sources  # noqa: PLC0415 - who writes settings in Python does not pay for it

        config = cls()
        found = sources.nearest_file(".") if path is None else (path, sources.from_file(path))
        if found is not None:
            file, settings = found
            config = sources.changed(config, settings, f"{file}: ")
        return sources.changed(config, sources.from_environment(environment), "the environment: ")

    @property
    def keeps_code(self) -> bool:
        """Whether what is made of the program may be kept: who may be hostile must not share a file with others."""
        return self.code_cache and not self.untrusted and self.isolation is not Isolation.ISOLATED

    def to_dict(self) -> dict[str, object]:
        """Give the settings as plain values that TOML and JSON can hold; limits that are None are left out."""
        from calcharo_vm.config import sources  # noqa: PLC0415 - as above

        return sources.to_dict(self)

    def evolve(self, **changes: object) -> TracerConfig:
        """Give another configuration with some settings changed; of a part, those that a dictionary names.

        Raises:
            ConfigurationError: There is no such setting, or it cannot have that value.

        Example:
            >>> from calcharo_vm import ConfigPresets
            >>> ConfigPresets.teaching().evolve(limits={"steps": 1000}).limits.steps
            1000
        """
        from calcharo_vm.config import sources  # noqa: PLC0415 - as above

        return sources.changed(self, changes)

    def __attrs_post_init__(self) -> None:
        """Refuse what this release cannot honour."""
        if self.optimization is Tier.NATIVE:
            self._check_native()
        elif self.granularity is Granularity.LINE:
            message = f"granularity='line' is the native tier's, and optimization is {str(self.optimization)!r}"
            raise ConfigurationError(f"{message}; use granularity='opcode', or optimization='native'")
        for setting, working in _WORKING.items():
            value: object = getattr(self, setting)
            if value not in working:
                wanted = " or ".join(repr(_plain(choice)) for choice in working)
                message = f"{setting}={_plain(value)!r} is not available in this release; use {wanted}"
                raise ConfigurationError(message)
        if self.untrusted and self.isolation is Isolation.NONE:
            message = "untrusted programs need a process of their own, and isolation is 'none'"
            raise ConfigurationError(f"{message}; use 'isolated', or untrusted=False if you know what they do")
        if self.plugins and self.isolation is not Isolation.NONE:
            message = f"plugins take part in runs in this process only, and isolation is {str(self.isolation)!r}"
            raise ConfigurationError(f"{message}; leave plugins out, or use isolation='none'")

    def _check_native(self) -> None:
        """Have steps be lines, and refuse what only the machine can do."""
        if self.granularity is Granularity.OPCODE:  # which is what all tiers have unless something else is said
            object.__setattr__(self, "granularity", Granularity.LINE)
        asked = {
            "policy": self.policy is not None,
            "deterministic": self.deterministic,
            "plugins": bool(self.plugins),
            "capture.inputs": self.capture.inputs,
            "capture.audit": self.capture.audit,
        }
        for setting, is_asked in asked.items():
            if is_asked:
                message = (
                    f"optimization is 'native', where CPython executes the program, and {setting} needs the machine"
                )
                raise ConfigurationError(f"{message}; leave {setting} out, or use optimization='interpreter'")


_WORKING: dict[str, tuple[object, ...]] = {
    "optimization": (Tier.INTERPRETER, Tier.COMPILED, Tier.NATIVE),
    "granularity": (Granularity.OPCODE, Granularity.LINE),
    "isolation": (Isolation.NONE, Isolation.WORKER, Isolation.ISOLATED),
    "allow_degraded": (False, True),
}


def _plain(value: object) -> object:
    """Show an enum's member as the string a user writes."""
    return str(value) if isinstance(value, StrEnum) else value


class ConfigPresets:
    """Offers settings for common uses; `attrs.evolve` changes a detail of one."""

    @staticmethod
    def development() -> TracerConfig:
        """Record every instruction: the default."""
        return TracerConfig()

    @staticmethod
    def production() -> TracerConfig:
        """Run strangers' programs: isolated from everything else, under the standard policy, and within limits."""
        limits = Limits(
            steps=1_000_000,
            wall_seconds=5,
            cpu_seconds=5,
            memory_bytes=256 << 20,
            output_bytes=1 << 20,
            source_bytes=1 << 20,
            source_nesting=200,
        )
        return TracerConfig(isolation="isolated", limits=limits, policy="standard", untrusted=True)

    @staticmethod
    def teaching() -> TracerConfig:
        """Record every instruction, so that each expression's value can be shown."""
        return TracerConfig(granularity="opcode")

    @staticmethod
    def debugging() -> TracerConfig:
        """Record every instruction, so that a debugger can stop anywhere."""
        return TracerConfig(granularity="opcode")

    @staticmethod
    def performance() -> TracerConfig:
        """Record what costs least: hot code is compiled, and output goes where this process's own goes."""
        return TracerConfig(optimization="compiled", capture=Capture(output=False))

    @staticmethod
    def minimal() -> TracerConfig:
        """Record steps and nothing besides."""
        return TracerConfig(capture=Capture(output=False))
