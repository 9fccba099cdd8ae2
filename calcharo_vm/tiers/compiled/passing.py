"""Exceptions that pass frames: what is recorded of most of them changes in nothing but their traceback."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.exception_chain import TRACEBACK, is_linked, text_of_place, text_of_traceback
from calcharo_vm.recording.identity import Shade, stands_for
from calcharo_vm.recording.layouts import descriptor, exception_arguments
from calcharo_vm.recording.values import HeapKind

if TYPE_CHECKING:
    from calcharo_vm.recording.shadow import Shadow


_dictionary = descriptor(BaseException, "__dict__")


class Passing:
    """Tells of one exception that has been raised, and passes frames."""

    def __init__(self, shadow: Shadow, error: BaseException) -> None:
        self._shadow, self._error = shadow, error

    def tell(self) -> None:
        """Tells what raising the exception, or its passing a frame, has changed in it."""
        self._shadow.raised(self._error)

    def passed(self) -> None:
        """Takes note that the exception has passed another frame."""

    def hold(self) -> Shade:
        """What is recorded of the exception, which one more place holds."""
        shade = self._shadow.hold(self._error)
        assert type(shade) is Shade
        return shade


class PlainPassing(Passing):
    """The same of an exception that is recorded as it is, but for its traceback."""

    def __init__(self, shadow: Shadow, error: BaseException, shade: Shade) -> None:
        super().__init__(shadow, error)
        self._shade, self._entry = shade, error.__traceback__
        self._text = "" if self._entry is None else text_of_traceback(self._entry)

    def tell(self) -> None:
        """Tells of the traceback alone."""
        if self._shade.count:
            self._tell()

    def passed(self) -> None:
        """Puts the frame in front."""
        entry = self._error.__traceback__
        if entry is not None and entry is not self._entry:
            self._entry = entry
            place = text_of_place(entry.tb_frame.f_code, entry.tb_lineno)
            self._text = f"{place}\n{self._text}" if self._text else place

    def hold(self) -> Shade:
        """The same shade as before, unless its number of places is zero and something was collected."""
        shade, shadow = self._shade, self._shadow
        if shadow.by_id.get(id(self._error)) is not shade or shade.epoch != shadow.epoch:
            return super().hold()
        if not shade.count:
            self._tell()
        shade.count += 1
        return shade

    def _tell(self) -> None:
        shade, text, oid = self._shade, self._text, self._shade.token.stop
        if text and shade.fields.get(TRACEBACK) != text:
            shade.fields = {TRACEBACK: text}
            self._shadow.note_written(oid)
            self._shadow.log += (ops.FIELD, oid, TRACEBACK, text)


def begin(shadow: Shadow, error: BaseException) -> Passing:
    """What tells of an exception that has been raised."""
    shade = shadow.held(error)
    if shade is None or shade.epoch != shadow.epoch or not _is_plain(shadow, error, shade):
        return Passing(shadow, error)
    return PlainPassing(shadow, error, shade)


def _is_plain(shadow: Shadow, error: BaseException, shade: Shade) -> bool:
    """Returns whether an exception holds its arguments and a traceback alone, as it is recorded."""
    anatomy, fields = shadow.anatomy.of(type(error)), shade.fields
    if shade.kind is not HeapKind.EXCEPTION or len(fields) > 1 or (fields and TRACEBACK not in fields):
        return False
    if anatomy.adapter is not None or anatomy.own_fields:
        return False
    arguments = exception_arguments(error)
    is_known = len(arguments) == len(shade.items) and all(map(stands_for, shade.items, arguments))
    if not is_known or is_linked(error):
        return False
    return not (_dictionary(error) if anatomy.attributes is None else anatomy.attributes.read(error))
