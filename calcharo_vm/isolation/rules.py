"""What the workers of one kind have in common: their isolation, what they may read, how they are started."""

from __future__ import annotations

import os
import sys
import sysconfig
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import asdict, field, fields, frozen

from calcharo_vm.config import Isolation
from calcharo_vm.isolation.layers import WANTED, Layer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["DEVICES", "Rules"]

DEVICES: Final = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
_SYSTEM_FILES: Final = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"),
    *("/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo"),
)
"""Shared libraries, and what they read about time zones."""


def _options() -> tuple[str, ...]:
    """Give the options of this interpreter that change what programs do."""
    options = ["-O"] * sys.flags.optimize + ["-B"] * sys.flags.dont_write_bytecode
    if sys.flags.utf8_mode:
        options += ["-X", "utf8"]
    return (*options, "-X", f"int_max_str_digits={sys.get_int_max_str_digits()}")


def _layers(given: Iterable[str]) -> frozenset[Layer]:
    return frozenset(map(Layer, given))


@frozen
class Rules:
    """Says what the workers of one kind are like; those with equal rules come from one zygote.

    Attributes:
        isolation: "worker" or "isolated".
        readable: The files and folders that an isolated program may read, under the names it may use for them.
        hash_seed: The `PYTHONHASHSEED` of the workers; empty for one that nobody knows.
        options: The interpreter's options.
        path: Where the workers find modules.
        prefixes: `sys.prefix` and `sys.exec_prefix`.
        without: Layers that are left out, to try what is there without them.
    """

    isolation: Isolation = field(converter=Isolation)
    readable: tuple[str, ...] = field(default=(), converter=tuple)
    hash_seed: str = ""
    options: tuple[str, ...] = field(factory=_options, converter=tuple)
    path: tuple[str, ...] = field(factory=lambda: sys.path, converter=tuple)
    prefixes: tuple[str, ...] = field(factory=lambda: (sys.prefix, sys.exec_prefix), converter=tuple)
    without: frozenset[Layer] = field(default=(), converter=_layers)

    @classmethod
    def here(
        cls, isolation: Isolation, granted: Iterable[str] = (), hash_seed: str = "", without: Iterable[Layer] = ()
    ) -> Rules:
        """Give the rules for programs of this process.

        Args:
            isolation: "worker" or "isolated".
            granted: What an isolated program may read besides the files of the interpreter and its packages.
            hash_seed: See the attribute.
            without: See the attribute.
        """
        readable: tuple[str, ...] = ()
        if isolation is Isolation.ISOLATED:
            readable = tuple(sorted({*_interpreters_files(), *_with_targets(granted)}))
        return cls(isolation, readable, hash_seed, without=without)  # type: ignore[arg-type] # its converter takes it

    @property
    def wanted(self) -> tuple[Layer, ...]:
        """The layers that the isolation is made of."""
        return WANTED[self.isolation]

    def has(self, layer: Layer) -> bool:
        """Whether workers are to put on a layer."""
        return layer in self.wanted and layer not in self.without

    def to_dict(self) -> dict[str, object]:
        """Give the rules as what JSON can hold."""
        return {name: sorted(value) if name == "without" else value for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, given: Mapping[str, object]) -> Rules:
        """Read rules that `to_dict` gave."""
        return cls(**{attribute.name: given[attribute.name] for attribute in fields(cls)})  # type: ignore[arg-type] # as they were


@cache
def _interpreters_files() -> tuple[str, ...]:
    """Give what the interpreter and the packages that it has are made of, Calcharo among them; looked for once."""
    prefixes = (sys.base_prefix, sys.base_exec_prefix, sys.prefix, sys.exec_prefix)
    folders = {f"{prefix}/{name}" for prefix in prefixes for name in ("lib", sys.platlibdir)}
    folders |= {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    return _with_targets([*folders, str(Path(__file__).absolute().parent.parent), *_SYSTEM_FILES])


def _with_targets(names: Iterable[str]) -> tuple[str, ...]:
    """Give those of some files and folders that there are, and what is at the end of links."""
    there = [name for name in names if os.path.exists(name)]  # noqa: PTH110 - paths are strings here
    return tuple({form for name in there for form in (name, os.path.realpath(name))})
