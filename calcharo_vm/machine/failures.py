"""Telling failures of the machine and of its observer from exceptions of the guest.

A handler raises for the guest: what it raises is the guest's exception. What fails in the observer's code, in the loop
itself, or because a handler asks our own objects for something that they do not have, is our mistake, and no handler
of the guest may take it for its own.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from calcharo_vm.code.metadata import OPCODES, TABLE
from calcharo_vm.errors import CalcharoError, InstructionPlace, InternalError
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.tracebacks import MACHINE_FOLDER, GuestReference, is_machine_code

if TYPE_CHECKING:
    from types import CodeType, FrameType, TracebackType

    from calcharo_vm.machine.frame import Frame

_NOT_OURS: Final = (KeyboardInterrupt, MemoryError, RecursionError, SystemExit, GeneratorExit)
"""What may be raised anywhere, by whoever has little left or wants to leave."""
_ROOT: Final = "calcharo_vm"
_FOLDER: Final = MACHINE_FOLDER.removesuffix("machine")
_MACHINE: Final = "calcharo_vm.machine"
_OBSERVERS: Final = ("calcharo_vm.recording", "calcharo_vm.tiers")
_CALLED_BY_GUEST: Final = frozenset({"calcharo_vm.recording.modules", "calcharo_vm.recording.output"})
"""Modules of observers whose functions the guest calls: their errors are for it."""
_RAISE: Final = OPCODES["RAISE_VARARGS"]
_CORE: Final = frozenset({"Driver", "ExecutionContext", "Frame", "GuestCode", "Machine"})
"""The types of the machine's objects that handlers work on."""
_loops: set[CodeType] = set()


def calls_only_ours(code: CodeType) -> None:
    """Notes a function of the machine that calls nothing but handlers, the observer, and its like."""
    _loops.add(code)


def is_internal(error: BaseException) -> bool:
    """Whether an exception that was raised while an instruction executed is a failure of ours."""
    if isinstance(error, _NOT_OURS):
        return False
    entry, last = error.__traceback__, None
    while entry is not None and is_ours(entry.tb_frame):
        last, entry = entry, entry.tb_next
    if last is None or (entry is not None and _is_guests(entry.tb_frame.f_code)):
        return False
    code, names = last.tb_frame.f_code, last.tb_frame.f_globals
    if code in _loops and entry is not None:
        return True  # it called what is no handler of ours
    package = str(names.get("__package__"))
    if package.startswith(_OBSERVERS):
        return names.get("__name__") not in _CALLED_BY_GUEST
    return entry is None and package == _MACHINE and _betrays_itself(error, last)


def is_ours(frame: FrameType) -> bool:
    """Whether a host frame executes code of this package, or is the machine's otherwise."""
    return frame.f_code.co_filename.startswith(_FOLDER) or is_machine_code(frame.f_code) or _is_in_package(frame)


def _is_in_package(frame: FrameType) -> bool:
    package = frame.f_globals.get("__package__")
    return type(package) is str and package.partition(".")[0] == _ROOT


def _is_guests(code: CodeType) -> bool:
    """Whether frames of this host code stand for the guest's."""
    constants = code.co_consts
    return bool(constants) and isinstance(constants[-1], GuestReference)


def _betrays_itself(error: BaseException, entry: TracebackType) -> bool:
    """Whether a handler has failed: it knows no such name, or an object of ours has no such attribute."""
    if isinstance(error, AttributeError):
        return type(error.obj).__module__.startswith(_MACHINE) and type(error.obj).__name__ in _CORE
    return isinstance(error, NameError) and entry.tb_frame.f_code.co_code[entry.tb_lasti] != _RAISE


def internal_error(frame: Frame | None, error: BaseException) -> CalcharoError:
    """The error to report for a failure of ours at the instruction that a frame is at, if any is."""
    if isinstance(error, CalcharoError):  # it says itself what is wrong
        return error
    from calcharo_vm import __version__  # noqa: PLC0415 - needed when everything has gone wrong already

    python = ".".join(map(str, sys.version_info[:3]))
    where = InstructionPlace() if frame is None else _place_of(frame)
    failure = InternalError(
        f"Calcharo VM {__version__} on CPython {python} failed at {where}: {type(error).__name__}: {error}; this is a "
        "mistake of Calcharo and not of the program: please report it with the program and the traceback of this "
        "error's __cause__",
        where=where,
        python=python,
        version=__version__,
    )
    failure.__cause__ = error
    return failure


def _place_of(frame: Frame) -> InstructionPlace:
    decoded, index = frame.decoded, max(frame.ip - 1, 0)
    return InstructionPlace(
        frame.code.co_qualname,
        frame.code.co_filename,
        decoded.positions[index][0],
        TABLE.OPNAMES[decoded.opcodes[index]],
        decoded.offsets[index],
    )
