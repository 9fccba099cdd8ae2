"""Workers that wait for a program: a zygote for each set of rules, and a worker of it that is ready."""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from functools import cache
from time import monotonic
from typing import TYPE_CHECKING, Final

from calcharo_vm.errors import IsolationUnavailable, RecordingFormatError
from calcharo_vm.isolation.cgroups import Cgroup, Place, find_place, remove_stale, sweep
from calcharo_vm.isolation.jobs import read_hello
from calcharo_vm.isolation.layers import Layer
from calcharo_vm.isolation.wire import FrameKind, FrameReader
from calcharo_vm.isolation.zygote import READY, STATUS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calcharo_vm.config import Limits
    from calcharo_vm.isolation.layers import LayerState
    from calcharo_vm.isolation.rules import Rules

__all__ = ["Worker", "Zygote", "close_pool", "worker_for"]

_START_SECONDS: Final = 30.0
_END_SECONDS: Final = 2.0
_READ_BYTES: Final = 1 << 16
_MOST_ZYGOTES: Final = 4
_MOST_PROCESSES: Final = 512
"""Of one worker, threads included, where the kernel can count them."""
_ENVIRONMENT: Final = ("LANG", "LC_ALL", "LC_CTYPE", "TZ")
_START: Final = (
    "import sys, json; sys.path[:] = json.loads(sys.argv.pop(1)); from calcharo_vm.isolation.zygote import main"
)
_NO_PIDFDS: Final = "this system has no pidfds, which isolation needs; use Linux 5.4 or later, or isolation='none'"


def _new_group(rules: Rules) -> Cgroup | None:
    """Make a group for a worker, with room for the processes that it begins with."""
    if rules.has(Layer.CGROUP):
        with suppress(OSError):
            return Cgroup(_place(), 2 if rules.has(Layer.PID_NAMESPACE) else 1)
    return None


@cache
def _place() -> Place:
    place = find_place()
    remove_stale(place)
    return place


