"""What made functions call where something is raised and handled within one frame.

The host's own exception state is not that of the program meanwhile: nothing that looks at it is called.
"""

from __future__ import annotations

import builtins
from gc import get_referents
from types import TracebackType
from typing import TYPE_CHECKING
from weakref import getweakrefcount

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.attributes import type_attribute
from calcharo_vm.machine.exceptions import exception_matches, previous_exception
from calcharo_vm.machine.hiding import hidden
from calcharo_vm.machine.signals import ENTER_HANDLER, LEAVE_HANDLER
from calcharo_vm.machine.tracebacks import add_traceback_entry, mirrored
from calcharo_vm.machine.values import NULL
from calcharo_vm.recording import ops
from calcharo_vm.recording.messages import message_of
from calcharo_vm.tiers.compiled.values import SCALAR_IDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcharo_vm.machine.frame import Frame
    from calcharo_vm.recording import Recorder
    from calcharo_vm.recording.identity import Shade

CATCHES = (ArithmeticError, LookupError, ValueError)
"""What an operation that is compiled may raise with the very arguments that its handler's would have."""
EXCEPTIONS = frozenset(
    each for each in vars(builtins).values() if type(each) is type and issubclass(each, BaseException)
) - {BaseExceptionGroup, ExceptionGroup}
"""The interpreter's own exception classes; making an instance of one does nothing else."""
_EXCEPTION_IDS = frozenset(map(id, EXCEPTIONS))


def environment(recorder: Recorder) -> dict[str, object]:
    """What made functions find under the names of what is here."""
    return {
        "CATCHES": CATCHES,
        "catch": _make_catch(recorder),
        "raised": _raised,
        "can_raise": _can_raise,
        "matches": _matches,
        "previous_exception": previous_exception,
        "ends_unseen": _ends_unseen,
        "ENTER_HANDLER": ENTER_HANDLER,
        "LEAVE_HANDLER": LEAVE_HANDLER,
    }


NAMES = tuple(
    "CATCHES catch raised can_raise matches previous_exception ends_unseen ENTER_HANDLER LEAVE_HANDLER".split()
)
"""Their names."""


def _make_catch(recorder: Recorder) -> Callable[..., Shade]:
    shadow = recorder.shadow
    extend, see_raised, hold = recorder.tape.words.extend, shadow.raised, shadow.hold

    def catch(frame: Frame, index: int, depth: int, error: BaseException, is_raised: bool = True) -> Shade:
        """Tells that an instruction raised, or raised again, and that a handler of its frame takes over.

        The error gets its entry for the frame if it is raised there.
        """
        if is_raised:
            frame.ip = index + 1
            add_traceback_entry(frame, error)
            frame.raised_at = None
        extend((ops.RAISED, *message_of(error)))
        see_raised(error)
        extend((ops.HANDLED, depth))
        shade: Shade = hold(error)  # type: ignore[assignment] # it is no scalar
        extend((ops.CAUGHT, shade.token))
        return shade

    return hidden(catch)


@hidden
def _raised(value: BaseException | type[BaseException]) -> BaseException:
    """What the statement `raise` raises, which CPython gives its context."""
    try:
        raise value
    except BaseException as error:
        return error


def _can_raise(value: object) -> bool:
    """Returns whether raising a value runs no code of the program."""
    return issubclass(type(value), BaseException) or id(value) in _EXCEPTION_IDS


def _matches(error: BaseException, types: object) -> bool | None:
    """Returns whether an exception is of types; None if these are none of exceptions."""
    try:
        return exception_matches(error, types)
    except TypeError:
        return None


def _ends_unseen(frame: Frame, error: BaseException) -> bool:
    """Returns whether nobody can tell when an exception goes, if nothing else holds it.

    It must hold scalars alone, and have passed no frame but the one that executes, or such as have left scalars.
    """
    cls = type(error)
    if cls not in EXCEPTIONS and (type_attribute(cls, "__del__") is not NULL or getweakrefcount(error)):
        return False
    for part in get_referents(error):
        kind = type(part)
        if kind is TracebackType:
            is_plain = _passed_scalars(frame, part)
        elif kind is tuple:
            is_plain = all(id(type(each)) in SCALAR_IDS for each in part)
        else:
            is_plain = part is cls or id(kind) in SCALAR_IDS or (kind is dict and not part)
        if not is_plain:
            return False
    return True


def _passed_scalars(frame: Frame, traceback: TracebackType | None) -> bool:
    while traceback is not None:
        passed = mirrored(traceback.tb_frame)
        if passed is not frame and (passed is None or not _has_left_scalars(passed)):
            return False
        traceback = traceback.tb_next
    return True


def _has_left_scalars(frame: Frame) -> bool:
    """Returns whether a frame has ended, and nothing but scalars was left in its variables."""
    if frame.mirror is not None or frame.generator is not None or frame.locals is not None:
        return False
    try:
        return all(id(type(cell.cell_contents)) in SCALAR_IDS for cell in frame.mirror_cells)
    except ValueError:
        return False  # one has never been bound


def raising(error: BaseException) -> Callable[[], object]:
    """What raises an error, when nothing else is executing, that came in the midst of made code."""

    def interrupt() -> object:
        raise error.with_traceback(None)

    return interrupt
