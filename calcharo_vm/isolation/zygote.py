"""The zygote: a process of one thread that has all of Calcharo loaded, and forks a worker whenever it is asked to.

It is executed, not forked, by the process that wants programs run: that one may have many threads, and a fork of it
would have their locks, in whatever state, and their memory. A worker has processes of ours above it: a keeper, which
kills whatever the program leaves behind and tells how the worker ended, and, where it has processes of its own, the
first of these.

    the process that traces  ──  zygote  ──  keeper  ──  (first process of its own)  ──  worker
"""

from __future__ import annotations

import gc
import json
import linecache
import os
import select
import shutil
import signal
import socket
import struct
import sys
import tempfile
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from calcharo_vm.isolation import cgroups, linux
from calcharo_vm.isolation.layers import Layer
from calcharo_vm.isolation.namespaces import enter_own, enter_shared, place_for_folders
from calcharo_vm.isolation.rules import Rules

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["READY", "STATUS", "main"]

STATUS: Final = struct.Struct("<i")
"""What a keeper tells at last: the exit code of the worker, negative when a signal ended it."""
READY: Final = b"ready"
"""What a zygote says that can fork workers; anything else is why it cannot."""
_MOST_OF_A_MESSAGE: Final = 1 << 16
_DESCRIPTORS: Final = 6
_MOST_DOORS: Final = 2
"""A worker's group is entered in each hierarchy."""
_SECONDS_TO_CLEAN_UP: Final = 1.0
_PRACTICE: Final = 8
"""So many times CPython sees our code run before it has specialised most of what each run executes."""


def main(control: int) -> None:
    """Be a zygote that is asked through a socket."""
    with socket.socket(fileno=control) as asked:
        try:
            rules = Rules.from_dict(json.loads(asked.recv(_MOST_OF_A_MESSAGE)))
            failures: dict[Layer, str] = {}
            sys.prefix, sys.exec_prefix = rules.prefixes
            _get_ready()
            _prove_cgroups(rules, failures)
            proc = enter_shared(rules, failures)
        except BaseException:
            asked.send(traceback.format_exc().encode()[-_MOST_OF_A_MESSAGE:])
            raise
        asked.send(READY)
        _serve(asked, rules, failures, proc)


def _get_ready() -> None:
    """Load what workers need, and run a program once, so that workers have nothing left to do for the first time."""
    import site  # noqa: PLC0415 - a zygote is started without it

    site.setquit()
    site.setcopyright()
    site.sethelper()
    os.environ.pop("PYTHONHASHSEED", None)
    linecache.clearcache()  # of the -c that this process was started with, whose file is "<string>", too
    from calcharo_vm.config import TracerConfig  # noqa: PLC0415 - needed here alone
    from calcharo_vm.isolation import worker  # noqa: F401, PLC0415 - as above
    from calcharo_vm.policy import enforcement  # noqa: F401, PLC0415
    from calcharo_vm.recording import json_format  # noqa: F401, PLC0415
    from calcharo_vm.tiers import compiled  # noqa: F401, PLC0415
    from calcharo_vm.tracer import execute_and_trace  # noqa: PLC0415

    for _ in range(_PRACTICE):
        execute_and_trace("print(1 + 1)", TracerConfig(), stdin="")


def _prove_cgroups(rules: Rules, failures: dict[Layer, str]) -> None:
    """Try whether groups hold processes to what they may have, while this process may still make some."""
    if rules.has(Layer.CGROUP):
        try:
            cgroups.prove(cgroups.find_place())
        except OSError as error:
            failures[Layer.CGROUP] = str(error.strerror or error)


def _serve(asked: socket.socket, rules: Rules, failures: dict[Layer, str], proc: int) -> None:
    """Fork keepers until nobody is left to ask for them."""
    keepers: dict[int, int] = {}
    poll = select.poll()
    poll.register(asked, select.POLLIN)
    gc.collect()
    gc.freeze()
    while True:
        for descriptor, _event in poll.poll():
            if descriptor != asked.fileno():
                poll.unregister(descriptor)
                os.waitpid(keepers.pop(descriptor), 0)
                os.close(descriptor)
                continue
            message, ends, _flags, _address = socket.recv_fds(asked, _MOST_OF_A_MESSAGE, _DESCRIPTORS + _MOST_DOORS)
            if not message:
                _end(keepers)
                return
            if len(ends) >= _DESCRIPTORS:
                keeper = _fork(lambda ends=ends: _keep(rules, dict(failures), ends, proc))  # type: ignore[misc]
                pidfd = os.pidfd_open(keeper)
                keepers[pidfd] = keeper
                poll.register(pidfd, select.POLLIN)
            for end in ends:
                os.close(end)


