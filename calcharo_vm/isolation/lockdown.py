"""Locking a worker's process down, and proving each layer by trying what it forbids."""

from __future__ import annotations

import errno
import os
import resource
import signal
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from calcharo_vm.isolation import landlock, linux, rlimits, seccomp
from calcharo_vm.isolation.layers import Layer, LayerState
from calcharo_vm.isolation.namespaces import NOBODY
from calcharo_vm.isolation.rules import DEVICES

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcharo_vm.isolation.rules import Rules

__all__ = ["lock_down"]

_DENIED: Final = frozenset({errno.EPERM, errno.EACCES})


def lock_down(rules: Rules, failures: dict[Layer, str], scratch: str, outside: int) -> tuple[LayerState, ...]:
    """Put on the layers that the process that runs a program puts on itself, and say which are in force.

    Args:
        rules: What is wanted.
        failures: The layers that are known to be missing, and why.
        scratch: The folder that the program may write to.
        outside: The number of a process that is not the program's.
    """
    proofs: dict[Layer, str] = {Layer.PROCESS: "the program has a process of its own, which is watched by a pidfd"}
    steps: tuple[tuple[Layer, Callable[[], None], Callable[[], str]], ...] = (
        (Layer.USER_NAMESPACE, _nothing, _try_namespaces),
        (Layer.NETWORK_NAMESPACE, _nothing, _try_network),
        (Layer.IPC_NAMESPACE, _nothing, _tried_before),
        (Layer.MOUNT_NAMESPACE, _nothing, _try_other_files),
        (Layer.DROPPED_ROOT, _nothing, _try_being_root),
        (Layer.PID_NAMESPACE, _nothing, lambda: _try_process(outside)),
        (Layer.CGROUP, _nothing, _try_many_processes),
        (Layer.RLIMITS, lambda: rlimits.restrict_process(rules.isolation), lambda: _try_limits(rules, scratch)),
        (Layer.NO_NEW_PRIVILEGES, _give_up_privileges, _ask_privileges),
        (Layer.LANDLOCK, lambda: landlock.restrict(rules.readable, (scratch, *DEVICES)), _try_listing_root),
        (Layer.SECCOMP, seccomp.restrict, _try_denied_calls),
    )
    for layer, put_on, try_it in steps:
        if layer in rules.wanted and layer not in failures:
            try:
                if rules.has(layer):
                    put_on()
                proofs[layer] = try_it()  # which fails if the layer was left out
            except OSError as error:
                failures[layer] = str(error.strerror or error)
    return tuple(
        LayerState(layer, layer not in failures, failures.get(layer) or proofs.get(layer, "")) for layer in rules.wanted
    )


def _nothing() -> None:
    """Does nothing: the keeper or the zygote has put on the layer."""


def _give_up_privileges() -> None:
    with suppress(OSError):
        linux.drop_capabilities()
    linux.set_no_new_privileges()


def _expect(numbers: frozenset[int] | set[int], what: str, act: Callable[[], object]) -> str:
    """Try a forbidden act, and say how it failed.

    Raises:
        OSError: It did not fail, or failed for another reason.
    """
    try:
        act()
    except OSError as error:
        if error.errno in numbers:
            return f"{what}: {os.strerror(error.errno or 0)}"
        raise OSError(error.errno, f"{what} failed otherwise than expected: {error}") from error
    raise OSError(errno.EINVAL, f"{what} was possible")


# --- the forbidden acts ----------------------------------------------------------------------------


def _try_namespaces() -> str:
    """Nobody outside of the namespace can be named: not forbidden, but unknown, is who tries."""
    other = os.geteuid() + 1
    return _expect({errno.EINVAL}, "becoming another user", lambda: os.setresuid(other, other, other))


def _try_network() -> str:
    """A datagram cannot be sent to this machine itself."""

    def send() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"", ("127.0.0.1", 9))

    return _expect({errno.ENETUNREACH, errno.EADDRNOTAVAIL}, "sending a datagram to 127.0.0.1", send)


def _tried_before() -> str:
    """The zygote has tried it: it needs somebody who stays outside."""
    return "asking for a message queue made outside: Invalid argument"


def _try_other_files() -> str:
    return _expect({errno.ENOENT}, "opening /etc/passwd", lambda: os.open("/etc/passwd", os.O_RDONLY))


def _try_being_root() -> str:
    if os.geteuid() not in {0, NOBODY}:
        return "the worker's user is an ordinary one"
    return _expect(_DENIED | {errno.EINVAL}, "becoming root", lambda: os.setresuid(0, 0, 0))


def _try_process(outside: int) -> str:
    return _expect({errno.ESRCH}, "naming another process", lambda: os.kill(outside, 0))


def _try_many_processes() -> str:
    """The group has room for this process and the first one of its namespace."""

    def spawn() -> None:  # which copies no memory before it fails, unlike a fork
        with suppress(FileNotFoundError):  # of what there is nothing to execute, when there is a process
            os.posix_spawn("/nothing/there", ["nothing"], {})

    return _expect({errno.EAGAIN}, "making more processes than there may be", spawn)


def _ask_privileges() -> str:
    if not linux.has_no_new_privileges():
        raise OSError(errno.EINVAL, "the kernel does not keep it")
    return "the kernel says that it is set"


def _try_limits(rules: Rules, scratch: str) -> str:
    if resource.getrlimit(resource.RLIMIT_CORE)[0] != 0:
        raise OSError(errno.EINVAL, "cores can be dumped")
    if rules.isolation == "worker":
        return "the kernel says that no core can be dumped"
    path = f"{scratch}/probe"
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        return _expect({errno.EFBIG}, "a file of too many bytes", lambda: os.truncate(file, rlimits.FILE_BYTES + 1))
    finally:
        signal.signal(signal.SIGXFSZ, ignored)
        os.close(file)
        os.unlink(path)  # noqa: PTH108 - paths are strings here


def _try_listing_root() -> str:
    return _expect({errno.EACCES}, "listing the root folder", lambda: os.listdir("/"))  # noqa: PTH208 - as above


def _try_denied_calls() -> str:
    def fork() -> None:
        if os.fork() == 0:
            os._exit(0)
        os.wait()

    _expect({errno.EPERM}, "making a socket", socket.socket)
    return _expect({errno.EPERM}, "making a socket, and a process", fork)
