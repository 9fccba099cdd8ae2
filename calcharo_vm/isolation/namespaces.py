"""Namespaces: a world with nothing in it but what a program needs.

A zygote moves into namespaces once, for all programs of its kind. Each program gets processes, a user and an empty
folder of its own besides. The way to a file system that holds only a few folders is that of containers: a file system
in memory, the folders bound into it, and the old root let go (pivot_root(2)).
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from calcharo_vm.isolation import linux
from calcharo_vm.isolation.layers import Layer
from calcharo_vm.isolation.rules import DEVICES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calcharo_vm.isolation.rules import Rules

__all__ = ["NOBODY", "SCRATCH", "enter_own", "enter_shared", "place_for_folders"]

NOBODY: Final = 65534
"""The user and group that a worker of root becomes."""
SCRATCH: Final = "/scratch"
"""Where a program's empty folder is."""
_SCRATCH_SIZE: Final = "size=64m,nr_inodes=4096,mode=0700"
_SHARED_SIZE: Final = "size=64m,nr_inodes=4096,mode=0777"
_ROOT_SIZE: Final = "size=4m,mode=0755"
_MOUNT_POINT: Final = "/tmp"  # noqa: S108 - nothing is written there: it is covered in a namespace of our own

_SHARED: Final = (
    (Layer.NETWORK_NAMESPACE, linux.CLONE_NEWNET),
    (Layer.IPC_NAMESPACE, linux.CLONE_NEWIPC | linux.CLONE_NEWUTS),
    (Layer.MOUNT_NAMESPACE, linux.CLONE_NEWNS),
)
_LOCKED_FLAGS: Final = (
    (os.ST_NOSUID, linux.MS_NOSUID),
    (os.ST_NODEV, linux.MS_NODEV),
    (os.ST_NOEXEC, linux.MS_NOEXEC),
    (os.ST_NOATIME, linux.MS_NOATIME),
    (os.ST_NODIRATIME, linux.MS_NODIRATIME),
    (os.ST_RELATIME, linux.MS_RELATIME),
)
"""What a mount has that an unprivileged process may not take away when it makes it read-only."""


def enter_shared(rules: Rules, failures: dict[Layer, str]) -> int:
    """Move a zygote into the namespaces that its programs share, and have it stop being root.

    Args:
        rules: What is wanted.
        failures: Gets the layers that cannot be had, and why.

    Returns:
        A descriptor of the folder /proc, which is out of reach by its name afterwards.
    """
    proc = os.open("/proc", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    is_root = os.geteuid() == 0
    if not is_root or not _can_be_alone():
        _enter_user(rules, failures, proc)
    for layer, flag in _SHARED:
        if layer in rules.wanted:
            with _kept(failures, layer), _proved(layer):
                if rules.has(layer):
                    linux.unshare(flag)
    if rules.has(Layer.MOUNT_NAMESPACE) and Layer.MOUNT_NAMESPACE not in failures:
        with _kept(failures, Layer.MOUNT_NAMESPACE):
            _move_to_private_root(rules.readable)
    if is_root and rules.has(Layer.DROPPED_ROOT):
        with _kept(failures, Layer.DROPPED_ROOT):
            _become_nobody()
    return proc


def enter_own(rules: Rules, failures: dict[Layer, str], proc: int) -> str | None:
    """Move the keeper of one program into the namespaces that the program has for itself.

    What it forks from now on is in processes of their own.

    Returns:
        The program's folder, empty and in memory; None when there cannot be such a folder.
    """
    _enter_user(rules, failures, proc)
    scratch = None
    if rules.has(Layer.MOUNT_NAMESPACE) and Layer.MOUNT_NAMESPACE not in failures:
        with _kept(failures, Layer.MOUNT_NAMESPACE):
            linux.unshare(linux.CLONE_NEWNS)
            flags = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
            linux.mount("scratch", SCRATCH, "tmpfs", flags, _SCRATCH_SIZE)
            scratch = SCRATCH
    if rules.has(Layer.PID_NAMESPACE):
        with _kept(failures, Layer.PID_NAMESPACE):
            linux.unshare(linux.CLONE_NEWPID)
    return scratch


def place_for_folders() -> str | None:
    """Give the folder in which a folder can be made for a program; None for the usual one."""
    return SCRATCH if os.path.isdir(SCRATCH) and not os.path.isdir("/proc/self") else None  # noqa: PTH112


class _kept(suppress):  # noqa: N801 - it reads as what it does, like `suppress`
    """Notes that a layer cannot be had, and why, when the block fails."""

    def __init__(self, failures: dict[Layer, str], layer: Layer) -> None:
        super().__init__(OSError)
        self._failures = failures
        self._layer = layer

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: object) -> bool:
        if isinstance(error, OSError):
            self._failures.setdefault(self._layer, str(error.strerror or error))
            return True
        return False


