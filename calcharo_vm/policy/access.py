"""The one way to attributes: every opcode and every builtin that takes a name goes through here.

What an object may be asked for is decided by its type, along its method resolution order: the program's own classes
have what they define; a type that the policy lists has what it lists; other types have their public names, if they are
builtin or of a module that may be imported, and none otherwise. What comes out is looked at as well, since no frame,
code object, real module or class of a module that may not be imported may become a value of the program.
"""

from __future__ import annotations

import threading
from abc import ABCMeta
from types import (
    BuiltinFunctionType,
    CodeType,
    FrameType,
    FunctionType,
    GenericAlias,
    GetSetDescriptorType,
    MappingProxyType,
    MethodDescriptorType,
    MethodType,
    MethodWrapperType,
    ModuleType,
    SimpleNamespace,
    WrapperDescriptorType,
)
from typing import TYPE_CHECKING, Any, Final
from weakref import CallableProxyType, ProxyType

from calcharo_vm.machine.views import GUEST_SETTERS, GUEST_VIEWS
from calcharo_vm.policy.kinds import base_module, is_class, is_programs_function, module_of, mro_of, namespace_of
from calcharo_vm.policy.modules import Facade
from calcharo_vm.policy.refusing import refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcharo_vm.config import Policy
    from calcharo_vm.policy.kinds import Kinds

__all__ = ["Access"]

_NO_VALUES: Final = frozenset({CodeType, FrameType, ModuleType})
"""Types whose objects the program does not get, and which have no attributes for it if it has them after all."""
_NOT_OF_MODULES: Final = frozenset({"__builtins__", "__loader__", "__spec__"})
_STATE_OF_FUNCTIONS: Final = frozenset({"__defaults__", "__dict__", "__kwdefaults__"})
"""What the program may read and change of its own functions alone."""
_LIKE_THE_PROGRAMS: Final = frozenset({SimpleNamespace, threading.local})
"""Types whose objects hold whatever the program puts there."""
_CLASSES: Final = frozenset({type, ABCMeta})
_LOOKED_AT: Final = _NO_VALUES | _CLASSES
_NATIVE_METHODS: Final = frozenset(
    {BuiltinFunctionType, MethodDescriptorType, MethodWrapperType, WrapperDescriptorType}
)
_SELF_OF_SUPER: Final = super.__dict__["__self__"].__get__
_CLASS_OF_SELF: Final = super.__dict__["__self_class__"].__get__
_CLASS_OF_SUPER: Final = super.__dict__["__thisclass__"].__get__
_FORWARDING: Final = frozenset({GenericAlias, ModuleType, ProxyType, CallableProxyType})
"""Types whose objects give attributes of others as theirs."""
_getattr, _setattr, _delattr = getattr, setattr, delattr


