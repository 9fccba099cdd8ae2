"""The layers of isolation: what each is for, and what a worker has found of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from attrs import field, frozen

from calcharo_vm.config import Isolation

__all__ = ["LAYERS", "OPTIONAL", "WANTED", "Layer", "LayerState", "in_words", "missing_of"]


class Layer(StrEnum):
    """Names the layers, in the order in which a worker puts them on."""

    PROCESS = "process"
    USER_NAMESPACE = "user_namespace"
    NETWORK_NAMESPACE = "network_namespace"
    IPC_NAMESPACE = "ipc_namespace"
    MOUNT_NAMESPACE = "mount_namespace"
    DROPPED_ROOT = "dropped_root"
    PID_NAMESPACE = "pid_namespace"
    CGROUP = "cgroup"
    RLIMITS = "rlimits"
    NO_NEW_PRIVILEGES = "no_new_privileges"
    LANDLOCK = "landlock"
    SECCOMP = "seccomp"


@frozen
class Description:
    """What a layer is for.

    Attributes:
        prevents: What a program cannot do because of it.
        without: What it means when it is missing.
        remedy: What to do about that.
    """

    prevents: str
    without: str
    remedy: str


_NAMESPACES = "let unprivileged processes have user namespaces (sysctl user.max_user_namespaces, container profile)"

LAYERS: Final[dict[Layer, Description]] = {
    Layer.PROCESS: Description(
        "a program that hangs, crashes or ends its process takes nothing of this process with it",
        "a program runs in this process",
        "use Linux 5.4 or later, with pidfds",
    ),
    Layer.USER_NAMESPACE: Description(
        "what the program is root of, if it becomes root of anything, is nothing but its own namespace",
        "there are no namespaces at all, unless this process is root",
        _NAMESPACES,
    ),
    Layer.NETWORK_NAMESPACE: Description(
        "the program has no network, not even its own loopback",
        "seccomp alone keeps the program from the network, and Landlock from TCP",
        _NAMESPACES,
    ),
    Layer.IPC_NAMESPACE: Description(
        "the program sees no message queues and shared memory of other processes",
        "seccomp alone keeps the program from them",
        _NAMESPACES,
    ),
    Layer.MOUNT_NAMESPACE: Description(
        "the program's files are the interpreter's, those granted to it, and an empty folder to write to",
        "other files are there, and Landlock alone keeps the program from them",
        _NAMESPACES,
    ),
    Layer.DROPPED_ROOT: Description(
        "the program is not root, so that it owns no files and limits hold for it",
        "the program's process belongs to root, whom the limit of processes does not hold",
        "start this process as an ordinary user",
    ),
    Layer.PID_NAMESPACE: Description(
        "the program sees no other process, and whatever it starts ends with it",
        "the program can name other processes; Landlock and seccomp alone keep it from sending them signals",
        _NAMESPACES,
    ),
    Layer.CGROUP: Description(
        "the kernel holds all that the program starts to its memory and to a number of processes, together",
        "the watchdog looks at what all processes of the program take, twenty times a second",
        "have a group with controllers for memory and pids delegated to this process, or run it as root",
    ),
    Layer.RLIMITS: Description(
        "memory, files and CPU time are limited by the kernel, and no core is dumped",
        "a program can take what it likes between two looks of the watchdog",
        "this process's own hard limits may be lower than what was asked for: see ulimit -H",
    ),
    Layer.NO_NEW_PRIVILEGES: Description(
        "no program that it executes has more privileges than it has",
        "set-user-id programs work for the program",
        "use Linux 3.5 or later",
    ),
    Layer.LANDLOCK: Description(
        "the program reads and writes what it is meant to, whatever else its file system holds",
        "only the mount namespace keeps the program from other files",
        "use Linux 5.13 or later with landlock among the kernel's active security modules (lsm=...)",
    ),
    Layer.SECCOMP: Description(
        "the program cannot ask the kernel for sockets, processes, signals to others, mounts and much else",
        "the program can start processes and reach parts of the kernel that have had holes",
        "use Linux 3.17 or later on x86-64 or 64-bit ARM, in a container whose profile allows seccomp",
    ),
}

WANTED: Final[dict[Isolation, tuple[Layer, ...]]] = {
    Isolation.NONE: (),
    Isolation.WORKER: (Layer.PROCESS, Layer.CGROUP, Layer.RLIMITS, Layer.NO_NEW_PRIVILEGES),
    Isolation.ISOLATED: tuple(Layer),
}
"""The layers that make each kind of isolation."""
OPTIONAL: Final = frozenset({Layer.CGROUP})
"""Those that something else stands in for where they cannot be had: programs run without."""


@frozen
class LayerState:
    """Says whether a layer is in force.

    Attributes:
        layer: The layer.
        is_active: Whether the forbidden act was tried in the worker and failed.
        why: What it was proved by; or why it is missing.
    """

    layer: Layer = field(converter=Layer)
    is_active: bool
    why: str = ""

    @property
    def meaning(self) -> str:
        """What the layer prevents, or what it means that it is missing."""
        about = LAYERS[self.layer]
        return about.prevents if self.is_active else about.without

    @property
    def remedy(self) -> str:
        """What to do about a missing layer."""
        return "" if self.is_active else LAYERS[self.layer].remedy


def missing_of(states: tuple[LayerState, ...]) -> tuple[LayerState, ...]:
    """The layers that are missing and that nothing stands in for."""
    return tuple(state for state in states if not state.is_active and state.layer not in OPTIONAL)


def in_words(isolation: Isolation, states: tuple[LayerState, ...]) -> tuple[str, ...]:
    """Give what a recording says of its isolation: its kind, the layers in force, and those that were missing."""
    active = [str(state.layer) for state in states if state.is_active]
    missing = [f"without {state.layer}: {state.why}" for state in missing_of(states)]
    return (str(isolation), *active, *missing)