class Worker:
    """A process that waits for a program, as its owner sees it.

    Attributes:
        out: Where its frames come from.
        outputs: Where what it writes to file 1 and file 2 comes from.
        stdin: Where what it reads from file 0 goes.
        status: The socket of its keeper.
        job: Where its program goes.
        layers: What it has put on; known once it is ready.
        resident: How many bytes of memory it had then.
        frames: What it has sent.
        pid: The number of its keeper.
        group: The group that holds it to its memory; None where there can be none.
    """

    def __init__(self, zygote: Zygote) -> None:
        """Ask a zygote for it."""
        self._zygote = zygote
        self.status, status_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        job_end, self.job = os.pipe()
        self.out, out_end = os.pipe()
        stdout, stdout_end = os.pipe()
        stderr, stderr_end = os.pipe()
        stdin_end, self.stdin = os.pipe()
        self.outputs = stdout, stderr
        self.layers: tuple[LayerState, ...] = ()
        self.resident = 0
        self.frames = FrameReader()
        self.pid = 0
        self._pidfds: list[int] = []
        self.group = _new_group(zygote.rules)
        ends = [status_end.detach(), job_end, out_end, stdin_end, stdout_end, stderr_end]
        try:
            zygote.ask(ends if self.group is None else [*ends, *self.group.doors])
        except BaseException:
            self.close()
            raise
        finally:
            for end in ends:
                os.close(end)
            if self.group is not None:
                self.group.shut()

    def wait_until_ready(self) -> None:
        """Wait until the worker has said which layers are in force.

        Raises:
            IsolationUnavailable: It ended instead.
        """
        deadline = monotonic() + _START_SECONDS
        while not self.layers:
            left = max(deadline - monotonic(), 0)
            if not select.select([self.out], [], [], left)[0]:
                raise IsolationUnavailable(f"a worker was not ready within {_START_SECONDS} seconds; try again")
            data = os.read(self.out, _READ_BYTES)
            if not data:
                said = os.read(self.outputs[1], _READ_BYTES).decode(errors="replace").strip()
                raise IsolationUnavailable(f"a worker ended before it was ready: {said or 'it said nothing'}")
            frames = self.frames.feed(data)
            if frames:
                kind, content = frames.pop(0)
                if kind is not FrameKind.HELLO or frames:
                    raise RecordingFormatError(f"a worker began with a {kind.name} frame: record again")
                self.layers, self.resident = read_hello(content)
        self._meet()

    def _meet(self) -> None:
        """Take what the keeper sends first: its number, and pidfds of what to kill."""
        message, self._pidfds, _flags, _address = socket.recv_fds(self.status, 64, 2)
        if len(self._pidfds) < 2:
            raise IsolationUnavailable("a worker's keeper ended before it was ready; try again")
        (self.pid,) = STATUS.unpack(message)

    def kill(self) -> None:
        """Kill the worker and all that it has started; its keeper sees to that."""
        with suppress(OSError):
            signal.pidfd_send_signal(self._pidfds[0], signal.SIGKILL)

    def signal(self, number: int) -> None:
        """Send the program a signal."""
        with suppress(OSError):
            signal.pidfd_send_signal(self._pidfds[0], number)

    def end_input(self) -> None:
        """Have the program find the end of its standard input."""
        if self.stdin >= 0:
            os.close(self.stdin)
            self.stdin = -1

    def wait_for_end(self) -> None:
        """Wait for the end of the worker, for a short time; its keeper may still be busy after it."""
        select.select(self._pidfds[:1], [], [], _END_SECONDS)

    def exit_code(self) -> int | None:
        """Wait for the end of the worker, for a short time.

        Returns:
            Its exit code, negative when a signal ended it; None when that cannot be said.
        """
        if not self._pidfds:
            return None
        if not select.select([self.status], [], [], _END_SECONDS)[0]:
            with suppress(OSError):
                signal.pidfd_send_signal(self._pidfds[1], signal.SIGKILL)  # its end is that of all below it
            return None
        told = self.status.recv(64)
        return STATUS.unpack(told)[0] if len(told) == STATUS.size else None

    def close(self) -> None:
        """Close all files; a worker that still waits for its program ends."""
        self.end_input()
        for file in (self.job, self.out, *self.outputs, *self._pidfds):
            with suppress(OSError):
                os.close(file)
        self._pidfds = []
        self.job = self.out = -1
        self.outputs = (-1, -1)
        self.status.close()
        if self.group is not None:
            self.group.close()

    def hold_to(self, limits: Limits) -> None:
        """Have the kernel hold the worker, and what it starts, to limits."""
        if self.group is not None:
            with suppress(OSError):  # it has ended already
                self.group.let_have(memory=limits.memory_bytes, processes=_MOST_PROCESSES)

    @property
    def is_out_of_memory(self) -> bool:
        """Whether the kernel has killed something of the worker's that wanted more memory."""
        return self.group is not None and self.group.is_out_of_memory

    def give(self, data: bytes) -> None:
        """Give the worker its program; meanwhile the next worker gets ready, if there is a processor for both."""
        with suppress(BrokenPipeError):  # it has ended: what follows will show it
            while data:
                data = data[os.write(self.job, data) :]
        os.close(self.job)
        self.job = -1
        if len(os.sched_getaffinity(0)) > 1:
            self._zygote.prepare()