class Access:
    """What may be done with attributes in one run.

    Attributes:
        stand_ins: What stands for builtin methods which take names: by name, a function of the method.
    """

    def __init__(self, policy: Policy, kinds: Kinds) -> None:
        self._policy = policy
        self._kinds = kinds
        self._special = policy.special_names
        self._listed: dict[int, tuple[type, frozenset[str] | None]] = {}
        self.stand_ins: dict[str, Callable[[Any], Any]] = {}

    # --- what is done ------------------------------------------------------------------------------

    def get(self, owner: Any, name: Any, *default: Any) -> Any:
        """Do what `getattr` does; the namespace of a class that is not the program's shows names alone."""
        if name == "__dict__" and type(name) is str and is_class(owner) and not self._kinds.is_programs(owner):
            return MappingProxyType(dict.fromkeys(namespace_of(owner)))
        name = self.checked(owner, name)
        view = GUEST_VIEWS.get(name)
        if view is not None and not default:
            return self.admitted(view(owner))
        return self.admitted(_getattr(owner, name, *default))

    def has(self, owner: Any, name: Any) -> bool:
        """Do what `hasattr` does; what is refused raises, or else a program would take it for missing."""
        return hasattr(owner, self.checked(owner, name))

    def set(self, owner: Any, name: Any, value: Any) -> None:
        """Do what `setattr` does."""
        name = self.checked(owner, name, is_change=True)
        if name in GUEST_SETTERS:
            GUEST_SETTERS[name](owner, value)
        else:
            _setattr(owner, name, value)

    def delete(self, owner: Any, name: Any) -> None:
        """Do what `delattr` does."""
        _delattr(owner, self.checked(owner, name, is_change=True))

    # --- what may be done --------------------------------------------------------------------------

    def checked(self, owner: Any, name: Any, *, is_change: bool = False) -> Any:
        """Give a name as a plain text, if it may be asked for.

        Raises:
            PolicyViolation: It may not.
        """
        if type(name) is not str:
            if not isinstance(name, str):
                return name  # CPython has words for that
            name = str.__str__(name)  # what it is, and not what a subclass says it is
        if not (self._may_change(owner, name) if is_change else self._may_get(owner, name)):
            raise self._refusal(owner, name)
        return name

    def admitted(self, value: Any) -> Any:
        """Give a value as the program may have it.

        Raises:
            PolicyViolation: It may not have it at all.
        """
        kind = type(value)
        if kind in _NATIVE_METHODS:
            maker = self.stand_ins.get(value.__name__)
            return value if maker is None else maker(value)
        if kind in _LOOKED_AT:
            self.checked_value(value)
        return value

    def checked_value(self, value: Any) -> None:
        """Refuse a value that the program may not have at all.

        Raises:
            PolicyViolation: It may not have it.
        """
        kind = type(value)
        if kind in _NO_VALUES and not (kind is ModuleType and self._kinds.is_programs_module(value)):
            what = f"{kind.__name__} {value.__name__!r}" if kind is ModuleType else kind.__name__
            raise refusal("value", what, "no attribute, item, argument or result may be one")
        if kind in _CLASSES and not self.is_usable(value):
            raise refusal("value", f"class {value.__qualname__!r}", "it is of a module that may not be imported")

    # --- rules -------------------------------------------------------------------------------------

    def _may_get(self, owner: Any, name: str) -> bool:
        kind = type(owner)
        if kind is Facade:  # which answers itself for what it does not have
            if name in vars(owner) or name in self._special:
                return True
            return not self._is_of_others(mro_of(kind), name) and not (name.startswith("__") and owner._has(name))
        if kind is ModuleType:
            return name not in _NOT_OF_MODULES and self._kinds.is_programs_module(owner)
        if kind is FunctionType:
            return self._may_get_of_function(owner, name)
        if kind is MethodType:  # which asks its function for what it does not have itself
            is_own = name in self._names_of(kind)  # type: ignore[operator] # it is listed
            return is_own or (name not in namespace_of(kind) and self._may_get(owner.__func__, name))
        bases, is_programs = self._bases(owner)
        if name == "__subclasses__":
            return is_programs and is_class(owner)
        if name == "__dict__" and not is_programs and kind not in _LIKE_THE_PROGRAMS:
            return self._is_missing(owner, bases, name)
        return self._may_get_along(bases, name, is_programs=is_programs) or self._is_missing(owner, bases, name)

    def _bases(self, owner: Any) -> tuple[tuple[type, ...], bool]:
        """Give the classes that an attribute is looked up in, and whether the object is the program's own."""
        kind = type(owner)
        if kind is super and _CLASS_OF_SELF(owner) is not None:
            of, after = _CLASS_OF_SELF(owner), _CLASS_OF_SUPER(owner)
            mro = mro_of(of)
            bases = mro[mro.index(after) + 1 :] if after in mro else ()
            if is_class(_SELF_OF_SUPER(owner)):
                bases = (*bases, *mro_of(type(_SELF_OF_SUPER(owner))))
            return bases, self._kinds.is_programs(of)
        if is_class(owner):
            return (*mro_of(owner), *mro_of(kind)), self._kinds.is_programs(owner)
        return mro_of(kind), self._kinds.is_programs(kind) or kind in _LIKE_THE_PROGRAMS

    def _may_get_along(self, bases: tuple[type, ...], name: str, *, is_programs: bool) -> bool:
        for base in bases:
            if self._kinds.is_programs(base):
                if name in namespace_of(base):
                    return True
                continue
            names = self._names_of(base)
            if names is not None:
                is_own = is_programs and not name.startswith("_") and not self._is_of_others(bases, name)
                return name in names or is_own
        if name in self._special or not name.startswith("_"):
            return True
        return is_programs and not self._is_of_others(bases, name)

    def _may_get_of_function(self, function: FunctionType, name: str) -> bool:
        is_programs = is_programs_function(function)
        if name in self._names_of(FunctionType):  # type: ignore[operator] # it is listed
            return is_programs or name not in _STATE_OF_FUNCTIONS
        if name in namespace_of(FunctionType) or name in object.__dict__:
            return False
        return is_programs or not name.startswith("_")

    def _may_change(self, owner: Any, name: str) -> bool:
        kind = type(owner)
        if kind is Facade:
            return name in owner._changeable
        if is_class(owner):
            return self._kinds.is_programs(owner) and self._may_get(owner, name)
        if kind is FunctionType:
            return is_programs_function(owner) and self._may_get(owner, name)
        return self._may_get(owner, name)

    def _is_of_others(self, bases: tuple[type, ...], name: str) -> bool:
        """Tell whether a class that is not the program's has an attribute."""
        return any(name in namespace_of(base) and not self._kinds.is_programs(base) for base in bases)

    def _names_of(self, cls: type) -> frozenset[str] | None:
        """Give the only attributes that objects of a class, not the program's, may be asked for; None for all."""
        known = self._listed.get(id(cls))
        if known is None:
            known = self._listed[id(cls)] = cls, self._find_names_of(cls)
        return known[1]

    def _find_names_of(self, cls: type) -> frozenset[str] | None:
        if cls in _NO_VALUES:
            return frozenset()
        module = str(module_of(cls))
        listed = self._policy.attributes.get(f"{module}.{cls.__qualname__}")
        if listed is not None:
            return listed
        return None if self._is_reviewed(module) else frozenset()

    def _is_reviewed(self, module: str) -> bool:
        """Tell whether the types of a module may be used, since it may be imported or is that of the builtins."""
        if module == "builtins":
            return True
        first, _, rest = module.partition(".")
        name = f"{base_module(first)}.{rest}" if rest else base_module(first)
        while name:
            if name in self._policy.imports:
                return True
            name = name.rpartition(".")[0]
        return False

    def is_usable(self, cls: type) -> bool:
        """Tell whether the program may have a class: it is its own, or has attributes for it."""
        if self._kinds.is_programs(cls):
            return True
        is_ours = str(module_of(cls)).startswith("calcharo_vm.") and BaseException not in mro_of(cls)
        return not is_ours and self._names_of(cls) != frozenset()

    def _is_missing(self, owner: Any, bases: tuple[type, ...], name: str) -> bool:
        """Tell whether an object does not have an attribute, so that CPython's own words say so."""
        for base in bases:
            namespace = namespace_of(base)
            if name in namespace or "__getattr__" in namespace:
                return False
        kind = type(owner)
        getter = next(
            found for base in mro_of(kind) if (found := namespace_of(base).get("__getattribute__")) is not None
        )
        if type(getter) is not WrapperDescriptorType or not _FORWARDING.isdisjoint(mro_of(kind)):
            return False
        own = next((found for base in mro_of(kind) if (found := namespace_of(base).get("__dict__")) is not None), None)
        return type(own) is not GetSetDescriptorType or name not in own.__get__(owner)

    def _refusal(self, owner: Any, name: str) -> Exception:
        kind = type(owner)
        if kind is Facade:
            what = f"{name!r} of the module {owner._of!r}"
            return refusal("attribute", what, f"what it has says Policy.imports[{owner._of!r}]")
        whose = f"class {owner.__qualname__!r}" if is_class(owner) else f"{kind.__name__!r} object"
        return refusal("attribute", f"{name!r} of a {whose}", "what there is say Policy.attributes and special_names")
