"""`gc.get_referrers` of the guest: without the containers that only the machine has, such as a frame's variables."""

from __future__ import annotations

import gc
import sys
from types import CellType
from typing import Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.frame import Frame
from calcharo_vm.machine.frame_clearing import generator_of
from calcharo_vm.machine.tracebacks import mirrored


def referrers(frame: Frame, /, *objects: Any, **named: Any) -> list[Any]:
    """`gc.get_referrers(...)`, as CPython's own frames refer to what they hold.

    The collector does not see what a running function holds. It sees generators, and frames that have ended;
    until 3.13 not what is in a generator's frame that is in this very call.
    """
    found = gc.get_referrers(*objects, **named)
    holders = _frames_by_container()
    unseen = None if sys.version_info >= (3, 14) else frame
    shown: list[Any] = []
    for referrer in found:
        holder = holders.get(id(referrer))
        if holder is not None:
            seen = None if holder is unseen else generator_of(holder)
        elif type(referrer) is CellType:
            seen = _mirror_or_cell(referrer)
        else:
            seen = None if _belongs_to_a_call(referrer, found) else referrer
        if seen is not None and all(seen is not other for other in shown):
            shown.append(seen)
    return shown


def _frames_by_container() -> dict[int, Frame]:
    """The frames, by the identities of what holds their variables, values and exceptions."""
    frames = [each for each in gc.get_objects() if type(each) is Frame]
    return {id(container): frame for frame in frames for container in (frame, frame.fast, frame.stack, frame.handled)}


def _mirror_or_cell(cell: CellType) -> Any:
    """The frame of which a cell holds a variable in the mirror, or the cell itself."""
    return next((owner for owner in gc.get_referrers(cell) if mirrored(owner) is not None), cell)


def _belongs_to_a_call(referrer: Any, found: list[Any]) -> bool:
    """Whether only a call within the machine has a list or tuple: what the guest has, something refers to."""
    if type(referrer) is not list and type(referrer) is not tuple:
        return False
    owners = gc.get_referrers(referrer)
    return len(owners) == 1 and owners[0] is found
