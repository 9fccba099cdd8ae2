"""Tests for calcharo_vm/tiers/compiled/code_cache.py: what is made of a program is kept for its next run."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from calcharo_vm import TracerConfig, execute_and_trace
from calcharo_vm.tiers.compiled import CodeCache, code_cache, user_folder
from calcharo_vm.tiers.compiled.code_cache import Outline
from tests.tiers.comparing import told

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAIN = compile("x = 1", "main", "exec")
SOURCE = """
class Account:
    def __init__(self, number):
        self.number, self.balance = number, 0

    def deposit(self, amount):
        self.balance += amount
        return {"number": self.number, "balance": self.balance}.items()

def doubled(numbers):
    yield from (number * 2 for number in numbers)

total = 0
for turn in range(300):
    account = Account(turn)
    for key, value in account.deposit(turn):
        total += value
    total += sum(doubled([turn, 1])) + len(f"{turn:>5}")
print(total)
"""
CONFIG = TracerConfig().evolve(optimization="compiled", capture={"metrics": False})


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder for caches, which is empty, and where CPython may write."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return tmp_path / "calcharo"


def kept(folder: Path) -> CodeCache:
    """What is kept of the program that `MAIN` stands for, read anew."""
    cache = CodeCache(str(folder))
    cache.begin(MAIN)
    return cache


def filled(folder: Path) -> Path:
    """Keeps one source and one outline, and gives the file."""
    cache = kept(folder)
    cache.compiled("y = 2", "made")
    cache.keep_outline("as seen", Outline(frozenset({3, 1}), frozenset(), frozenset({2})))
    cache.save()
    (path,) = folder.iterdir()
    return path


def is_kept(folder: Path) -> bool:
    """Returns whether what `filled` keeps is found again."""
    return kept(folder).outline("as seen") is not None


def test_what_is_kept_is_found_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(folder)
    cache = kept(folder)

    assert cache.outline("as seen") == Outline(frozenset({1, 3}), frozenset(), frozenset({2}))
    assert cache.outline("as never seen") is None
    monkeypatch.setattr(code_cache, "compile", None, raising=False)
    namespace: dict[str, object] = {}
    exec(cache.compiled("y = 2", "made"), namespace)
    assert namespace["y"] == 2


def test_programs_have_files_of_their_own(folder: Path) -> None:
    filled(folder)
    other = CodeCache(str(folder))
    other.begin(compile("x = 2", "main", "exec"))

    assert other.outline("as seen") is None


def test_what_is_not_used_again_is_dropped(folder: Path) -> None:
    path = filled(folder)
    cache = kept(folder)
    cache.compiled("z = 3", "made")
    cache.save()

    assert not is_kept(folder)
    assert list(folder.iterdir()) == [path]


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],
        lambda content: content[:10],
        lambda _content: b"",
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: b"another" + content[7:],
    ],
    ids=["end missing", "only its beginning", "empty", "a bit flipped", "another format"],
)
def test_a_file_that_is_not_as_it_was_is_made_anew(folder: Path, damage: Callable[[bytes], bytes]) -> None:
    path = filled(folder)
    path.write_bytes(damage(path.read_bytes()))

    assert not is_kept(folder)
    filled(folder)
    assert is_kept(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are others there")
def test_a_file_that_others_may_write_is_not_read(folder: Path) -> None:
    path = filled(folder)
    path.chmod(0o666)
    assert not is_kept(folder)
    path.chmod(0o600)
    assert is_kept(folder)


def test_a_folder_that_cannot_be_made_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = kept(tmp_path / "file" / "folder")
    cache.compiled("y = 2", "made")
    cache.save()

    assert not is_kept(tmp_path / "file" / "folder")


def test_the_oldest_files_go_where_all_are_too_much(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = filled(folder)
    old = folder / "old.made"
    old.write_bytes(b"x" * 1000)
    os.utime(old, (1, 1))
    monkeypatch.setattr(code_cache, "_MOST_BYTES", path.stat().st_size + 900)
    cache = kept(folder)
    cache.compiled("z = 3", "made")
    cache.save()

    assert list(folder.iterdir()) == [path]


def test_where_the_folder_is(monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform == "win32":
        monkeypatch.setenv("LOCALAPPDATA", "C:\\data")
        assert user_folder() == "C:\\data\\calcharo"
        return
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert user_folder() == "/caches/calcharo"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # which the specification has ignored
    monkeypatch.setenv("HOME", "/home/somebody")
    assert user_folder() == "/home/somebody/.cache/calcharo"


def test_the_second_run_makes_nothing_new(folder: Path) -> None:
    script = (
        "from calcharo_vm import execute_and_trace\nfrom tests.tiers.test_code_cache import CONFIG, SOURCE\n"
        "execute_and_trace(SOURCE, CONFIG).raise_for_outcome()"
    )
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    written = []
    for _ in range(2):  # each with objects at addresses of its own
        subprocess.run([sys.executable, "-c", script], env=environment, check=True)
        written.append({path: path.stat().st_mtime_ns for path in folder.iterdir()})

    assert written[0] == written[1]
    assert written[0]


def test_recordings_are_the_same_with_what_was_kept(folder: Path) -> None:
    first = execute_and_trace(SOURCE, CONFIG)
    again = execute_and_trace(SOURCE, CONFIG)

    assert list(folder.iterdir())
    plain = execute_and_trace(SOURCE, CONFIG.evolve(code_cache=False))
    assert list(told(first)) == list(told(again)) == list(told(plain))


def test_programs_that_have_slices_as_constants_are_kept(folder: Path) -> None:
    source = "x = [1, 2, 3]\nfor n in range(50): x[:1] = [n]; y = x[1:]\n"
    first, again = execute_and_trace(source, CONFIG), execute_and_trace(source, CONFIG)

    assert first.outcome.status == "completed"
    assert list(told(first)) == list(told(again))
    assert list(folder.iterdir())


@pytest.mark.parametrize(
    "settings",
    [
        {"code_cache": False},
        {"isolation": "isolated", "allow_degraded": True},
        {"isolation": "worker", "untrusted": True},
    ],
    ids=["not wanted", "isolated", "untrusted"],
)
def test_what_is_kept_nothing_of(folder: Path, settings: dict[str, object]) -> None:
    execute_and_trace(SOURCE, CONFIG.evolve(**settings)).raise_for_outcome()
    assert not folder.exists()


def test_where_cpython_writes_no_bytecode_nothing_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    execute_and_trace(SOURCE, CONFIG).raise_for_outcome()
    assert not folder.exists()
