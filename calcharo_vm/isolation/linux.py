"""The calls of the Linux kernel that Python's library has no names for.

The numbers and constants are those of the kernel's headers (`linux/prctl.h`, `linux/sched.h`, `sys/mount.h`), which
are the same on every architecture unless said otherwise.
"""

from __future__ import annotations

import ctypes
import os
import struct
from typing import Final

__all__ = [
    "CLONE_NEWIPC",
    "CLONE_NEWNET",
    "CLONE_NEWNS",
    "CLONE_NEWPID",
    "CLONE_NEWUSER",
    "CLONE_NEWUTS",
    "ask_message_queue",
    "be_subreaper",
    "die_with_parent",
    "drop_capabilities",
    "filter_system_calls",
    "has_no_new_privileges",
    "hide_memory",
    "mount",
    "new_message_queue",
    "pivot_to",
    "remove_message_queue",
    "set_no_new_privileges",
    "syscall",
    "unshare",
]

CLONE_NEWNS: Final = 0x00020000
CLONE_NEWUTS: Final = 0x04000000
CLONE_NEWIPC: Final = 0x08000000
CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWPID: Final = 0x20000000
CLONE_NEWNET: Final = 0x40000000

MS_RDONLY: Final = 1
MS_NOSUID: Final = 2
MS_NODEV: Final = 4
MS_NOEXEC: Final = 8
MS_REMOUNT: Final = 32
MS_NOATIME: Final = 1024
MS_NODIRATIME: Final = 2048
MS_BIND: Final = 4096
MS_REC: Final = 16384
MS_PRIVATE: Final = 1 << 18
MS_RELATIME: Final = 1 << 21
_MNT_DETACH: Final = 2

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_DUMPABLE: Final = 4
_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_GET_NO_NEW_PRIVS: Final = 39
_PR_SET_CHILD_SUBREAPER: Final = 36
_PR_SET_SECCOMP: Final = 22
_SECCOMP_MODE_FILTER: Final = 2

_IPC_PRIVATE, _IPC_RMID, _IPC_STAT = 0, 0, 2

_PIVOT_ROOT: Final = {"x86_64": 155, "aarch64": 41}
_CAPSET: Final = {"x86_64": 126, "aarch64": 91}
_CAPABILITIES: Final = struct.Struct("II")
_CAPABILITY_VERSION: Final = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, call: str) -> int:
    """Raise what the kernel says is wrong, with the name of the call.

    Raises:
        OSError: The call failed.
    """
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")
    return result


def syscall(call: str, number: int, *arguments: int | ctypes.c_void_p | None) -> int:
    """Make a system call by its number, for those that the C library has no function for.

    Raises:
        OSError: The kernel refuses it.
    """
    given = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    return _checked(_libc.syscall(ctypes.c_long(number), *given), call)


def _prctl(call: str, option: int, value: int = 0) -> int:
    words = [ctypes.c_ulong(each) for each in (value, 0, 0, 0)]
    return _checked(_libc.prctl(ctypes.c_int(option), *words), call)


def die_with_parent(signal: int) -> None:
    """Have this process get a signal when its parent ends; a parent that has ended already is not noticed."""
    _prctl("PR_SET_PDEATHSIG", _PR_SET_PDEATHSIG, signal)


def be_subreaper() -> None:
    """Have orphans among this process's descendants become its children."""
    _prctl("PR_SET_CHILD_SUBREAPER", _PR_SET_CHILD_SUBREAPER, 1)


def hide_memory(hidden: bool = True) -> None:
    """Keep other processes of the same user from reading this one's memory, or let them again."""
    _prctl("PR_SET_DUMPABLE", _PR_SET_DUMPABLE, int(not hidden))


def set_no_new_privileges() -> None:
    """Have this thread and its descendants never gain privileges again, whatever they execute."""
    _prctl("PR_SET_NO_NEW_PRIVS", _PR_SET_NO_NEW_PRIVS, 1)


def filter_system_calls(program: ctypes._Pointer[ctypes.Structure]) -> None:
    """Install a seccomp filter in this thread.

    Raises:
        OSError: The kernel refuses it.
    """
    nothing = ctypes.c_ulong(0)
    filtering = ctypes.c_ulong(_SECCOMP_MODE_FILTER)
    _checked(_libc.prctl(_PR_SET_SECCOMP, filtering, program, nothing, nothing), "PR_SET_SECCOMP")


def has_no_new_privileges() -> bool:
    """Whether this thread can gain no privileges."""
    return _prctl("PR_GET_NO_NEW_PRIVS", _PR_GET_NO_NEW_PRIVS) == 1


def drop_capabilities() -> None:
    """Give up all capabilities of this thread."""
    header = ctypes.create_string_buffer(_CAPABILITIES.pack(_CAPABILITY_VERSION, 0))
    nothing = ctypes.create_string_buffer(24)
    syscall("capset", _CAPSET[os.uname().machine], ctypes.cast(header, ctypes.c_void_p), _address(nothing))


def _address(buffer: ctypes.Array[ctypes.c_char]) -> ctypes.c_void_p:
    return ctypes.cast(buffer, ctypes.c_void_p)


def unshare(flags: int) -> None:
    """Move this process into new namespaces.

    Raises:
        OSError: The kernel refuses it.
    """
    _checked(_libc.unshare(ctypes.c_int(flags)), "unshare")


def mount(source: str | None, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    """Mount something; flags and data are those of the system call.

    Raises:
        OSError: The kernel refuses it.
    """
    texts = [None if each is None else os.fsencode(each) for each in (source, target, kind)]
    told = None if data is None else data.encode()
    _checked(_libc.mount(*texts, ctypes.c_ulong(flags), told), f"mount {target}")


def pivot_to(root: str) -> None:
    """Make a mounted folder the root of this mount namespace, and let go of the old one.

    Raises:
        OSError: The kernel refuses it.
    """
    os.chdir(root)
    here = _address(ctypes.create_string_buffer(b"."))
    syscall("pivot_root", _PIVOT_ROOT[os.uname().machine], here, here)
    _checked(_libc.umount2(b".", ctypes.c_int(_MNT_DETACH)), "umount2")  # the old root lies over the new one
    os.chdir("/")


def new_message_queue() -> int:
    """Make a System V message queue without a name, and give its number.

    Raises:
        OSError: The kernel refuses it.
    """
    return _checked(_libc.msgget(_IPC_PRIVATE, 0o600), "msgget")


def ask_message_queue(number: int) -> None:
    """Ask the kernel about a message queue.

    Raises:
        OSError: There is none of that number.
    """
    _checked(_libc.msgctl(number, _IPC_STAT, ctypes.create_string_buffer(256)), "msgctl")


def remove_message_queue(number: int) -> None:
    """Remove a message queue.

    Raises:
        OSError: There is none of that number.
    """
    _checked(_libc.msgctl(number, _IPC_RMID, None), "msgctl")
