"""Whether anybody can tell when an exception goes: with it go its traceback, and what frames have left there."""

from __future__ import annotations

from gc import get_referents
from types import TracebackType
from typing import TYPE_CHECKING
from weakref import getweakrefcount

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.attributes import type_attribute
from calcharo_vm.machine.hiding import hidden
from calcharo_vm.machine.tracebacks import mirrored
from calcharo_vm.machine.values import NULL
from calcharo_vm.tiers.compiled.values import EXCEPTIONS, SCALAR_IDS

if TYPE_CHECKING:
    from types import CellType

    from calcharo_vm.machine.frame import Frame
    from calcharo_vm.recording.identity import Shade


class ExceptionEndings:
    """Tells whether exceptions go unseen, by what is recorded."""

    def __init__(self, by_id: dict[int, Shade]) -> None:
        self._by_id = by_id

    @hidden
    def ends_unseen(self, frame: Frame, error: BaseException) -> bool:
        """Returns whether nobody can tell when an exception goes, if nothing else holds it.

        It must hold scalars alone, and no frame that it has passed, but for the one that executes, may have left
        anything but scalars and what something else holds.
        """
        cls = type(error)
        if cls not in EXCEPTIONS and (type_attribute(cls, "__del__") is not NULL or getweakrefcount(error)):
            return False
        return all(self._goes_unseen(frame, cls, part) for part in get_referents(error))

    def _goes_unseen(self, frame: Frame, cls: type, part: object) -> bool:
        kind = type(part)
        if kind is TracebackType:
            return self._passed_unseen(frame, part)  # type: ignore[arg-type] # it is one
        if kind is tuple:
            return has_scalars(part)  # type: ignore[arg-type] # as above
        return part is cls or id(kind) in SCALAR_IDS or (kind is dict and not part)

    def _passed_unseen(self, frame: Frame, traceback: TracebackType | None) -> bool:
        while traceback is not None:
            passed = mirrored(traceback.tb_frame)
            if passed is not frame and (passed is None or not self._has_left_nothing(passed)):
                return False
            traceback = traceback.tb_next
        return True

    def _has_left_nothing(self, frame: Frame) -> bool:
        """Returns whether a frame has ended, and what is left of its variables does not end with it."""
        if frame.mirror is not None or frame.generator is not None or frame.locals is not None:
            return False
        return frame.locals_snapshot is None and all(map(self._stays, frame.mirror_cells))

    def _stays(self, cell: CellType) -> bool:
        try:
            value = cell.cell_contents
        except ValueError:
            return True  # the variable has no value
        if id(type(value)) in SCALAR_IDS:
            return True
        shade = self._by_id.get(id(value))
        return shade is not None and shade.count > 0 and shade.type_address == id(type(value))


def has_scalars(arguments: tuple[object, ...]) -> bool:
    """Returns whether all of a tuple's items are written to the tape as themselves."""
    for argument in arguments:  # noqa: SIM110 - faster than all()
        if id(type(argument)) not in SCALAR_IDS:
            return False
    return True
