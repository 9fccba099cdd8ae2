"""A frame's `f_locals`, as the guest sees it.

Until 3.12 it is the frame's one dictionary of locals, brought up to date whenever it is asked for. Since 3.13
it writes through to the variables (PEP 667): while the guest's frame runs they are in its slots, and once it
has ended they are in the cells of its mirror, which has a native proxy of its own.
"""

from __future__ import annotations

import sys
from _collections_abc import Mapping
from reprlib import recursive_repr
from types import CellType, FrameType
from typing import TYPE_CHECKING, Any, final

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.tracebacks import (
    HIDDEN_VARIABLES_SHOW_CELLS,
    hidden_values,
    local_values,
    mirrored,
    updated_snapshot,
    visible_locals,
)
from calcharo_vm.machine.values import NULL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calcharo_vm.machine.frame import Frame

WRITES_THROUGH = sys.version_info >= (3, 13)


def frame_locals(host_frame: FrameType, frame: Frame) -> Any:
    """`f_locals` of a mirror and of the frame that it stands for."""
    if frame.locals is not None and not (WRITES_THROUGH and hidden_values(frame)):
        return visible_locals(frame)
    if WRITES_THROUGH:
        return FrameLocalsProxy(host_frame)
    return updated_snapshot(frame) if frame.fast else host_frame.f_locals


@final
class FrameLocalsProxy:
    """Reads and writes the variables of a frame (CPython's `PyFrameLocalsProxy_Type`)."""

    __slots__ = ("_frame", "_host_frame")
    __hash__ = None  # type: ignore[assignment] # as CPython's

    _frame: Frame
    _host_frame: FrameType

    @property  # type: ignore[misc] # nobody sets it
    def __class__(self) -> Any:
        """CPython's own type: what `isinstance` asks for."""
        return _Native

    def __new__(cls, *arguments: Any) -> Any:
        """Makes the proxy of a mirror; of anything else CPython's own proxy, or its own error."""
        host_frame: Any = arguments[0] if len(arguments) == 1 else None
        frame = mirrored(host_frame)
        if frame is None:
            return _Native(*arguments)
        proxy = object.__new__(cls)
        proxy._host_frame = host_frame
        proxy._frame = frame
        return proxy

    @property
    def _rest(self) -> Any:
        """What no slot holds: the keys that are no variables, or all of a frame that has ended."""
        frame = self._frame
        if not frame.fast:
            return self._host_frame.f_locals
        if frame.locals_snapshot is None:
            frame.locals_snapshot = {}
        return frame.locals_snapshot

    def _slot(self, key: Any) -> int | None:
        """Where a variable is, while the frame runs."""
        hash(key)
        frame = self._frame
        shows_cells = frame.locals is None or HIDDEN_VARIABLES_SHOW_CELLS
        names = frame.guest.decoded.localsplus if shows_cells else frame.guest.code.co_varnames
        return next((slot for slot, name in enumerate(names) if name == key), None) if frame.fast else None

    def _values(self) -> dict[str, Any]:
        frame = self._frame
        if not frame.fast:
            return dict(self._rest)
        values = local_values(frame) if frame.locals is None else hidden_values(frame)
        return {**values, **self._rest}

    def __getitem__(self, key: Any) -> Any:
        slot = self._slot(key)
        value = self._rest.get(key, NULL) if slot is None else self._frame.fast[slot]
        if slot is not None and self._is_cell(slot):
            try:
                value = value.cell_contents
            except ValueError:
                value = NULL
        if value is NULL:
            message = f"local variable '{key!r}' is not defined"
            raise KeyError(message)
        return value

    def __setitem__(self, key: Any, value: Any) -> None:
        slot = self._slot(key)
        if slot is None:
            self._rest[key] = value
        elif self._is_cell(slot):
            self._frame.fast[slot].cell_contents = value
        else:
            self._frame.fast[slot] = value

    def __delitem__(self, key: Any) -> None:
        if self._slot(key) is not None or not hasattr(_Native, "pop"):
            del self._host_frame.f_locals[key]  # raises
        del self._rest[key]

    def _is_cell(self, slot: int) -> bool:
        code = self._frame.guest.code
        name = self._frame.guest.decoded.localsplus[slot]
        is_shared = name in code.co_cellvars or name in code.co_freevars
        return is_shared and type(self._frame.fast[slot]) is CellType

    def __contains__(self, key: Any) -> bool:
        try:
            self[key]
        except KeyError:
            return False
        return True

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values())

    def __len__(self) -> int:
        return len(self._values())

    def __reversed__(self) -> Any:
        return list(self._values())[::-1]

    def __eq__(self, other: object) -> Any:
        if type(other) is FrameLocalsProxy:
            return self._host_frame is other._host_frame
        return self._values() == other if isinstance(other, dict) else NotImplemented

    def __or__(self, other: Any) -> Any:
        return self._values() | dict(other) if isinstance(other, (dict, FrameLocalsProxy)) else NotImplemented

    def __ror__(self, other: Any) -> Any:
        return dict(other) | self._values() if isinstance(other, dict) else self._host_frame.f_locals.__ror__(other)

    def __ior__(self, other: Any) -> Any:
        if not isinstance(other, (dict, FrameLocalsProxy)):
            return NotImplemented
        self.update(other)
        return self

    @recursive_repr("{...}")
    def __repr__(self) -> str:
        return repr(self._values())

    def __sizeof__(self) -> int:
        return self._host_frame.f_locals.__sizeof__()  # CPython's own proxy has the size that this one must show

    def __reduce_ex__(self, protocol: Any, /) -> Any:
        return self._host_frame.f_locals.__reduce_ex__(protocol)  # raises

    def keys(self) -> list[Any]:
        """The names of bound variables, and the other keys."""
        return list(self._values())

    def values(self) -> list[Any]:
        """What the keys stand for."""
        return list(self._values().values())

    def items(self) -> list[tuple[Any, Any]]:
        """Keys and values."""
        return list(self._values().items())

    def copy(self) -> dict[Any, Any]:
        """A dictionary of the variables as they are."""
        return self._values()

    def get(self, key: Any, default: Any = None, /) -> Any:
        """The value of a key, or `default`."""
        try:
            return self[key]
        except KeyError:
            return default

    def setdefault(self, key: Any, default: Any = None, /) -> Any:
        """The value of a key, which is set when there is none."""
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, other: Any, /) -> None:
        """Sets what a mapping holds.

        Raises:
            TypeError: It is no mapping; CPython's own error.
        """
        if not isinstance(other, (dict, FrameLocalsProxy)):
            self._host_frame.f_locals.update(other)  # raises
        for key in list(other.keys()):
            self[key] = other[key]


def _host_locals() -> Any:
    return sys._getframe().f_locals


_Native = type(_host_locals())
FrameLocalsProxy.__module__ = "builtins"
FrameLocalsProxy.__doc__ = _Native.__doc__
Mapping.register(FrameLocalsProxy)
if hasattr(_Native, "pop"):

    def pop(self: FrameLocalsProxy, *arguments: Any) -> Any:
        """Removes a key that is no variable (since 3.14)."""
        if arguments and self._slot(arguments[0]) is not None:
            self._host_frame.f_locals.pop(*arguments)  # raises
        return self._rest.pop(*arguments)

    FrameLocalsProxy.pop = pop  # type: ignore[attr-defined]
