"""Landlock: what files a process may reach, decided by itself and never taken back.

The kernel's document is https://docs.kernel.org/userspace-api/landlock.html; the three system calls have the same
numbers on every architecture, and no function in the C library.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from typing import TYPE_CHECKING, Final

from calcharo_vm.isolation.linux import syscall

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["restrict", "version"]

_CREATE_RULESET: Final = 444
_ADD_RULE: Final = 445
_RESTRICT_SELF: Final = 446
_ASK_VERSION: Final = 1
_PATH_BENEATH: Final = 1

_WRITE_FILE: Final = 1 << 1
_READ_FILE: Final = 1 << 2
_READ_DIR: Final = 1 << 3
_READING: Final = _READ_FILE | _READ_DIR
_TRUNCATE: Final = 1 << 14
_MAKE_DEVICES_AND_SOCKETS: Final = 1 << 6 | 1 << 9 | 1 << 11
_EXECUTE: Final = 1
_FILE_RIGHTS: Final = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
"""The rights to files that each version of Landlock knows, the versions without new ones left out."""
_TCP: Final = 0b11
_TCP_SINCE: Final = 4
_SCOPES: Final = 0b11
_SCOPES_SINCE: Final = 6

_RULESET: Final = struct.Struct("QQQ")
_RULE: Final = struct.Struct("=Qi")


def version() -> int:
    """The version of Landlock that this kernel has.

    Raises:
        OSError: It has none, or it is switched off.
    """
    return syscall("landlock_create_ruleset", _CREATE_RULESET, None, 0, _ASK_VERSION)


def restrict(readable: Iterable[str], writable: Iterable[str]) -> None:
    """Let this thread, and those it starts, reach the given files and folders only.

    TCP, signals to other processes and abstract sockets of others are denied where the kernel's version knows how.
    The thread must have no way to gain privileges (`no_new_privs`).

    Args:
        readable: What may be read, with all that is below; what does not exist is passed over.
        writable: What may be read, written, made and removed. A single file may only be read and written.

    Raises:
        OSError: The kernel refuses it.
    """
    known = version()
    rights = _FILE_RIGHTS[max(each for each in _FILE_RIGHTS if each <= known)]
    asked = _RULESET.pack(rights, _TCP if known >= _TCP_SINCE else 0, _SCOPES if known >= _SCOPES_SINCE else 0)
    buffer = ctypes.cast(ctypes.create_string_buffer(asked), ctypes.c_void_p)
    ruleset = syscall("landlock_create_ruleset", _CREATE_RULESET, buffer, len(asked), 0)
    try:
        for path in readable:
            _allow(ruleset, path, _READING)
        for path in writable:
            _allow(ruleset, path, rights & ~_EXECUTE & ~_MAKE_DEVICES_AND_SOCKETS)
        syscall("landlock_restrict_self", _RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(opened).st_mode):
            rights &= _READ_FILE | _WRITE_FILE | _TRUNCATE
        rule = ctypes.cast(ctypes.create_string_buffer(_RULE.pack(rights, opened)), ctypes.c_void_p)
        syscall("landlock_add_rule", _ADD_RULE, ruleset, _PATH_BENEATH, rule, 0)
    finally:
        os.close(opened)
