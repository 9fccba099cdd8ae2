"""Keeps between runs what making code took: host code that has been compiled, and what had to be found out before.

A file holds what was made for one program, that is for one main code object, by one version of CPython. Host code is
kept by the text it was compiled from, so what is found there is always the right one. Whatever is wrong with the file
or its folder only means that all is made anew.
"""

from __future__ import annotations

import marshal
import os
import stat
import sys
from _thread import get_ident
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

import attrs

from calcharo_vm.host_builtins import __builtins__

if TYPE_CHECKING:
    from types import CodeType

_FORMAT: Final = b"calcharo made code 1\n"
_DIGEST: Final = 16
_MOST_BYTES: Final = 64 << 20
"""How much all files may have together; the oldest go."""
_SUFFIX: Final = ".made"
_VERSION: Final = f"{sys.implementation.cache_tag}-{sys.hexversion:x}"
_WRITABLE_BY_OTHERS: Final = stat.S_IWGRP | stat.S_IWOTH


@attrs.frozen
class Outline:
    """What is found out of a code object by writing it several times.

    Attributes:
        handled: The instructions that are left to their handlers.
        leaving: The instructions that end a block.
        entered: Where the eval loop goes on in a handler that a path has entered.
    """

    handled: frozenset[int]
    leaving: frozenset[int]
    entered: frozenset[int]


def user_folder() -> str:
    """The folder for caches of the user, by the XDG Base Directory Specification; on Windows, that for local data."""
    if sys.platform == "win32":
        return f"{os.environ.get('LOCALAPPDATA') or os.path.expanduser('~')}\\calcharo"  # noqa: PTH111 - light
    folder = os.environ.get("XDG_CACHE_HOME", "")
    found = folder if os.path.isabs(folder) else os.path.expanduser("~/.cache")  # noqa: PTH111, PTH117 - as above
    return f"{found}/calcharo"


def _bytes_of(main: CodeType) -> bytes:
    """The bytes of a code object, which are the same in each process, but for those that have slices as constants."""
    try:
        return marshal.dumps(main, 2)
    except ValueError:  # only the formats since 3.14 have slices, and tell of constants how often they are held
        return marshal.dumps(main)


class CodeCache:
    """What has been made for one program.

    Attributes:
        keeps: Whether anything is kept.
    """

    def __init__(self, folder: str) -> None:
        """`folder` is where files are kept, and is made when there is something to keep; "" keeps nothing."""
        self.keeps = bool(folder)
        self._folder = folder
        self._path = ""
        self._codes: dict[bytes, bytes] = {}
        self._outlines: dict[bytes, tuple[tuple[int, ...], ...]] = {}
        self._used: set[bytes] = set()
        self._is_new = False

    def begin(self, main: CodeType) -> None:
        """Reads what was kept of the program whose main code object is given; later calls do nothing."""
        if self._path or not self.keeps:
            return
        name = f"{_VERSION}-{_digest(_bytes_of(main)).hex()}{_SUFFIX}"
        self._path = f"{self._folder}/{name}"
        content = _read(self._path)
        if content is not None:
            self._codes, self._outlines = marshal.loads(content)  # noqa: S302 - nobody else may have written it

    def compiled(self, source: str, filename: str) -> CodeType:
        """Compiles a source text, unless that has been done before."""
        if not self.keeps:
            return compile(source, filename, "exec")
        key = self._use(f"{filename}\n{source}")
        kept = self._codes.get(key)
        if kept is not None:
            code: CodeType = marshal.loads(kept)  # noqa: S302 - as above
            return code
        code = compile(source, filename, "exec")
        self._codes[key] = marshal.dumps(code)
        self._is_new = True
        return code

    def outline(self, description: str) -> Outline | None:
        """What was found out of a code object that has this description."""
        kept = self._outlines.get(self._use(description))
        return None if kept is None else Outline(*map(frozenset, kept))

    def keep_outline(self, description: str, outline: Outline) -> None:
        """Keeps what has been found out of a code object."""
        kept = tuple(tuple(sorted(each)) for each in attrs.astuple(outline, recurse=False))
        key = self._use(description)
        if self._outlines.get(key) != kept:
            self._outlines[key] = kept
            self._is_new = True

    def _use(self, text: str) -> bytes:
        key = _digest(text.encode("utf-8", "surrogatepass"))
        self._used.add(key)
        return key

    def save(self) -> None:
        """Writes what this run has used, if it has made anything new."""
        if not self._is_new or sys.dont_write_bytecode:
            return
        self._is_new = False
        kept = (
            {key: code for key, code in self._codes.items() if key in self._used},
            {key: outline for key, outline in self._outlines.items() if key in self._used},
        )
        try:
            os.makedirs(self._folder, 0o700, exist_ok=True)  # noqa: PTH103 - as above
            _write(self._path, marshal.dumps(kept))
            _sweep(self._folder)
        except OSError:
            pass  # it is made anew each time, then


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=_DIGEST).digest()


def _read(path: str) -> bytes | None:
    """The content of a file that this user has written, and that is whole."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - as above
            status = os.fstat(file.fileno())
            if status.st_mode & _WRITABLE_BY_OTHERS or status.st_uid != _user():
                return None
            head, digest, content = file.read(len(_FORMAT)), file.read(_DIGEST), file.read()
    except OSError:
        return None
    return content if head == _FORMAT and digest == _digest(content) else None


def _user() -> int:
    return os.geteuid() if hasattr(os, "geteuid") else 0


def _write(path: str, content: bytes) -> None:
    """Writes a file at one go: other processes see the old one or the new one."""
    partial = f"{path}.{os.getpid()}.{get_ident()}"
    file = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        for part in (_FORMAT, _digest(content), content):
            os.write(file, part)
    finally:
        os.close(file)
    os.replace(partial, path)  # noqa: PTH105 - as above


def _sweep(folder: str) -> None:
    """Removes the files that have not been written for longest, where all are too much."""
    with os.scandir(folder) as entries:
        found = [(entry.stat().st_mtime, entry.stat().st_size, entry.path) for entry in entries]
    left = _MOST_BYTES
    for _, size, path in sorted(found, reverse=True):
        left -= size
        if left < 0:
            os.remove(path)  # noqa: PTH107 - as above
