"""`gc.get_referrers` for the guest: what the machine keeps of frames is not shown, but who owns them."""

from __future__ import annotations

import gc
import sys
from itertools import repeat
from operator import is_
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.frame import Frame

_GENERATORS = frozenset({AsyncGeneratorType, CoroutineType, GeneratorType})
_CALLING_GENERATOR_REFERS = sys.version_info >= (3, 14)
"""Whether the generator that asks refers to its variables; until 3.13 CPython does not look at them then."""
_ARGUMENTS = frozenset({list, tuple})
_PARTS = frozenset({list, tuple, Frame})
"""The types of what the machine keeps values in."""


def referrers(frame: Frame, /, *objects: Any) -> list[Any]:
    """`gc.get_referrers(...)`."""
    found = gc.get_referrers(*objects)
    passed = [[*objects], *([*one[1:]] for one in found if _is_passed_with_frame(one))]
    shown: list[Any] = []
    for referrer in found:
        if _is_passed_with_frame(referrer) or _is_passed(referrer, passed, found):
            continue
        owner = _owner(referrer) if type(referrer) in _PARTS else None
        if owner is None:
            shown.append(referrer)
        elif owner is not frame or _CALLING_GENERATOR_REFERS:
            shown += _generators_of(owner)
    found.clear()  # or else it refers to them, too, for as long as anybody keeps this frame
    return shown


def _is_passed_with_frame(referrer: Any) -> bool:
    """Whether a referrer is the arguments of a lookaside, which come after the guest's frame."""
    return type(referrer) is tuple and type(referrer[0]) is Frame


def _is_passed(referrer: Any, passed: list[list[Any]], found: list[Any]) -> bool:
    """Whether a referrer is the arguments of a call under way, in another of the forms that they take.

    Nothing refers to them but host frames, which the collector does not see.
    """
    if type(referrer) not in _ARGUMENTS or not any(map(_are_same, passed, repeat(referrer))):
        return False
    return [id(holder) for holder in gc.get_referrers(referrer)] == [id(found)]


def _are_same(one: Any, other: Any) -> bool:
    return len(one) == len(other) and all(map(is_, one, other))


def _owner(container: Any) -> Frame | None:
    """The guest's frame that a container is, or is a part of; None for one of the program's own."""
    if type(container) is Frame:
        return container
    holders = gc.get_referrers(container)
    for holder in [*holders, *gc.get_referrers(*[one for one in holders if type(one) is dict])]:
        if type(holder) is Frame and any(container is part for part in (holder.fast, holder.stack, holder.handled)):
            return holder
    return None


def _generators_of(frame: Frame) -> list[Any]:
    """The generator that a frame belongs to, if it is one's: CPython shows that, and not the frame."""
    if frame.generator is None:
        return []
    return [referrer for referrer in gc.get_referrers(frame) if type(referrer) in _GENERATORS]
