"""A small world that hostile programs can harm, and that nobody else needs."""

import os
import secrets
import selectors
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["World"]


class World:
    """A folder with a secret, servers that listen, and a victim: a process that does nothing.

    Attributes:
        token: The secret. It stands in a file, a file's name, the environment, and the victim's environment and words.
        outside: The folder.
    """

    def __init__(self) -> None:
        self.token = secrets.token_hex(16)
        self._public = secrets.token_hex(8)
        self.outside = Path(tempfile.mkdtemp(prefix="outside-"))
        self._sockets = tempfile.mkdtemp(prefix="sockets-")
        self._heard = threading.Event()
        self._selector = selectors.DefaultSelector()
        self._names = self._listen()
        self._stop, stopping = socket.socketpair()
        self._selector.register(stopping, selectors.EVENT_READ, "stop")
        self._listener = threading.Thread(target=self._answer)
        self._fill()
        self._file = os.open(self.outside / "secret", os.O_RDONLY)
        os.set_inheritable(self._file, True)
        os.environ["SECRET"] = self.token
        self._name = f"calcharo-{self._public}.txt"
        self.victim = self._new_victim()

    def __enter__(self) -> Self:
        self._listener.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.send(b"x")
        self._listener.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._selector.close()
        self._stop.close()
        os.close(self._file)
        del os.environ["SECRET"]
        self._end_victim()
        shutil.rmtree(self.outside, ignore_errors=True)
        shutil.rmtree(self._sockets, ignore_errors=True)
        self._library_file.unlink(missing_ok=True)

    @property
    def prelude(self) -> str:
        """What tells a program of this world: one line."""
        return (
            f"OUTSIDE = {str(self.outside)!r}; VICTIM = {self.victim.pid}; FD = {self._file}; NAME = {self._name!r}; "
            + "; ".join(f"{name} = {value!r}" for name, value in self._names.items())
            + "\n"
        )

    @property
    def file(self) -> int:
        """An open file with the secret, for processes to inherit."""
        return self._file

    def renew(self) -> None:
        """Make good what a program has done."""
        for each in self.outside.iterdir() if self.outside.exists() else ():
            shutil.rmtree(each) if each.is_dir() and not each.is_symlink() else each.unlink()
        if not self.outside.exists():
            self._end_victim()  # which is in the folder that was there
        self._fill()
        self._library_file.unlink(missing_ok=True)
        if self.victim.poll() is not None:
            self._end_victim()
            self.victim = self._new_victim()
        self._heard.clear()

    # --- what has been done ------------------------------------------------------------------------

    @property
    def has_heard(self) -> bool:
        """Whether one of the servers has heard of somebody."""
        return self._heard.wait(0.2)

    @property
    def is_victim_dead(self) -> bool:
        """Whether the victim has ended."""
        with suppress(subprocess.TimeoutExpired):
            self.victim.wait(0.2)
        return self.victim.returncode is not None

    @property
    def is_changed(self) -> bool:
        """Whether the folder, or the interpreter's library, is not as it was."""
        return self._library_file.exists() or self._state() != self._known

    @property
    def _library_file(self) -> Path:
        return Path(os.__file__).parent / self._name

    def _state(self) -> list[tuple[str, int, int, int]]:
        """Give the names, modes, sizes and times of all files."""
        files = sorted(self.outside.iterdir()) if self.outside.exists() else []
        states = [(each, each.lstat()) for each in files]
        return [(each.name, state.st_mode, state.st_size, state.st_mtime_ns) for each, state in states]

    # --- what there is -----------------------------------------------------------------------------

    def _fill(self) -> None:
        self.outside.mkdir(exist_ok=True)
        (self.outside / "secret").write_text(f"{self.token}\n")
        (self.outside / "secret_module.py").write_text(f"print({self.token!r})\n")
        (self.outside / f"{self.token}.txt").touch()
        self._known = self._state()

    def _end_victim(self) -> None:
        assert self.victim.stdin is not None
        self.victim.stdin.close()
        self.victim.kill()
        self.victim.wait()

    def _new_victim(self) -> subprocess.Popen[bytes]:
        waiting = "import sys; print('ready', flush=True); sys.stdin.read()"
        environment = {"PATH": os.environ["PATH"], "SECRET": f"SECRET={self.token}"}
        victim = subprocess.Popen(
            [sys.executable, "-c", waiting, self.token],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            cwd=self.outside,
            start_new_session=True,
        )
        assert victim.stdout is not None
        victim.stdout.readline()
        victim.stdout.close()
        return victim

    def _listen(self) -> dict[str, object]:
        names: dict[str, object] = {}
        abstract = f"\0calcharo-{self._public}"
        wanted: list[tuple[str, int, int, object]] = [
            ("PORT", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            ("PORT6", socket.AF_INET6, socket.SOCK_STREAM, ("::1", 0)),
            ("UDP", socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            ("UNIX", socket.AF_UNIX, socket.SOCK_STREAM, f"{self._sockets}/socket"),
            ("ABSTRACT", socket.AF_UNIX, socket.SOCK_STREAM, abstract),
        ]
        for name, family, kind, address in wanted:
            server = socket.socket(family, kind)
            try:
                server.bind(address)  # type: ignore[arg-type]
            except OSError:  # there is no IPv6
                server.close()
                continue
            if kind == socket.SOCK_STREAM:
                server.listen(64)
            server.setblocking(False)
            self._selector.register(server, selectors.EVENT_READ, "server")
            found = server.getsockname()
            names[name] = found[1] if isinstance(found, tuple) else address
        return names

    def _answer(self) -> None:
        while True:
            for key, _events in self._selector.select():
                if key.data == "stop":
                    return
                server = key.fileobj
                assert isinstance(server, socket.socket)
                with suppress(OSError):
                    if server.type == socket.SOCK_STREAM:
                        server.accept()[0].close()
                    else:
                        server.recv(100)
                    self._heard.set()
