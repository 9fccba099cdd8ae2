"""What made functions call where something is raised, and where it is handled in the same frame.

The host's own exception state is not that of the program meanwhile: nothing that looks at it is called.
"""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.exceptions import exception_matches, previous_exception
from calcharo_vm.machine.hiding import hidden
from calcharo_vm.machine.signals import ENTER_HANDLER, LEAVE_HANDLER
from calcharo_vm.machine.tracebacks import add_traceback_entry, mirror_of
from calcharo_vm.recording import ops
from calcharo_vm.recording.exception_chain import TRACEBACK, text_of_place
from calcharo_vm.recording.identity import Shade, stands_for
from calcharo_vm.recording.messages import message_of
from calcharo_vm.recording.quick_objects import make_new
from calcharo_vm.recording.values import HeapKind
from calcharo_vm.tiers.compiled.exception_endings import ExceptionEndings, has_scalars
from calcharo_vm.tiers.compiled.unwinding import Unwinding
from calcharo_vm.tiers.compiled.values import EXCEPTION_IDS, PLAIN_EXCEPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcharo_vm.code import DecodedCode
    from calcharo_vm.machine.frame import Frame
    from calcharo_vm.recording import Recorder

CATCHES = (ArithmeticError, LookupError, ValueError)
"""What an operation that is compiled may raise with the very arguments that its handler's would have."""

NAMES = (
    *("CATCHES", "catch", "catch_again", "handling", "unwind", "raised", "can_raise", "matches"),
    *("previous_exception", "ends_unseen", "ENTER_HANDLER", "LEAVE_HANDLER"),
)
"""The names under which made functions find what is here."""


def environment(recorder: Recorder) -> dict[str, object]:
    """What made functions find under these names."""
    catching, unwinding = Catching(recorder), Unwinding(recorder)
    return {
        "CATCHES": CATCHES,
        "catch": catching.catch,
        "catch_again": catching.catch_again,
        "handling": unwinding.handling,
        "unwind": unwinding.unwind,
        "raised": raised,
        "can_raise": can_raise,
        "matches": matches,
        "previous_exception": previous_exception,
        "ends_unseen": ExceptionEndings(recorder.shadow.by_id).ends_unseen,
        "ENTER_HANDLER": ENTER_HANDLER,
        "LEAVE_HANDLER": LEAVE_HANDLER,
    }


@attrs.frozen
class Place:
    """Where an instruction is, as tracebacks tell it.

    Attributes:
        index: The index of the instruction.
        offset: Its offset in bytes.
        line_number: Its line; -1 where it has none.
        text: What is recorded of a traceback that has this place alone.
    """

    index: int
    offset: int
    line_number: int
    text: str


def place_of(decoded: DecodedCode, index: int) -> Place:
    """The place of an instruction that raises."""
    line = decoded.positions[index][0]
    return Place(index, decoded.offsets[index], -1 if line is None else line, text_of_place(decoded.code, line))


class Catching:
    """Tells of exceptions that a handler of the frame that raises them takes over."""

    def __init__(self, recorder: Recorder) -> None:
        shadow = recorder.shadow
        self._extend, self._by_id, self._new = recorder.tape.words.extend, shadow.by_id, make_new(shadow)
        self._shadow = shadow
        self._plain = frozenset(id(cls) for cls in PLAIN_EXCEPTIONS if shadow.anatomy.of(cls).adapter is None)

    @hidden
    def catch(self, frame: Frame, depth: int, error: BaseException, place: Place) -> tuple[Shade, bool]:
        """Tells that an instruction has raised, and that a handler of its frame takes over.

        Args:
            frame: The frame.
            depth: How much the handler leaves of its stack.
            error: What is raised.
            place: Where.

        Returns:
            What is recorded of the exception, and whether it is new, and holds nothing but scalars and this place.
        """
        shade = self._by_id.get(id(error))
        is_new = shade is None or _has_just_been_made(error, shade)
        if not (is_new and self._is_plain(error)):
            frame.ip = place.index + 1
            add_traceback_entry(frame, error)
            frame.raised_at = None
            return self.catch_again(depth, error), False
        mirror = mirror_of(frame) if frame.mirror is None else frame.mirror[0]
        error.__traceback__ = TracebackType(None, mirror, place.offset, place.line_number)
        return self._catch_plain(depth, error, shade, place.text), True

    @hidden
    def catch_again(self, depth: int, error: BaseException) -> Shade:
        """Tells that an exception has been raised again, and that a handler of the same frame takes over."""
        self._extend((ops.RAISED, *message_of(error)))
        self._shadow.raised(error)
        self._extend((ops.HANDLED, depth))
        shade = self._shadow.hold(error)
        assert type(shade) is Shade
        self._extend((ops.CAUGHT, shade.token))
        return shade

    def _is_plain(self, error: BaseException) -> bool:
        is_known = id(type(error)) in self._plain
        return is_known and error.__context__ is None and error.__cause__ is None and has_scalars(error.args)

    def _catch_plain(self, depth: int, error: BaseException, shade: Shade | None, text: str) -> Shade:
        """Tells of an exception that holds its arguments, which are scalars, and a traceback that reads so."""
        name, arguments = type(error).__name__, error.args
        try:
            message = str(error)
        except ValueError:  # for an int of too many digits
            message = ""
        if shade is not None:
            shade.fields = {TRACEBACK: text}
            shade.count += 1
            oid = shade.token.stop
            self._shadow.note_written(oid)
            told = ops.RAISED, name, message, ops.FIELD, oid, TRACEBACK, text, ops.HANDLED, depth
            self._extend((*told, ops.CAUGHT, shade.token))
            return shade
        shade = self._new(error, HeapKind.EXCEPTION, name, [*arguments])
        shade.fields = {TRACEBACK: text}
        oid = shade.token.stop
        self._extend((ops.RAISED, name, message, ops.HANDLED, depth, ops.NEW, oid, "exception", name, ""))
        if arguments:
            self._extend((ops.ITEMS, oid, 0, 0, len(arguments), *arguments))
        self._extend((ops.FIELDS, oid, 2, TRACEBACK, text, ops.CAUGHT, shade.token))
        return shade


def _has_just_been_made(error: BaseException, shade: Shade) -> bool:
    """Returns whether an exception is recorded as it was made, and has not been raised."""
    is_recorded = shade.count > 0 and shade.type_address == id(type(error)) and not shade.fields
    return is_recorded and len(shade.items) == len(error.args) and all(map(stands_for, shade.items, error.args))


@hidden
def raised(value: BaseException | type[BaseException]) -> BaseException:
    """What the statement `raise` raises, which CPython gives its context."""
    try:
        raise value  # noqa: TRY301 - this is what it is for
    except BaseException as error:
        return error


def can_raise(value: object) -> bool:
    """Returns whether raising a value runs no code of the program."""
    return issubclass(type(value), BaseException) or id(value) in EXCEPTION_IDS


def matches(error: BaseException, types: object) -> bool | None:
    """Returns whether an exception is of types; None if these are none of exceptions."""
    try:
        return exception_matches(error, types)
    except TypeError:
        return None


def raising(error: BaseException) -> Callable[[], object]:
    """What raises an error, when nothing else is executing, that came in the midst of made code."""

    def interrupt() -> object:
        raise error.with_traceback(None)

    return interrupt