class Zygote:
    """The process that workers of one kind come from."""

    def __init__(self, rules: Rules) -> None:
        """Start it; it is not waited for.

        Raises:
            IsolationUnavailable: It cannot be started.
        """
        if not hasattr(os, "pidfd_open") or not sys.executable:
            raise IsolationUnavailable(_NO_PIDFDS)
        self.rules = rules
        self._lock = threading.Lock()
        self.workers_running = 0
        self._is_ready = False
        self._waiting: list[Worker] = []
        self._control, end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with end:
            code = f"{_START}; main({end.fileno()})"
            environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
            environment |= {"PYTHONHASHSEED": rules.hash_seed} if rules.hash_seed else {}
            self._process = subprocess.Popen(
                [sys.executable, "-s", "-S", "-P", *rules.options, "-c", code, json.dumps(rules.path)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=environment,
                pass_fds=(end.fileno(),),
                start_new_session=True,
            )
        self._control.send(json.dumps(rules.to_dict()).encode())

    def ask(self, ends: list[int]) -> None:
        """Have a worker forked that has these ends of pipes.

        Raises:
            IsolationUnavailable: The zygote has ended.
        """
        with self._lock:
            try:
                socket.send_fds(self._control, [b"worker"], ends)
            except OSError as error:
                raise IsolationUnavailable(
                    f"the process that workers come from has ended ({error}); try again"
                ) from error

    def wait_until_ready(self) -> None:
        """Wait until the zygote can fork.

        Raises:
            IsolationUnavailable: It says that it cannot, or says nothing.
        """
        with self._lock:
            if self._is_ready:
                return
            self._control.settimeout(_START_SECONDS)
            try:
                said = self._control.recv(1 << 16)
            except OSError as error:
                said = str(error).encode()
            if said != READY:
                raise IsolationUnavailable(f"workers cannot be started: {said.decode(errors='replace') or 'no answer'}")
            self._control.settimeout(None)
            self._is_ready = True

    def take(self) -> Worker:
        """Give a worker that is ready, and have the next one get ready.

        Raises:
            IsolationUnavailable: There is none, and none can be made.
        """
        self.wait_until_ready()
        try:
            worker = self._waiting.pop()  # which is atomic, unlike a look before it
        except IndexError:
            worker = Worker(self)
        try:
            worker.wait_until_ready()
        except BaseException:
            worker.close()
            raise
        return worker

    def prepare(self) -> None:
        """Have a worker get ready for the next program, unless one does."""
        if not self._waiting:
            with suppress(IsolationUnavailable):
                self._waiting.append(Worker(self))

    @property
    def has_ended(self) -> bool:
        """Whether it can fork no more."""
        return self._process.poll() is not None

    def abandon(self) -> None:
        """Let go of it in a fork of this process: it is the parent's."""
        while self._waiting:
            worker = self._waiting.pop()
            worker.group = None
            worker.close()
        self._control.close()
        self._process.returncode = 0  # which this process will never be told

    def close(self) -> None:
        """End it, and the workers that wait."""
        while self._waiting:
            self._waiting.pop().close()
        self._control.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


# --- the pool of this process ----------------------------------------------------------------------

_lock = threading.Lock()
_zygotes: dict[Rules, Zygote] = {}


@contextmanager
def worker_for(rules: Rules) -> Iterator[Worker]:
    """Lend a worker that is as the rules say and waits for a program; it is killed when the block ends.

    Raises:
        IsolationUnavailable: There can be none.
    """
    zygote = _zygote(rules)
    try:
        worker = zygote.take()
        try:
            yield worker
        finally:
            worker.kill()
            worker.close()
            zygote.prepare()
    except IsolationUnavailable:
        if zygote.has_ended:
            _forget(zygote)
        raise
    finally:
        with _lock:
            zygote.workers_running -= 1


def _zygote(rules: Rules) -> Zygote:
    with _lock:
        known = _zygotes.pop(rules, None)
        if known is not None and known.has_ended:
            known.close()
            known = None
        _zygotes[rules] = made = known or Zygote(rules)
        made.workers_running += 1
        idle = [each for each, zygote in _zygotes.items() if not zygote.workers_running]
        closing = [_zygotes.pop(each) for each in idle[: max(len(_zygotes) - _MOST_ZYGOTES, 0)]]
    for each in closing:
        each.close()
    return made


def _forget(zygote: Zygote) -> None:
    with _lock:
        if _zygotes.get(zygote.rules) is zygote:
            del _zygotes[zygote.rules]
    zygote.close()


@atexit.register
def close_pool() -> None:
    """End all processes that wait for programs; those that are needed again are started again."""
    with _lock:
        closing = list(_zygotes.values())
        _zygotes.clear()
    for each in closing:
        each.close()
    sweep()


def _forget_parents() -> None:
    """Forget the pool in a fork of this process: it is its parent's."""
    global _lock  # noqa: PLW0603 - another thread of the parent may have held it
    _lock = threading.Lock()
    while _zygotes:
        _zygotes.popitem()[1].abandon()


os.register_at_fork(after_in_child=_forget_parents)