def _end(keepers: dict[int, int]) -> None:
    """Have keepers end their workers, since nobody waits for these any more."""
    for pidfd in keepers:
        with suppress(OSError):
            signal.pidfd_send_signal(pidfd, signal.SIGTERM)
    poll = select.poll()
    for pidfd in keepers:
        poll.register(pidfd, select.POLLIN)
    while keepers and (ended := poll.poll(_SECONDS_TO_CLEAN_UP * 1000)):
        for pidfd, _event in ended:
            poll.unregister(pidfd)
            del keepers[pidfd]


def _fork(child: Callable[[], int]) -> int:
    """Fork a process that does something and ends with the status that it gives."""
    parent = os.pidfd_open(os.getpid())
    process = os.fork()
    if process:
        os.close(parent)
        return process
    status = 1
    try:
        linux.die_with_parent(signal.SIGKILL)
        if not select.select([parent], [], [], 0)[0]:  # it has not ended before that call
            os.close(parent)
            status = child()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


# --- the keeper ------------------------------------------------------------------------------------


def _keep(rules: Rules, failures: dict[Layer, str], ends: list[int], proc: int) -> int:
    """Be the keeper of one worker."""
    status_end, job, out, stdin, stdout, stderr, *doors = ends
    outside = os.getppid()
    _close_others((*ends, proc))
    _own_streams(stdin, stdout, stderr)
    os.setsid()
    linux.be_subreaper()
    scratch = enter_own(rules, failures, proc)
    litter = None if scratch is not None else tempfile.mkdtemp(prefix="calcharo-", dir=place_for_folders())

    def enter_group() -> None:
        try:
            cgroups.enter(doors)
        except OSError as error:
            failures.setdefault(Layer.CGROUP, str(error.strerror or error))
        while doors:
            os.close(doors.pop())

    def work() -> int:
        os.close(status_end)
        enter_group()
        from calcharo_vm.isolation.worker import Ends, run_worker  # noqa: PLC0415 - it is loaded, above

        run_worker(rules, failures, Ends(job, out), scratch or str(litter), proc, outside)
        return 0

    is_first = rules.has(Layer.PID_NAMESPACE) and Layer.PID_NAMESPACE not in failures
    child = _fork(lambda: _be_first(enter_group, work, (status_end, job, out))) if is_first else _fork(work)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGKILL))
    with socket.socket(fileno=status_end) as told:
        for end in (job, out, *doors):
            os.close(end)
        _own_streams(*(os.open(os.devnull, os.O_RDWR) for _ in range(3)))
        pidfds = [os.pidfd_open(child), os.pidfd_open(os.getpid())]
        socket.send_fds(told, [STATUS.pack(os.getpid())], pidfds)
        for pidfd in pidfds:
            os.close(pidfd)
        code = os.waitstatus_to_exitcode(_wait_for(child))
        if is_first and code > _SIGNALLED:
            code = _SIGNALLED - code
        _kill_orphans(proc)
        if litter is not None:
            shutil.rmtree(litter, ignore_errors=True)
        with suppress(OSError):
            told.send(STATUS.pack(code))
    return 0


PASSED_ON: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
"""Signals that reach a worker from outside."""
_SIGNALLED: Final = 128
"""What the first process of a worker's adds to the number of the signal that ended the worker."""


def _be_first(enter_group: Callable[[], None], work: Callable[[], int], ends: tuple[int, ...]) -> int:
    """Be the first process of the worker's own processes, whose end is the end of them all."""
    enter_group()
    child = _fork(work)
    for end in ends:
        os.close(end)
    for number in PASSED_ON:
        signal.signal(number, lambda number, _frame: os.kill(child, number))
    code = os.waitstatus_to_exitcode(_wait_for(child))
    return code if code >= 0 else _SIGNALLED - code


def _wait_for(child: int) -> int:
    """Wait for a child, and for whatever else becomes a child meanwhile."""
    while True:
        ended, status = os.wait()
        if ended == child:
            return status


def _kill_orphans(proc: int) -> None:
    """Kill what the program has started and left, and what that has: it becomes this process's child, one by one."""
    for _ in range(1000):
        with suppress(OSError):
            children = os.open(f"self/task/{os.getpid()}/children", os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc)
            for child in os.read(children, _MOST_OF_A_MESSAGE).split():
                os.kill(int(child), signal.SIGKILL)
            os.close(children)
        try:
            os.wait()
        except ChildProcessError:
            return


def _close_others(kept: tuple[int, ...]) -> None:
    """Close all files but the standard ones and those to keep."""
    first = 3
    for each in sorted(kept):
        os.closerange(first, each)
        first = each + 1
    os.closerange(first, os.sysconf("SC_OPEN_MAX"))


def _own_streams(*files: int) -> None:
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
