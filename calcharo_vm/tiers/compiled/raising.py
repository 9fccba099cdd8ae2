"""What made functions call where something is raised and handled within one frame.

The host's own exception state is not that of the program meanwhile: nothing that looks at it is called.
"""

from __future__ import annotations

import builtins
from gc import get_referents
from types import TracebackType
from typing import TYPE_CHECKING
from weakref import getweakrefcount

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.attributes import type_attribute
from calcharo_vm.machine.exceptions import exception_matches, previous_exception
from calcharo_vm.machine.hiding import hidden
from calcharo_vm.machine.signals import ENTER_HANDLER, LEAVE_HANDLER
from calcharo_vm.machine.tracebacks import add_traceback_entry, mirror_of, mirrored
from calcharo_vm.machine.values import NULL
from calcharo_vm.recording import ops
from calcharo_vm.recording.exception_chain import TRACEBACK, text_of_place
from calcharo_vm.recording.identity import stands_for
from calcharo_vm.recording.messages import message_of
from calcharo_vm.recording.quick_objects import make_new
from calcharo_vm.recording.values import HeapKind
from calcharo_vm.tiers.compiled.unwinding import make_unwind
from calcharo_vm.tiers.compiled.values import SCALAR_IDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from types import CellType

    from calcharo_vm.code import DecodedCode
    from calcharo_vm.machine.frame import Frame
    from calcharo_vm.recording import Recorder
    from calcharo_vm.recording.identity import Shade

    Catch = Callable[[Frame, int, BaseException, "Place"], tuple[Shade, bool]]
    CatchAgain = Callable[[int, BaseException], Shade]

CATCHES = (ArithmeticError, LookupError, ValueError)
"""What an operation that is compiled may raise with the very arguments that its handler's would have."""
EXCEPTIONS = frozenset(
    each for each in vars(builtins).values() if type(each) is type and issubclass(each, BaseException)
) - {BaseExceptionGroup, ExceptionGroup}
"""The interpreter's own exception classes; making an instance of one does nothing else."""
EXCEPTION_IDS = frozenset(map(id, EXCEPTIONS))
PLAIN = (
    *(ArithmeticError, AssertionError, IndexError, KeyError, LookupError, OverflowError, RuntimeError, TypeError),
    *(ValueError, ZeroDivisionError),
)
"""Classes whose instances hold their arguments alone."""


def environment(recorder: Recorder) -> dict[str, object]:
    """What made functions find under the names of what is here."""
    catch, catch_again = _make_catch(recorder)
    handling, unwind = make_unwind(recorder)
    return {
        "CATCHES": CATCHES,
        "catch": catch,
        "catch_again": catch_again,
        "handling": handling,
        "unwind": unwind,
        "raised": _raised,
        "can_raise": _can_raise,
        "matches": _matches,
        "previous_exception": previous_exception,
        "ends_unseen": _make_ends_unseen(recorder.shadow.by_id),
        "ENTER_HANDLER": ENTER_HANDLER,
        "LEAVE_HANDLER": LEAVE_HANDLER,
    }


NAMES = tuple(
    "CATCHES catch catch_again handling unwind raised can_raise matches previous_exception ends_unseen ENTER_HANDLER LEAVE_HANDLER".split()
)
"""Their names."""


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


