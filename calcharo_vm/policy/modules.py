"""Modules as the program gets them: facades, which have the reviewed names and nothing else."""

from __future__ import annotations

import _frozen_importlib
import builtins
import importlib
import sys
from importlib.machinery import PathFinder
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from calcharo_vm.policy.kinds import base_module
from calcharo_vm.policy.refusing import refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from calcharo_vm.config import Policy
    from calcharo_vm.machine.scope import Scope
    from calcharo_vm.policy.kinds import Kinds

__all__ = ["Facade", "Modules"]

_LIVE: Final = {"sys": frozenset({"argv", "stderr", "stdin", "stdout"})}
"""Attributes of modules that others change: they are read when they are asked for, and may be set."""
_FOR_NATIVE_CODE: Final = frozenset({"_pylong", "_strptime", "copyreg", "linecache", "re", "traceback", "warnings"})
"""Modules that native code imports in the name of whoever calls it. It takes them from where they are afterwards."""
_import, _import_module = builtins.__import__, importlib.import_module


class Facade(ModuleType):
    """Stands for a module: it has the names that the policy allows."""

    __slots__ = ("_changeable", "_missing", "_of")

    _changeable: frozenset[str]
    _missing: Callable[[str], object]
    _of: str

    def __getattr__(self, name: str) -> object:
        """Give an attribute that changes, or refuse one that only the real module has."""
        return self._missing(name)

    def _has(self, name: str) -> bool:
        """Tell whether the real module has an attribute."""
        return name in vars(sys.modules[self._of])

    def __setattr__(self, name: str, value: object) -> None:
        """Set an attribute of the real module, if the program may."""
        setattr(sys.modules[self._of], name, value)


class Modules:
    """What one program imports."""

    def __init__(
        self, policy: Policy, kinds: Kinds, scope: Scope, replacements: Mapping[str, Mapping[str, Callable[[], object]]]
    ) -> None:
        self._policy = policy
        self._kinds = kinds
        self._scope = scope
        self._replacements = replacements
        self._facades: dict[str, Facade] = {}

    def import_(self, name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> object:
        """Do what `__import__` does, and give a facade unless the module is the program's own.

        Raises:
            PolicyViolation: The module may not be imported.
        """
        if type(name) is not str or type(level) is not int:
            return _import(name, globals, locals, fromlist, level)  # which raises
        name = str.__str__(name)
        absolute = name if level == 0 else _resolved(name, globals, level)
        if level == 0 and absolute in self._policy.imports:
            return self._facade_for(absolute, fromlist)
        if level == 0 and type(fromlist) is list and not fromlist and name in _FOR_NATIVE_CODE:
            _import_module(name)
            return None
        if not self._is_programs(absolute):
            if level == 0 and self._is_nowhere(absolute):
                return _import(name, globals, locals, fromlist, level)  # which raises
            raise refusal("import of", repr(absolute), "what may be imported says Policy.imports")
        return _import(name, globals, locals, fromlist, level)

    def _facade_for(self, name: str, fromlist: Any) -> Facade:
        found = self.facade(name)
        if not fromlist:
            top = name.partition(".")[0]
            return found if top == name else self.facade(top)
        for each in fromlist:
            if type(each) is str and f"{name}.{each}" in self._policy.imports:
                self.facade(f"{name}.{each}")
        return found

    def facade(self, name: str) -> Facade:
        """Give the facade of a module, which is imported if need be."""
        known = self._facades.get(name)
        if known is not None:
            return known
        real = _import_module(name)
        facade = self._facades[name] = Facade(name, real.__doc__)
        allowed = self._policy.imports.get(name, frozenset())
        live = _LIVE.get(name, frozenset()) & allowed
        names = vars(facade)
        ModuleType.__setattr__(facade, "_changeable", live)
        ModuleType.__setattr__(facade, "_missing", _missing_from(name, allowed))
        ModuleType.__setattr__(facade, "_of", name)
        for each in ("__loader__", "__package__", "__spec__"):
            names.pop(each, None)
        replaced = self._replacements.get(name, {})
        for each in sorted(allowed - live):
            if each in vars(real):  # others the module makes when they are asked for, and may warn of
                names[each] = replaced[each]() if each in replaced else getattr(real, each)
        names["__all__"] = sorted(allowed & vars(real).keys())
        self._fill_in_submodules(name, real)
        parent, _, own = name.rpartition(".")
        if parent:
            vars(self.facade(parent))[own] = facade
        return facade

    def _fill_in_submodules(self, name: str, real: ModuleType) -> None:
        """Give a facade the submodules that a package imports by itself."""
        for each in self._policy.imports:
            parent, _, own = each.rpartition(".")
            if parent == name and own in vars(real):
                self.facade(each)

    def _is_programs(self, name: str) -> bool:
        top = name.partition(".")[0]
        module = sys.modules.get(top)
        if module is not None:
            return self._kinds.is_programs_module(module)
        spec = PathFinder.find_spec(top)
        if spec is None or top in sys.builtin_module_names:
            return False
        if spec.origin is not None:
            return self._scope.contains(top, spec.origin)
        return any(self._kinds.is_programs_folder(top, each) for each in spec.submodule_search_locations or ())

    def _is_nowhere(self, name: str) -> bool:
        """Tell whether there is no such module at all, which is for CPython to say."""
        top = name.partition(".")[0]
        known = top in sys.modules or top in sys.stdlib_module_names
        return not known and base_module(top) == top and PathFinder.find_spec(top) is None


def _missing_from(module: str, allowed: frozenset[str]) -> Callable[[str], object]:
    """Give what answers for an attribute that a facade does not have."""

    def missing(name: str) -> object:
        real = sys.modules[module]
        if name in allowed:
            return getattr(real, name)
        if name in vars(real) and not name.startswith("__"):  # for those, native code asks in passing
            what = f"{name!r} of the module {module!r}"
            raise refusal("attribute", what, f"what it has says Policy.imports[{module!r}]")
        raise AttributeError(f"module {module!r} has no attribute {name!r}", name=name)

    return missing


def _resolved(name: str, globals: Any, level: int) -> str:
    """Give the full name of a module that is named relative to the importing one."""
    package: str = _frozen_importlib._calc___package__(globals)  # type: ignore[attr-defined] # unknown to typeshed
    resolved: str = _frozen_importlib._resolve_name(name, package, level)  # type: ignore[attr-defined] # as above
    return resolved
