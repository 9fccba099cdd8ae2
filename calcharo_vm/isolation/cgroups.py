"""Control groups: ceilings that the kernel holds all processes of a worker to, together.

A group is a folder, made below the one that this process is in, and below no other. That needs to be allowed: by being
root, or by the service manager (delegation). Both versions are known; where both are mounted, version 1 has the
controllers that matter here.

The kernel's documents are https://docs.kernel.org/admin-guide/cgroup-v2.html and .../cgroup-v1/.
"""

from __future__ import annotations

import errno
import mmap
import os
import re
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Cgroup", "Place", "enter", "find_place", "prove", "remove_stale", "sweep"]

_MEMORY, _PIDS = "memory", "pids"
_KERNELS: Final = 16 << 20
"""What the kernel counts besides the program's memory: its own for pipes, files and tables of pages."""
_PROVED_WITH: Final = 1 << 20
_HANDED_ON: Final = "cgroup.subtree_control"
_NAME: Final = re.compile(r"calcharo-(\d+)-(\d+)-(\d+)-\d+")
_FILES: Final = {
    1: ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.usage_in_bytes", "memory.oom_control"),
    2: ("memory.max", "memory.swap.max", "memory.current", "memory.events"),
}
"""By version: the ceiling, that with what is swapped (version 2: of what is swapped), what is used, what happened."""