def _make_catch(recorder: Recorder) -> tuple[Catch, CatchAgain]:
    shadow = recorder.shadow
    extend, see_raised, hold = recorder.tape.words.extend, shadow.raised, shadow.hold
    note_written = shadow.note_written
    by_id, new, kind = shadow.by_id, make_new(shadow), HeapKind.EXCEPTION
    plain = frozenset(id(cls) for cls in PLAIN if shadow.anatomy.of(cls).adapter is None)

    def catch(frame: Frame, depth: int, error: BaseException, place: Place) -> tuple[Shade, bool]:
        """Tells that an instruction has raised, and that a handler of its frame takes over.

        Returns:
            What is recorded of the exception, and whether it is new, and holds nothing but scalars and this place.
        """
        cls, shade = type(error), by_id.get(id(error))
        is_plain = (
            id(cls) in plain
            and (shade is None or _has_just_been_made(error, shade))
            and error.__context__ is None
            and error.__cause__ is None
            and _has_scalars(error.args)
        )
        if not is_plain:
            frame.ip = place.index + 1
            add_traceback_entry(frame, error)
            frame.raised_at = None
            return catch_again(depth, error), False
        mirror = mirror_of(frame) if frame.mirror is None else frame.mirror[0]
        error.__traceback__ = TracebackType(None, mirror, place.offset, place.line_number)
        name, text = cls.__name__, place.text
        try:
            message = str(error)
        except ValueError:  # for an int of too many digits
            message = ""
        if shade is not None:
            shade.fields = {TRACEBACK: text}
            shade.count += 1
            oid = shade.token.stop
            note_written(oid)
            extend((ops.RAISED, name, message, ops.FIELD, oid, TRACEBACK, text, ops.HANDLED, depth))
            extend((ops.CAUGHT, shade.token))
            return shade, True
        arguments = error.args
        shade = new(error, kind, name, [*arguments])
        shade.fields = {TRACEBACK: text}
        oid = shade.token.stop
        extend((ops.RAISED, name, message, ops.HANDLED, depth, ops.NEW, oid, kind.value, name, ""))
        if arguments:
            extend((ops.ITEMS, oid, 0, 0, len(arguments), *arguments))
        extend((ops.FIELDS, oid, 2, TRACEBACK, text, ops.CAUGHT, shade.token))
        return shade, True

    def catch_again(depth: int, error: BaseException) -> Shade:
        """Tells that an exception has been raised again, and that a handler of the same frame takes over."""
        extend((ops.RAISED, *message_of(error)))
        see_raised(error)
        extend((ops.HANDLED, depth))
        shade: Shade = hold(error)  # type: ignore[assignment] # it is no scalar
        extend((ops.CAUGHT, shade.token))
        return shade

    return hidden(catch), hidden(catch_again)


def _has_just_been_made(error: BaseException, shade: Shade) -> bool:
    """Returns whether an exception is recorded as it was made, and has not been raised."""
    is_recorded = shade.count > 0 and shade.type_address == id(type(error)) and not shade.fields
    return is_recorded and len(shade.items) == len(error.args) and all(map(stands_for, shade.items, error.args))


def _has_scalars(arguments: tuple[object, ...]) -> bool:
    for argument in arguments:  # noqa: SIM110 - faster than all()
        if id(type(argument)) not in SCALAR_IDS:
            return False
    return True


@hidden
def _raised(value: BaseException | type[BaseException]) -> BaseException:
    """What the statement `raise` raises, which CPython gives its context."""
    try:
        raise value
    except BaseException as error:
        return error


def _can_raise(value: object) -> bool:
    """Returns whether raising a value runs no code of the program."""
    return issubclass(type(value), BaseException) or id(value) in EXCEPTION_IDS


def _matches(error: BaseException, types: object) -> bool | None:
    """Returns whether an exception is of types; None if these are none of exceptions."""
    try:
        return exception_matches(error, types)
    except TypeError:
        return None


def _make_ends_unseen(by_id: dict[int, Shade]) -> Callable[[Frame, BaseException], bool]:
    def ends_unseen(frame: Frame, error: BaseException) -> bool:
        """Returns whether nobody can tell when an exception goes, if nothing else holds it.

        It must hold scalars alone, and no frame that it has passed, but for the one that executes, may have left
        anything but scalars and what something else holds.
        """
        cls = type(error)
        if cls not in EXCEPTIONS and (type_attribute(cls, "__del__") is not NULL or getweakrefcount(error)):
            return False
        for part in get_referents(error):
            kind = type(part)
            if kind is TracebackType:
                is_plain = passed_unseen(frame, part)
            elif kind is tuple:
                is_plain = _has_scalars(part)
            else:
                is_plain = part is cls or id(kind) in SCALAR_IDS or (kind is dict and not part)
            if not is_plain:
                return False
        return True

    def passed_unseen(frame: Frame, traceback: TracebackType | None) -> bool:
        while traceback is not None:
            passed = mirrored(traceback.tb_frame)
            if passed is not frame and (passed is None or not goes_unseen(passed)):
                return False
            traceback = traceback.tb_next
        return True

    def goes_unseen(frame: Frame) -> bool:
        """Returns whether a frame has ended, and what it has left goes nowhere."""
        if frame.mirror is not None or frame.generator is not None or frame.locals is not None:
            return False
        return frame.locals_snapshot is None and all(map(stays, frame.mirror_cells))

    def stays(cell: CellType) -> bool:
        try:
            value = cell.cell_contents
        except ValueError:
            return True  # the variable has no value
        shade = by_id.get(id(value))
        return id(type(value)) in SCALAR_IDS or (
            shade is not None and shade.count > 0 and shade.type_address == id(type(value))
        )

    return ends_unseen


def raising(error: BaseException) -> Callable[[], object]:
    """What raises an error, when nothing else is executing, that came in the midst of made code."""

    def interrupt() -> object:
        raise error.with_traceback(None)

    return interrupt
