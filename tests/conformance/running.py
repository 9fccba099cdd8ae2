"""Runs a program both ways, natively (cached) and on the machine, and says where they differ."""

import difflib
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple, TypedDict

from tests.conformance.path import Divergence, PathData, first_divergence
from tests.conformance.program import Program, version_of

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TIMEOUT = 30
CACHE = HERE / ".cache"
_ORACLE_SOURCES = ("native_oracle.py", "forking.py", "path.py", "program.py", "running.py")
_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}")


class Plain(NamedTuple):
    """What a run shows to its user."""

    stdout: str
    stderr: str
    exit_code: int


class Failure(NamedTuple):
    """One way in which a program on the machine differs from CPython."""

    program: str
    aspect: str
    summary: str
    details: str


class Result(TypedDict, total=False):
    """What a server writes about a run."""

    path: PathData
    leaks: dict[str, int]
    exit_code: int
    violations: list[str]
    checked: int


class Server:
    """A child process of some interpreter which performs requests (see forking.py)."""

    def __init__(self, python: str, script: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="conformance-")
        self._count = 0
        self._process = subprocess.Popen(
            [python, "-X", "utf8", "-m", f"tests.conformance.{script}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
            cwd=ROOT,
        )

    def run(self, program: Program, kind: str) -> tuple[str, Result, Plain]:
        """Has one program run; gives the status ("done" if well), its result, and its output."""
        self._count += 1
        target = Path(self._folder.name) / str(self._count)
        request = {
            "kind": kind,
            "program": str(program.path),
            "argv": program.argv,
            "stdin": program.stdin,
            "target": str(target),
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        reply = self._process.stdout.readline()
        if not reply:
            raise RuntimeError("the server ended: its error is above")
        status: str = json.loads(reply)["status"]
        result: Result = json.loads(target.with_suffix(".json").read_text()) if status == "done" else {}
        outputs = [clean(target.with_suffix(suffix).read_bytes()) for suffix in (".stdout", ".stderr")]
        for path in target.parent.glob(f"{self._count}.*"):
            path.unlink()
        return status, result, Plain(outputs[0], outputs[1], result.get("exit_code", -1))

    def close(self) -> None:
        """Ends the child."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(TIMEOUT)
        self._process.stdout.close()
        self._folder.cleanup()


class Comparison:
    """Compares programs on one interpreter: native against machine."""

    def __init__(self, python: str = sys.executable, *, in_process: bool = False) -> None:
        self.python = str(Path(python).absolute())
        self.in_process = in_process
        self.identity = _identity(self.python)
        self.version = version_of(self.identity.split()[0])
        self._native: Server | None = None
        self._machine: Server | None = None

    def failures(self, program: Program) -> list[Failure]:
        """Runs a program every way and lists what differs, best clue first."""
        expected, expected_path = self.native(program)
        status, result, output = self.machine.run(program, "path")
        found = []
        if status != "done":
            found.append(Failure(program.name, "run", status, tail(output.stderr)))
        elif program.compares_path(self.version):
            found += path_failures(program, expected_path, result["path"])
        if not self.in_process:
            output = self.machine_plain(program)
        found += output_failures(program, expected, output)
        if status == "done":
            found += self.leak_failures(program)
        return found

    def everything_failures(self, program: Program) -> list[Failure]:
        """Runs a program with the library interpreted too, and lists what differs in its outputs."""
        return output_failures(program, self.native(program)[0], self.machine_plain(program, "--include=*"))

    def leak_failures(self, program: Program) -> list[Failure]:
        """Counts guest code which runs natively."""
        status, result, output = self.machine.run(program, "leaks")
        if status != "done":
            return [Failure(program.name, "leaks", status, tail(output.stderr))]
        if not result["leaks"]:
            return []
        listed = "\n".join(f"{count} x {code}" for code, count in result["leaks"].items())
        return [Failure(program.name, "leaks", f"{sum(result['leaks'].values())} native frames", listed)]

    def native(self, program: Program) -> tuple[Plain, PathData]:
        """Gives CPython's own output and path, from the cache when the program is unchanged."""
        name = hashlib.sha256((self.identity + program.digest() + _oracle_digest()).encode()).hexdigest()
        cached = CACHE / f"{program.name}-py3{self.version[1]}-{name[:16]}.json"
        if cached.exists():
            data = json.loads(cached.read_text(encoding="utf-8"))
            return Plain(*data["plain"]), data["path"]
        plain, path = self.native_plain(program), self.native_path(program)
        CACHE.mkdir(exist_ok=True)
        partial = cached.with_suffix(f".{os.getpid()}")
        partial.write_text(json.dumps({"plain": plain, "path": path}), encoding="utf-8")
        partial.replace(cached)
        return plain, path

    def native_plain(self, program: Program, *, hash_seed: str = "0") -> Plain:
        """Runs `python FILE`."""
        command = [self.python, str(program.path), *program.argv]
        return run_plain(command, program.stdin, hash_seed=hash_seed)

    def native_path(self, program: Program) -> PathData:
        """Has the path oracle run the program."""
        if self._native is None:
            self._native = Server(self.python, "native_oracle")
        status, result, output = self._native.run(program, "path")
        if status != "done":
            raise RuntimeError(f"the native run of {program.name} {status}: {output.stderr}")
        path: PathData = result["path"]
        return path

    def machine_plain(self, program: Program, *options: str) -> Plain:
        """Runs `calcharo run FILE`."""
        command = [self.python, "-m", "calcharo_vm", "run", *options, str(program.path), *program.argv]
        return run_plain(command, program.stdin)

    @property
    def machine(self) -> Server:
        """The server which runs programs on the machine."""
        if self._machine is None:
            self._machine = Server(self.python, "machine_path")
        return self._machine

    def close(self) -> None:
        """Ends the servers."""
        for server in (self._native, self._machine):
            if server is not None:
                server.close()


def run_plain(command: list[str], stdin: str, *, hash_seed: str = "0") -> Plain:
    """Runs a command as a user would, without a terminal."""
    try:
        done = subprocess.run(
            command, check=False, input=stdin.encode(), capture_output=True, timeout=TIMEOUT, env=environment(hash_seed)
        )
    except subprocess.TimeoutExpired as error:
        return Plain(clean(error.stdout or b""), clean(error.stderr or b"") + "\n(timeout)\n", -1)
    return Plain(clean(done.stdout), clean(done.stderr), done.returncode)


def environment(hash_seed: str = "0") -> dict[str, str]:
    """Gives the environment of every run of a program: that of any run, with the package importable."""
    return clean_environment(PYTHONPATH=str(ROOT), PYTHONHASHSEED=hash_seed)


def clean_environment(**variables: str) -> dict[str, str]:
    """Gives an environment with nothing of the caller's Python: no colours, no stray byte code, hashes that repeat."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST", "COV"))}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "PYTHON_COLORS": "0", "PYTHONHASHSEED": "0", **variables}


def clean(output: bytes) -> str:
    """Decodes output and replaces addresses, which differ from run to run."""
    return _ADDRESS.sub("0x...", output.decode("utf-8", "backslashreplace"))


def tail(text: str, lines: int = 25) -> str:
    """Gives the end of a text."""
    return "\n".join(text.splitlines()[-lines:])


def path_failures(program: Program, expected: PathData, actual: PathData) -> list[Failure]:
    """Compares two paths."""
    divergence = first_divergence(expected, actual)
    if divergence is None:
        return []
    return [Failure(program.name, "path", f"at step {divergence.step}", _show(divergence))]


def output_failures(program: Program, expected: Plain, actual: Plain) -> list[Failure]:
    """Compares what two runs show."""
    found = []
    for stream in ("stdout", "stderr"):
        wanted, got = getattr(expected, stream), getattr(actual, stream)
        if wanted != got:
            diff = list(
                difflib.unified_diff(wanted.splitlines(), got.splitlines(), "CPython", "machine", lineterm="", n=2)
            )
            found.append(Failure(program.name, stream, _last_line(got), "\n".join(diff[:60])))
    if expected.exit_code != actual.exit_code:
        found.append(Failure(program.name, "exit code", f"{actual.exit_code}, not {expected.exit_code}", ""))
    return found


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["(nothing)"])[-1][:100]


def _show(divergence: Divergence) -> str:
    lines = [f"    {step}" for step in divergence.before]
    lines += [f"  - {divergence.expected}   <- CPython", f"  + {divergence.actual}   <- machine"]
    if divergence.thread:
        lines.insert(0, f"  thread {divergence.thread}:")
    return "\n".join(lines)


def _identity(python: str) -> str:
    command = [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2], sys.version, sys.executable)"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _oracle_digest() -> str:
    return hashlib.sha256(b"".join((HERE / name).read_bytes() for name in _ORACLE_SOURCES)).hexdigest()
