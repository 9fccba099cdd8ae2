"""Tests for the processes that wait for programs; `python -m tests.isolation.endurance` runs a thousand in one pool."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from calcharo_vm import IsolationUnavailable, TracerConfig, execute_and_trace
from calcharo_vm.config import Isolation
from calcharo_vm.isolation import pool
from calcharo_vm.isolation.pool import Zygote, close_pool
from calcharo_vm.isolation.rules import Rules
from tests.isolation.endurance import grown

WORKER = TracerConfig(isolation="worker")


def zygotes() -> list[Zygote]:
    return list(pool._zygotes.values())


def test_many_runs_leave_nothing_behind() -> None:
    assert grown(15, "worker") == []


def test_runs_side_by_side() -> None:
    with ThreadPoolExecutor(6) as threads:
        outputs = list(threads.map(lambda n: execute_and_trace(f"print({n})", WORKER).stdout, range(24)))

    assert [f"{n}\n" for n in range(24)] == outputs


def test_a_zygote_that_was_killed_is_made_again() -> None:
    assert "1\n" == execute_and_trace("print(1)", WORKER).stdout
    for zygote in zygotes():
        zygote._process.kill()
        zygote._process.wait()

    assert "2\n" == execute_and_trace("print(2)", WORKER).stdout


def test_a_fork_of_this_process_has_a_pool_of_its_own() -> None:
    execute_and_trace("print(1)", WORKER)
    code = (
        "import os\n"
        "from calcharo_vm import TracerConfig, execute_and_trace\n"
        "config = TracerConfig(isolation='worker')\n"
        "execute_and_trace('1', config)\n"
        "if os.fork() == 0:\n"
        "    print(execute_and_trace('print(\"child\")', config).stdout, end='', flush=True)\n"
        "    os._exit(0)\n"
        "os.wait()\n"
        "print(execute_and_trace('print(\"parent\")', config).stdout, end='')\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)

    assert ("child\nparent\n", "", 0) == (done.stdout, done.stderr, done.returncode)


def test_all_processes_end_with_this_one() -> None:
    code = (
        "import os, psutil, signal\n"
        "from calcharo_vm import TracerConfig, execute_and_trace\n"
        "execute_and_trace('1', TracerConfig(isolation='worker'))\n"
        "print(*[child.pid for child in psutil.Process().children(recursive=True)], flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    numbers = [int(each) for each in done.stdout.split()]
    assert done.returncode == -signal.SIGKILL
    assert len(numbers) >= 2
    deadline = time.monotonic() + 20
    while (left := [number for number in numbers if psutil.pid_exists(number)]) and time.monotonic() < deadline:
        time.sleep(0.01)

    assert left == []


def test_zygotes_that_are_not_needed_go(monkeypatch: pytest.MonkeyPatch) -> None:
    close_pool()
    monkeypatch.setattr(pool, "_MOST_ZYGOTES", 1)
    with pool.worker_for(Rules.here(Isolation.WORKER, hash_seed="1")) as needed:
        with pool.worker_for(Rules.here(Isolation.WORKER, hash_seed="2")):
            assert 2 == len(zygotes())
        needed.give(b"")
        assert 0 == needed.exit_code()  # its zygote has not been ended

    with pool.worker_for(Rules.here(Isolation.WORKER, hash_seed="2")):
        assert ["2"] == [zygote.rules.hash_seed for zygote in zygotes()]
    close_pool()
    assert zygotes() == []


def test_an_interpreter_that_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    close_pool()
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(IsolationUnavailable, match="workers cannot be started"):
        execute_and_trace("1", WORKER)


def test_a_system_without_pidfds(monkeypatch: pytest.MonkeyPatch) -> None:
    close_pool()
    monkeypatch.delattr(os, "pidfd_open")
    with pytest.raises(IsolationUnavailable, match="no pidfds"):
        execute_and_trace("1", WORKER)
