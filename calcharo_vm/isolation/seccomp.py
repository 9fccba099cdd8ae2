"""Seccomp: which system calls a process may make, decided by itself and never taken back.

The filter is a program for the kernel's packet filter, assembled here from the list in `syscalls`. What is denied fails
with EPERM, as if the process had no permission; nothing is killed for asking.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from typing import Final

from calcharo_vm.isolation import linux, syscalls

__all__ = ["filter_program", "restrict"]

_INSTRUCTION: Final = struct.Struct("HBBI")
_LOAD: Final = 0x20
_AND: Final = 0x54
_JUMP_EQUAL: Final = 0x15
_JUMP_AT_LEAST: Final = 0x35
_RETURN: Final = 0x06

_ALLOW: Final = 0x7FFF0000
_KILL: Final = 0x80000000
_ERROR: Final = 0x00050000
_DENY: Final = _ERROR | errno.EPERM
_UNKNOWN: Final = _ERROR | errno.ENOSYS

_AT_NUMBER, _AT_ARCHITECTURE, _AT_FIRST_ARGUMENT = 0, 4, 16
_X32: Final = 0x40000000
"""Numbers from here on are those of the other interface that x86-64 has, which does the same by other numbers."""
_CLONE_THREAD: Final = 0x00010000
_PRCTL_ALLOWED: Final = (3, 15, 16, 23, 39, 0x53564D41)
"""Asking for the dumpable flag, the name of a thread, the bounding set, no_new_privs; the name of a memory area."""


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return _INSTRUCTION.pack(code, if_true, if_false, value)


def _when(number: int, *then: bytes) -> list[bytes]:
    """Instructions for the system call of a number; they must end with a return."""
    return [_step(_JUMP_EQUAL, number, 0, len(then)), *then]


def _allow_if_first_argument(*values: int) -> list[bytes]:
    """Allow a call whose first argument is one of these values, and deny it otherwise."""
    steps = [_step(_LOAD, _AT_FIRST_ARGUMENT)]
    for place, value in enumerate(values):
        steps.append(_step(_JUMP_EQUAL, value, len(values) - place))
    return [*steps, _step(_RETURN, _DENY), _step(_RETURN, _ALLOW)]


def filter_program(machine: str, process: int) -> bytes:
    """Assemble the filter for a machine's architecture, for the process of that number.

    Raises:
        KeyError: The architecture's numbers are not known here.
    """
    steps = [
        _step(_LOAD, _AT_ARCHITECTURE),
        _step(_JUMP_EQUAL, syscalls.ARCHITECTURES[machine], 1),
        _step(_RETURN, _KILL),
        _step(_LOAD, _AT_NUMBER),
        _step(_JUMP_AT_LEAST, _X32, 0, 1),
        _step(_RETURN, _DENY),
    ]
    for numbers in syscalls.DENIED.values():
        if machine in numbers:
            steps += _when(numbers[machine], _step(_RETURN, _DENY))
    steps += _when(syscalls.CLONE3[machine], _step(_RETURN, _UNKNOWN))
    is_thread = (_step(_LOAD, _AT_FIRST_ARGUMENT), _step(_AND, _CLONE_THREAD), _step(_JUMP_EQUAL, _CLONE_THREAD, 1))
    steps += _when(syscalls.CLONE[machine], *is_thread, _step(_RETURN, _DENY), _step(_RETURN, _ALLOW))
    for numbers in syscalls.SIGNALS.values():
        steps += _when(numbers[machine], *_allow_if_first_argument(process))
    steps += _when(syscalls.PRLIMIT[machine], *_allow_if_first_argument(0, process))
    steps += _when(syscalls.PRCTL[machine], *_allow_if_first_argument(*_PRCTL_ALLOWED))
    return b"".join([*steps, _step(_RETURN, _ALLOW)])


class _Program(ctypes.Structure):
    """A filter as the kernel takes it (`struct sock_fprog`)."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def restrict() -> None:
    """Filter the system calls of this thread, and of those it starts, from now on.

    The thread must have no way to gain privileges (`no_new_privs`).

    Raises:
        OSError: The kernel refuses it, or the numbers of this architecture's calls are not known here.
    """
    machine = os.uname().machine
    if machine not in syscalls.ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"the system calls of {machine} are not known to Calcharo")
    program = filter_program(machine, os.getpid())
    told = _Program(len(program) // _INSTRUCTION.size, program)
    linux.filter_system_calls(ctypes.pointer(told))
