"""What the library finds out about functions, without evaluating texts that the program has written."""

from __future__ import annotations

import inspect
import re
import typing
from importlib import import_module
from types import BuiltinFunctionType, FunctionType, GenericAlias, MethodType, UnionType
from typing import Any, Final

from calcharo_vm.policy.refusing import refusal

__all__ = ["signature", "type_hints"]

_NAMES_OF_TYPES: Final = re.compile(r"[\w\[\], |]*", re.ASCII)
_LISTING: Final[tuple[Any, ...]] = (GenericAlias, UnionType, type(typing.Optional[int]), type(typing.List[int]))  # noqa: UP006, UP045 - their types
"""The types of hints that are made of others."""
_MOST_WRAPPERS: Final = 100


def signature(callable: Any, /, **options: Any) -> inspect.Signature:
    """Do what `inspect.signature` does for functions, builtin ones and methods.

    Raises:
        PolicyViolation: It is something else, or says itself what its signature is, which may be a text.
    """
    if options.get("eval_str"):
        raise refusal("evaluation of", "annotations", "leave eval_str out")
    found = callable
    for _ in range(_MOST_WRAPPERS):
        if type(found) is MethodType:
            found = found.__func__
        if type(found) is BuiltinFunctionType:
            break
        if type(found) is not FunctionType or "__signature__" in vars(found) or "__text_signature__" in vars(found):
            raise refusal("call", f"inspect.signature of a {type(found).__name__!r} object", "pass a plain function")
        if "__wrapped__" not in vars(found):
            break
        found = vars(found)["__wrapped__"]
    return inspect.signature(callable, **options)


def type_hints(function: Any, *arguments: Any, **named: Any) -> Any:
    """Do what `typing.get_type_hints` does for a function whose annotations, as texts, are names of types.

    Raises:
        PolicyViolation: A text is more than that.
    """
    if type(function) is not FunctionType:
        raise refusal("call", f"get_type_hints of a {type(function).__name__!r} object", "pass a plain function")
    found = {str.__str__(name): _checked(hint) for name, hint in _annotations_of(function).items()}
    plain = FunctionType(type_hints.__code__, function.__globals__)  # which has these annotations, and no others
    plain.__annotations__ = found
    return typing.get_type_hints(plain, *arguments, **named)


def _annotations_of(function: FunctionType) -> dict[str, Any]:
    if not hasattr(function, "__annotate__"):  # before 3.14
        return dict(function.__annotations__)
    annotationlib: Any = import_module("annotationlib")
    return dict(annotationlib.get_annotations(function, format=annotationlib.Format.FORWARDREF))


def _checked(hint: Any) -> Any:
    """Give a hint that holds no texts but names of types."""
    if isinstance(hint, str):
        text = str.__str__(hint)
        if not _NAMES_OF_TYPES.fullmatch(text):
            raise refusal("evaluation of", repr(text), "annotations as texts must be names of types")
        return text
    if type(hint) is typing.ForwardRef:
        _checked(hint.__forward_arg__)
    elif isinstance(hint, _LISTING):
        for each in hint.__args__:
            _checked(each)
    return hint
