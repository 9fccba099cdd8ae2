"""Tests for calcharo_vm/isolation/cgroups.py: a worker's tree is held to its memory, where the kernel may be asked."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest

from calcharo_vm import Limits, Recording, TracerConfig, execute_and_trace
from calcharo_vm.cli.doctor import examine
from calcharo_vm.config import Isolation
from calcharo_vm.isolation import Layer, cgroups, pool, report, watch
from calcharo_vm.isolation.cgroups import Cgroup, Place, find_place
from calcharo_vm.isolation.pool import worker_for
from calcharo_vm.isolation.rules import Rules
from calcharo_vm.recording import Outcome, OutcomeStatus


def _why_not() -> str:
    try:
        find_place()
    except OSError as error:
        return str(error)
    return ""


pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of forking where there are threads
delegated = pytest.mark.skipif(bool(_why_not()), reason=_why_not() or "groups can be made")


def groups_here() -> set[str]:
    return {each.name for folder in find_place().folders for each in Path(folder).glob("calcharo-*")}


def groups_of(process: int) -> set[str]:
    return {name for name in groups_here() if name.split("-")[2] == str(process)}


@pytest.fixture(autouse=True)
def _with_a_new_pool() -> None:
    """Workers that wait have groups already, or none."""
    pool.close_pool()


# --- in force ----------------------------------------------------------------------------------------

TAKING = """
import os, time
children = []
for _ in range(4):
    child = os.fork()
    if child == 0:
        taken = b"x" * (40 << 20)
        time.sleep(20)
        os._exit(0)
    children.append(child)
for child in children: os.waitpid(child, 0)
print("survived")
"""


def run(source: str, **limits: float) -> Recording:
    config = TracerConfig(isolation="worker", limits=Limits(**limits))  # type: ignore[arg-type]
    return execute_and_trace(source, config)


@delegated
def test_memory_of_all_processes_together_is_limited_by_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_LOOK_SECONDS", 5.0)  # the watchdog hardly looks
    recording = run(TAKING, memory_bytes=64 << 20, wall_seconds=10)

    assert recording.outcome == Outcome(OutcomeStatus.LIMIT, limit="memory_bytes")
    assert "cgroup" in recording.isolation
    assert len(recording) > 10

    short = TAKING.replace("time.sleep(20)", "time.sleep(0.5)")
    assert run(short, memory_bytes=1 << 30, wall_seconds=20).stdout == "survived\n"
    monkeypatch.setattr(pool, "_new_group", lambda _rules: None)
    pool.close_pool()
    without = run(short, memory_bytes=64 << 20, wall_seconds=20)
    assert "cgroup" not in without.isolation
    assert without.stdout == "survived\n"


@delegated
def test_processes_of_all_kinds_are_counted_by_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
import os, threading
waiting = threading.Event()
made = 0
try:
    while made < 20:
        if os.fork() == 0: os._exit(0)  # which nobody waits for
        made += 1
except BlockingIOError: print(made)
"""
    monkeypatch.setattr(pool, "_MOST_PROCESSES", 9)

    made = run(source).stdout
    assert made
    assert int(made) < 9
    monkeypatch.setattr(pool, "_MOST_PROCESSES", 100)
    assert run(source).stdout == ""


@delegated
@pytest.mark.parametrize("isolation", ["worker", "isolated"])
def test_groups_go_with_their_workers(isolation: str) -> None:
    assert execute_and_trace("print(1)", TracerConfig(isolation=isolation)).stdout == "1\n"
    assert groups_of(os.getpid())
    pool.close_pool()

    assert not groups_of(os.getpid())


@delegated
def test_what_is_tried_shows_that_it_is_missing() -> None:
    rules = Rules.here(Isolation.ISOLATED, without=[Layer.CGROUP])
    with worker_for(rules) as worker:
        state = next(each for each in worker.layers if each.layer is Layer.CGROUP)

    assert (state.is_active, state.why) == (False, "making more processes than there may be was possible")
    with worker_for(Rules.here(Isolation.ISOLATED)) as worker:
        assert next(each for each in worker.layers if each.layer is Layer.CGROUP).is_active


@delegated
def test_a_proof_fails_where_nothing_is_prevented(monkeypatch: pytest.MonkeyPatch) -> None:
    place = find_place()
    cgroups.prove(place)
    monkeypatch.setattr(cgroups, "enter", lambda _doors: None)
    with pytest.raises(OSError, match="making more processes than the group may have was possible"):
        cgroups.prove(place)
    monkeypatch.setattr(cgroups, "_make_process", lambda: os._exit(errno.EAGAIN))
    with pytest.raises(OSError, match="taking more memory than the group may have was possible"):
        cgroups.prove(place)


@delegated
def test_a_large_process_can_prove_it() -> None:
    source = (
        "from calcharo_vm.isolation import cgroups\nheld = [bytearray(100) for _ in range(3_000_000)]\n"
        "cgroups.prove(cgroups.find_place())\n"
    )
    subprocess.run([sys.executable, "-c", source], check=True)


