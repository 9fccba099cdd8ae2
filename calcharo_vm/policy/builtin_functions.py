"""The builtins that the program gets."""

from __future__ import annotations

import builtins
from types import MethodWrapperType
from typing import TYPE_CHECKING, Any

from calcharo_vm.policy.refusing import refusal
from calcharo_vm.policy.stand_ins import bound, stand_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from calcharo_vm.config import Policy
    from calcharo_vm.policy.access import Access
    from calcharo_vm.policy.formatting import Formatting

__all__ = ["Builtins", "builtin_methods", "builtins_for"]


class Builtins(dict[str, Any]):
    """The builtins that the policy allows; asked for another, it refuses."""

    __slots__ = ()

    def __missing__(self, name: str) -> Any:
        """Refuse a builtin that CPython has, and know no other."""
        if name in vars(builtins):
            raise refusal("builtin", repr(name), "what there is says Policy.builtins")
        raise KeyError(name)


def builtins_for(
    policy: Policy, access: Access, import_: Callable[..., object], of_callers: Mapping[str, Callable[..., Any]]
) -> Builtins:
    """Build the builtins of a program; `of_callers` are those that look at their caller."""
    own = vars(builtins)
    found = Builtins({name: own[name] for name in policy.builtins if name in own})

    def attributes_of(*arguments: Any) -> Any:
        if not arguments:
            return of_callers["locals"]()
        return access.get(arguments[0], "__dict__") if len(arguments) == 1 else vars(*arguments)

    replaced: dict[str, Callable[..., Any]] = {
        **of_callers,
        "__import__": import_,
        "delattr": access.delete,
        "getattr": access.get,
        "hasattr": access.has,
        "setattr": access.set,
        "vars": attributes_of,
    }
    for name, function in replaced.items():
        if name in found:
            found[name] = stand_in(own[name], function)
    return found


def builtin_methods(access: Access, formatting: Formatting) -> dict[str, Callable[[Any], Any]]:
    """Give what makes stand-ins for methods that take names, by the names of the methods.

    Each takes the method as it is found: bound to an object, or as the class has it.
    """

    def getting(method: Any, owner: Any, name: Any) -> Any:
        return access.admitted(method(access.checked(owner, name)))

    def changing(method: Any, owner: Any, name: Any, *value: Any) -> Any:
        return method(access.checked(owner, name, is_change=True), *value)

    def of_attributes(act: Callable[..., Any]) -> Callable[[Any], Any]:
        def make(method: Any) -> Any:
            if type(method) is MethodWrapperType:
                return stand_in(method, lambda *arguments: act(method, method.__self__, *arguments))

            def call(owner: Any, *arguments: Any) -> Any:
                return act(method.__get__(owner), owner, *arguments)

            return stand_in(method, call, binds=True)

        return make

    def of_texts(function: Callable[..., Any], native: Any) -> Callable[[Any], Any]:
        unbound = stand_in(native, function, binds=True)

        def make(method: Any) -> Any:
            if method is native:
                return unbound
            owner = getattr(method, "__self__", None)
            return bound(unbound, owner) if isinstance(owner, str) else method

        return make

    return {
        "__delattr__": of_attributes(changing),
        "__getattribute__": of_attributes(getting),
        "__setattr__": of_attributes(changing),
        "format": of_texts(formatting.format, str.format),
        "format_map": of_texts(formatting.format_map, str.format_map),
    }