@contextmanager
def _proved(layer: Layer) -> Iterator[None]:
    """Try whether a message queue made before the block is out of reach after it; somebody outside removes it.

    Raises:
        OSError: It is not.
    """
    if layer is not Layer.IPC_NAMESPACE:
        yield
        return
    queue = linux.new_message_queue()
    wait, go = os.pipe()
    outside = os.fork()
    if outside == 0:
        os.close(go)
        os.read(wait, 1)
        linux.remove_message_queue(queue)
        os._exit(0)
    os.close(wait)
    try:
        yield
        try:
            linux.ask_message_queue(queue)
        except OSError:
            return
    finally:
        os.close(go)
        os.waitpid(outside, 0)
    raise OSError(errno.EINVAL, "a message queue made outside was there")


def _can_be_alone() -> bool:
    """Whether this process is root enough to have namespaces without being root in one of users."""
    child = os.fork()
    if child == 0:
        with suppress(OSError):
            linux.unshare(linux.CLONE_NEWNS)
            os._exit(0)
        os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _enter_user(rules: Rules, failures: dict[Layer, str], proc: int) -> None:
    """Move into a namespace of users in which this process is who it was, with all privileges over the namespace."""
    if not rules.has(Layer.USER_NAMESPACE):
        return
    user, group = os.geteuid(), os.getegid()
    with _kept(failures, Layer.USER_NAMESPACE):
        linux.unshare(linux.CLONE_NEWUSER)
        linux.hide_memory(hidden=False)  # or else the files below are root's
        _write(proc, "setgroups", "deny")
        _write(proc, "uid_map", f"{user} {user} 1")
        _write(proc, "gid_map", f"{group} {group} 1")


def _write(proc: int, name: str, text: str) -> None:
    file = os.open(f"self/{name}", os.O_WRONLY | os.O_CLOEXEC, dir_fd=proc)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)


def _become_nobody() -> None:
    """Stop being root.

    Raises:
        OSError: What programs import could not be read any more.
    """
    child = os.fork()
    if child == 0:
        with suppress(OSError):
            _give_up_user()
            for needed in (os.__file__, __file__):
                os.close(os.open(needed, os.O_RDONLY))
            os._exit(0)
        os._exit(1)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
        raise OSError(errno.EACCES, "only root can read the interpreter's files, or root may not become another user")
    _give_up_user()


def _give_up_user() -> None:
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


# --- a file system with little in it ---------------------------------------------------------------


def _move_to_private_root(readable: tuple[str, ...]) -> None:
    """Make the root a file system in memory that holds some files and folders of the old one, not to be written."""
    linux.mount(None, "/", None, linux.MS_REC | linux.MS_PRIVATE)
    # Where they are may be covered by the new root, so that they are opened first.
    opened = {path: os.open(path, os.O_PATH | os.O_CLOEXEC) for path in (*readable, *DEVICES) if os.path.exists(path)}  # noqa: PTH110
    flags = {path: _flags_of(path) for path in opened}
    linux.mount("root", _MOUNT_POINT, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, _ROOT_SIZE)
    try:
        for path, file in opened.items():
            target = f"{_MOUNT_POINT}{path}"
            if not _is_there(target):
                _make_place(target, stat.S_ISDIR(os.fstat(file).st_mode))
                linux.mount(f"/proc/self/fd/{file}", target, None, linux.MS_BIND)
                kept = linux.MS_BIND | linux.MS_REMOUNT | linux.MS_RDONLY | linux.MS_NOSUID | flags[path]
                linux.mount(None, target, None, kept)
    finally:
        for file in opened.values():
            os.close(file)
    os.mkdir(f"{_MOUNT_POINT}{SCRATCH}")  # noqa: PTH102
    own = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
    linux.mount(
        "scratch", f"{_MOUNT_POINT}{SCRATCH}", "tmpfs", own, _SHARED_SIZE
    )  # where a program has none of its own
    linux.mount(None, _MOUNT_POINT, None, linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY | linux.MS_NOSUID)
    linux.pivot_to(_MOUNT_POINT)


def _is_there(target: str) -> bool:
    """Whether a folder that is bound already holds what is to be bound there."""
    return os.path.lexists(target) and bool(os.path.isfile(target) or os.listdir(target))  # noqa: PTH113, PTH208


def _make_place(target: str, is_folder: bool) -> None:
    """Make what something can be bound over."""
    os.makedirs(target if is_folder else os.path.dirname(target), mode=0o755, exist_ok=True)  # noqa: PTH103, PTH120
    if not is_folder:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644))


def _flags_of(path: str) -> int:
    """Give the flags that a file's mount has and that must stay."""
    found = os.statvfs(path).f_flag
    return sum(flag for known, flag in _LOCKED_FLAGS if found & known)
