"""Keeps results, so that a run goes on where another one stopped.

A result holds for one interpreter, one way of running, and the files that it depends on.
"""

import hashlib
import json
import os
import subprocess
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.conformance.cpython.process import ModuleRun

if TYPE_CHECKING:
    from tests.conformance.cpython.outcome import CaseRecord

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
FOLDER = HERE / ".cache"
_CHILD_SOURCES = ("canary.py", "child.py", "leak_guard.py", "outcome.py", "process.py", "recorder.py")
_ASK = """
import importlib.util, json, sys
def places(name):
    try:
        spec = importlib.util.find_spec("test." + name)
    except ImportError:
        return None
    return None if spec is None else spec.origin
print(json.dumps(["%d.%d" % sys.version_info[:2], sys.version, {name: places(name) for name in sys.argv[1:]}]))
"""


class Interpreter:
    """One CPython and where its test modules are."""

    def __init__(self, python: str, modules: list[str]) -> None:
        self.python = str(Path(python).absolute())
        asked = subprocess.run([self.python, "-c", _ASK, *modules], capture_output=True, text=True, check=True)
        answer: tuple[str, str, dict[str, str | None]] = json.loads(asked.stdout)
        self.version, self.build, self._places = answer

    def digest(self, module: str) -> str:
        """Fingerprints the interpreter and a test module."""
        digest = hashlib.sha256(f"{self.python} {self.build}".encode())
        place = self._places.get(module)
        if place is not None:
            path = Path(place)
            for source in sorted(path.parent.rglob("*.py")) if path.name == "__init__.py" else [path]:
                digest.update(source.read_bytes())
        return digest.hexdigest()

    def has(self, module: str) -> bool:
        """Tells whether the interpreter's test package has a module."""
        return self._places.get(module) is not None


class Key(NamedTuple):
    """What a result is of: the interpreter, the test module, and how it ran ("native", "machine" or "everything")."""

    interpreter: Interpreter
    module: str
    way: str


class Store:
    """The results in a folder that git ignores."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder

    @cached_property
    def _machine_digest(self) -> str:
        return _digest_of(sorted((ROOT / "calcharo_vm").rglob("*.py")))

    @cached_property
    def _child_digest(self) -> str:
        return _digest_of([HERE / name for name in _CHILD_SOURCES])

    def get(self, key: Key) -> ModuleRun | None:
        """A result that still holds, or None."""
        path = self._path(key)
        if not path.exists():
            return None
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["fingerprint"] != self._fingerprint(key):
            return None
        cases: dict[str, CaseRecord] = data["cases"]
        return ModuleRun(cases, data["leaks"], data["seconds"], data["trouble"])

    def put(self, key: Key, run: ModuleRun) -> None:
        """Keeps a result."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._path(key)
        partial = path.with_suffix(f".{os.getpid()}")
        partial.write_text(json.dumps({"fingerprint": self._fingerprint(key), **run._asdict()}), encoding="utf-8")
        partial.replace(path)

    def _path(self, key: Key) -> Path:
        return self._folder / f"{key.module}-{key.interpreter.version}-{key.way}.json"

    def _fingerprint(self, key: Key) -> str:
        parts = [key.interpreter.digest(key.module), self._child_digest]
        if key.way != "native":
            parts.append(self._machine_digest)
        return hashlib.sha256(" ".join(parts).encode()).hexdigest()


def _digest_of(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()