@frozen
class Place:
    """Where this process may make groups.

    Attributes:
        version: The version of control groups that is mounted there.
        memory: The folder of this process in the hierarchy that limits memory.
        pids: That in the hierarchy which limits processes; the same in version 2.
    """

    version: int
    memory: str
    pids: str

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders in which a group is made."""
        return tuple(dict.fromkeys((self.memory, self.pids)))


def find_place(proc: str = "/proc/self") -> Place:
    """Find where this process may make groups that limit memory and processes.

    Args:
        proc: The folder that tells of this process.

    Raises:
        OSError: There is no such place, or it may not be written to.
    """
    own = dict(_own_groups(proc))
    mounts = list(_mounts(proc))
    found = {
        controller: folder
        for version, controllers, mounted, top in mounts
        if version == 1
        for controller in (_MEMORY, _PIDS)
        if controller in controllers and (folder := _folder(mounted, top, own.get(controller)))
    }
    if len(found) == 2:
        return _writable(Place(1, found[_MEMORY], found[_PIDS]))
    for version, _, mounted, top in mounts:
        folder = _folder(mounted, top, own.get("")) if version == 2 else None
        if folder is not None:
            given = _read(folder, _HANDED_ON).split()
            if _MEMORY in given and _PIDS in given:
                return _writable(Place(2, folder, folder))
            raise OSError(errno.EACCES, f"{folder} hands neither memory nor processes on to groups below it")
    raise OSError(errno.ENOENT, "no control groups for memory and processes are mounted here")


def _writable(place: Place) -> Place:
    for folder in place.folders:
        if not os.access(folder, os.W_OK | os.X_OK):
            raise OSError(errno.EACCES, f"{folder} is not delegated to this process")
    return place


def _own_groups(proc: str) -> Iterator[tuple[str, str]]:
    """Give the group of this process by controller; that of version 2 has no name."""
    for line in _read(proc, "cgroup").splitlines():
        _, controllers, group = line.split(":", 2)
        for controller in controllers.split(","):
            yield controller, group


def _mounts(proc: str) -> Iterator[tuple[int, list[str], str, str]]:
    """Give what is mounted of control groups: version, controllers, where, and which group is at the top of it."""
    for line in _read(proc, "mountinfo").splitlines():
        mount, _, kind = line.partition(" - ")
        words, (name, _, options) = mount.split(), [*kind.split(), "", "", ""][:3]
        if name == "cgroup":
            yield 1, options.split(","), words[4], words[3]
        elif name == "cgroup2":
            yield 2, [], words[4], words[3]


def _folder(mounted: str, top: str, group: str | None) -> str | None:
    """Give the folder of a group in a mount, if it can be seen there."""
    if group is None or not f"{group}/".startswith(f"{top.rstrip('/')}/"):
        return None
    folder = f"{mounted}/{group.removeprefix(top).strip('/')}".rstrip("/")
    return folder if os.path.isdir(folder) else None  # noqa: PTH112 - paths are strings here


class Cgroup:
    """A group for one worker, made when this is.

    Attributes:
        doors: Files that a process enters the group by, when it writes "0" to them.
    """

    def __init__(self, place: Place, processes: int) -> None:
        """Make the group.

        Args:
            place: Where.
            processes: How many processes and threads may be in it.

        Raises:
            OSError: It cannot be made.
        """
        name = f"calcharo-{_identity()}-{_next_number()}"
        self._place = place
        self._folders = [f"{folder}/{name}" for folder in place.folders]
        self._memory, self._pids = f"{place.memory}/{name}", f"{place.pids}/{name}"
        self.doors: list[int] = []
        try:
            for folder in self._folders:
                os.mkdir(folder, 0o755)  # noqa: PTH102 - as above
            self.let_have(processes=processes)
            self.doors = [os.open(f"{folder}/cgroup.procs", os.O_WRONLY | os.O_CLOEXEC) for folder in self._folders]
        except OSError:
            self.close()
            raise

    def let_have(self, *, memory: int | None = None, processes: int | None = None, spare: int = _KERNELS) -> None:
        """Set the ceilings: so many bytes more than the group has now, and some for the kernel, and so many processes.

        Raises:
            OSError: The kernel refuses it.
        """
        if processes is not None:
            _write(self._pids, "pids.max", str(processes))
        if memory is not None:
            ceiling, swapping, used, _ = _FILES[self._place.version]
            most = str(int(_read(self._memory, used)) + memory + spare)
            _write(self._memory, ceiling, most)
            with suppress(OSError):  # where nothing is swapped, there is no such file
                _write(self._memory, swapping, most if self._place.version == 1 else "0")
            if self._place.version == 2:
                _write(self._memory, "memory.oom.group", "1")

    @property
    def is_out_of_memory(self) -> bool:
        """Whether the kernel has killed a process of the group that wanted more memory than there is."""
        with suppress(OSError, ValueError):
            words = _read(self._memory, _FILES[self._place.version][3]).split()
            return int(words[words.index("oom_kill") + 1]) > 0
        return False

    def shut(self) -> None:
        """Close the doors: who was to enter has them, too."""
        while self.doors:
            os.close(self.doors.pop())

    def close(self) -> None:
        """Let go of the group; it is removed when nothing is in it any more."""
        self.shut()
        _leaving.extend(self._folders)
        sweep()


_leaving: list[str] = []
"""Groups that may have processes which are about to end."""


def sweep() -> None:
    """Remove the groups that this process has let go of, as far as nothing is in them."""
    for folder in list(_leaving):
        try:
            os.rmdir(folder)  # noqa: PTH106 - as above
        except FileNotFoundError:
            pass
        except OSError:
            continue
        with suppress(ValueError):  # another thread was quicker
            _leaving.remove(folder)


def remove_stale(place: Place) -> None:
    """Remove the groups of processes that were killed before they could."""
    namespace, _, _ = _identity().split("-")
    for folder in place.folders:
        for name in os.listdir(folder):  # noqa: PTH208 - as above
            found = _NAME.fullmatch(name)
            if found is not None and found[1] == namespace and _started(found[2]) != found[3]:
                with suppress(OSError):
                    os.rmdir(f"{folder}/{name}")  # noqa: PTH106 - as above


def _identity() -> str:
    """Give what tells this process from all others that there are or were: namespace, number, start."""
    pid = str(os.getpid())
    return f"{os.stat('/proc/self/ns/pid').st_ino}-{pid}-{_started(pid)}"  # noqa: PTH116 - as above


def _started(pid: str) -> str:
    """When a process was started, in ticks since the system was; empty if there is none of that number."""
    try:
        return _read(f"/proc/{pid}", "stat").rpartition(")")[2].split()[19]
    except OSError:
        return ""


_numbers: list[int] = [0]


def _next_number() -> int:
    _numbers[0] += 1
    return _numbers[0]


def _read(folder: str, name: str) -> str:
    with open(f"{folder}/{name}", encoding="utf-8") as file:  # noqa: PTH123 - as above
        return file.read()


def _write(folder: str, name: str, text: str) -> None:
    file = os.open(f"{folder}/{name}", os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)


# --- the proof -------------------------------------------------------------------------------------


def prove(place: Place) -> None:
    """Try what groups are to prevent, in processes that are made for it; this process must have one thread.

    Raises:
        OSError: It was possible.
    """
    group = Cgroup(place, 1)
    try:
        # Processes first: to fork at all, a large process needs more memory than is tried.
        if _ended(_in(group, _make_process)) != errno.EAGAIN:
            raise OSError(errno.EINVAL, "making more processes than the group may have was possible")
        group.let_have(memory=_PROVED_WITH, spare=0)
        if _ended(_in(group, _take_memory)) != -signal.SIGKILL or not group.is_out_of_memory:
            raise OSError(errno.EINVAL, "taking more memory than the group may have was possible")
    finally:
        group.close()


def _in(group: Cgroup, act: Callable[[], object]) -> int:
    """Fork a process that enters a group, does something, and ends with the number of the error that it meets."""
    child = os.fork()
    if child == 0:
        try:
            enter(group.doors)
            act()
            os._exit(0)
        except OSError as error:
            os._exit(error.errno or 255)
        finally:
            os._exit(255)
    return child


def enter(doors: list[int]) -> None:
    """Have this process enter the group whose doors these are.

    Raises:
        OSError: It may not.
    """
    for door in doors:
        os.write(door, b"0")


def _take_memory() -> None:
    taken = mmap.mmap(-1, 4 * _PROVED_WITH)
    for at in range(0, len(taken), mmap.PAGESIZE):
        taken[at] = 1


def _make_process() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
