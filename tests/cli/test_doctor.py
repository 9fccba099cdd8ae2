"""Tests for `calcharo doctor`, and for programs that `calcharo trace` isolates."""

import io
import json
from pathlib import Path

import pytest

from calcharo_vm.cli import main as calcharo_main
from calcharo_vm.cli.doctor import examine
from calcharo_vm.config import Isolation
from calcharo_vm.isolation import IsolationReport, Layer, LayerState
from calcharo_vm.isolation.layers import WANTED


def calcharo(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Carries out a command line."""
    monkeypatch.setattr("sys.argv", ["calcharo", *arguments])
    try:
        return calcharo_main()
    except SystemExit as error:
        return int(error.code or 0)


def test_it_tells_each_layer(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    status = calcharo(monkeypatch, "doctor", "--isolation", "worker")
    lines = capsys.readouterr().out.splitlines()

    assert status == 0
    assert lines[0].startswith("isolation='worker' on Linux")
    states = dict(line.split()[:2] for line in lines[2 : 2 + len(WANTED[Isolation.WORKER])])
    assert tuple(states) == WANTED[Isolation.WORKER]
    assert states.pop("cgroup") in {"active", "replaced"}
    assert {*states.values()} == {"active"}
    assert lines[-1].startswith("all layers are in force")


def test_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    status = calcharo(monkeypatch, "doctor", "--isolation", "worker", "--json")
    told = json.loads(capsys.readouterr().out)

    assert status == 0
    assert told["isolation"] == "worker"
    assert {row["layer"] for row in told["layers"]} == set(map(str, WANTED[Isolation.WORKER]))
    assert all(row["active"] and row["why"] and row["meaning"] for row in told["layers"])


def test_a_missing_layer(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    states = (
        LayerState(Layer.LANDLOCK, is_active=True, why="listing the root folder: Permission denied"),
        LayerState(Layer.SECCOMP, is_active=False, why="Function not implemented"),
    )
    found = IsolationReport(Isolation.ISOLATED, states, "Linux 1.0, x86_64")
    monkeypatch.setattr("calcharo_vm.cli.doctor.report", lambda _isolation: found)

    assert examine("isolated", as_json=False) == 1
    shown = capsys.readouterr().out
    assert "seccomp   missing  Function not implemented" in shown
    assert "remedy: use Linux 3.17" in shown
    assert "programs are refused with this isolation" in shown


def test_trace_in_a_worker(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("import os\nprint(input())\nos._exit(5)\n")
    monkeypatch.setattr("sys.stdin", io.StringIO("hello\n"))
    status = calcharo(monkeypatch, "trace", "--isolation", "worker", "--limit", "1", str(program))
    shown = capsys.readouterr().out

    assert status == 5
    assert "hello" in shown
    assert "outcome: crashed" in shown
    assert "the program ended the worker with exit code 5" in shown