@delegated
def test_groups_of_a_process_that_was_killed_are_removed_by_the_next_one() -> None:
    source = (
        "import os, signal\nfrom calcharo_vm import TracerConfig, execute_and_trace\n"
        "execute_and_trace('1', TracerConfig(isolation='worker'))\n"
        "from tests.isolation.test_cgroups import groups_of\nprint(len(groups_of(os.getpid())), flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    with subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, text=True) as killed:
        said, _ = killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    assert int(said) > 0
    place = find_place()
    kept = Cgroup(place, 1)
    deadline = monotonic() + 30
    while groups_of(killed.pid) and monotonic() < deadline:  # its workers are about to end
        cgroups.remove_stale(place)
        os.sched_yield()
    assert not groups_of(killed.pid)
    assert groups_of(os.getpid())
    kept.close()
    assert not groups_of(os.getpid())


# --- not in force ------------------------------------------------------------------------------------


def test_programs_run_where_there_can_be_no_group(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pool, "_new_group", lambda _rules: None)
    recording = run("print(1)", memory_bytes=1 << 30)

    assert recording.stdout == "1\n"
    assert "cgroup" not in recording.isolation
    assert not report("worker").missing
    assert examine("worker", as_json=False) == 0
    told = capsys.readouterr().out
    assert "cgroup             replaced" in told
    assert "remedy: have a group with controllers for memory and pids delegated" in told
    assert told.endswith("all layers are in force that there must be\n")


# --- where groups are --------------------------------------------------------------------------------


class System:
    """A system's tale of its control groups, in files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mounts: list[str] = []

    def mounted(self, kind: str, name: str, *, top: str = "/", options: str = "rw") -> Path:
        where = self.folder / name
        where.mkdir(exist_ok=True)
        self.mounts.append(f"30 23 0:28 {top} {where} rw - {kind} {kind} {options}\n")
        return where

    def place(self, groups: str) -> Place:
        (self.folder / "cgroup").write_text(groups)
        (self.folder / "mountinfo").write_text("23 1 0:1 / / rw - ext4 /dev/root rw\n" + "".join(self.mounts))
        return find_place(str(self.folder))


@pytest.fixture
def system(tmp_path: Path) -> System:
    return System(tmp_path)


def test_version_1_has_a_folder_for_each_controller(system: System) -> None:
    memory, pids = (
        system.mounted("cgroup", "memory", options="rw,memory"),
        system.mounted("cgroup", "pids", top="/box", options="rw,pids"),
    )
    system.mounted("cgroup2", "unified")
    (memory / "job" / "1").mkdir(parents=True)
    (pids / "job").mkdir()

    assert system.place("3:memory:/job/1\n2:pids:/box/job\n0::/\n") == Place(1, f"{memory}/job/1", f"{pids}/job")
    assert system.place("3:memory:/\n2:pids:/box\n0::/\n") == Place(1, str(memory), str(pids))
    with pytest.raises(OSError, match=r"unified/cgroup\.subtree_control"):  # which has none
        system.place("3:memory:/\n2:pids:/elsewhere\n0::/\n")


def test_version_2_has_one_that_hands_controllers_on(system: System) -> None:
    unified = system.mounted("cgroup2", "unified", top="/")
    own = unified / "user" / "job"
    own.mkdir(parents=True)
    (own / "cgroup.subtree_control").write_text("cpu memory pids\n")

    assert system.place("0::/user/job\n") == Place(2, str(own), str(own))
    (own / "cgroup.subtree_control").write_text("cpu\n")
    with pytest.raises(OSError, match="hands neither memory nor processes on"):
        system.place("0::/user/job\n")
    with pytest.raises(OSError, match="no control groups"):
        system.place("0::/gone\n")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_of_others_is_no_place(system: System) -> None:
    system.mounted("cgroup2", "unified")
    own = system.folder / "unified"
    (own / "cgroup.subtree_control").write_text("memory pids\n")
    own.chmod(0o555)

    with pytest.raises(OSError, match="is not delegated to this process"):
        system.place("0::/\n")


class TestVersion2:
    """The files are those of the kernel's documents; nothing but this test plays the kernel."""

    @pytest.fixture
    def own(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        make, remove = os.mkdir, os.rmdir

        def made(path: str, mode: int = 0o777) -> None:
            make(path, mode)
            for name in (
                "cgroup.procs",
                "memory.current",
                "memory.events",
                "memory.max",
                "memory.oom.group",
                "pids.max",
            ):
                (Path(path) / name).write_text("1000" if name == "memory.current" else "low 0\noom_kill 0\n")

        def removed(path: str) -> None:
            for file in Path(path).iterdir():
                file.unlink()
            remove(path)

        monkeypatch.setattr(os, "mkdir", made)
        monkeypatch.setattr(os, "rmdir", removed)
        return tmp_path

    def test_one_folder_has_all(self, own: Path) -> None:
        group = Cgroup(Place(2, str(own), str(own)), 2)
        (folder,) = own.iterdir()

        def content(name: str) -> str:
            return (folder / name).read_text().split("\n")[0]

        assert len(group.doors) == 1
        cgroups.enter(group.doors)
        group.let_have(memory=5000, processes=100)
        assert content("pids.max").startswith("100")
        assert content("memory.max").startswith(str(6000 + (16 << 20)))
        assert content("memory.oom.group").startswith("1")
        assert content("cgroup.procs").startswith("0")

        def happened(events: str) -> bool:
            (folder / "memory.events").write_text(events)
            return group.is_out_of_memory

        assert [False, True, False] == [happened(f"low 0\noom 1\n{last}") for last in ("oom_kill 0", "oom_kill 2", "")]
        group.close()
        assert not [*own.iterdir()]

    def test_what_cannot_be_made_leaves_nothing(self, own: Path) -> None:
        blocker = own / "file"
        blocker.write_text("")
        with pytest.raises(OSError, match="Not a directory"):
            Cgroup(Place(2, str(blocker), str(blocker)), 2)
        assert [blocker] == [*own.iterdir()]
