"""Program text turned into code objects, with the errors that `python` itself would show."""

from __future__ import annotations

import linecache
import marshal
import sys
from importlib._bootstrap_external import MAGIC_NUMBER  # importlib.util, its public place, is slow to import
from types import CodeType
from typing import Final

__all__ = ["compile_command", "compile_file", "compile_text", "is_compiled_file", "load_compiled_file"]

_PYC_HEADER = 16
_LOCATES_UNDECODABLE: Final[bool] = sys.version_info[:2] >= (3, 14)
"""Whether this CPython says where the bytes stand that it cannot decode."""


def compile_text(source: str | bytes, filename: str) -> CodeType:
    """Compile a program's text, uninfluenced by this module's own compiler flags.

    Raises:
        SyntaxError: The text does not compile.
        ValueError: It holds what no source may hold.
    """
    code: CodeType = compile(source, filename, "exec", dont_inherit=True)
    return code


def compile_command(source: str) -> CodeType:
    """Compile the CODE of `-c CODE`, and let tracebacks show its lines where CPython's do."""
    if sys.version_info >= (3, 14):
        import textwrap  # noqa: PLC0415 - needed by `-c` alone

        source = textwrap.dedent(source)
    code = compile_text(source + "\n", "<string>")
    register = getattr(linecache, "_register_code", None)
    if register is not None:
        # CPython 3.13 finds the lines by file name, later ones by code object.
        register("<string>" if sys.version_info < (3, 14) else code, source, "<string>")
    return code


def compile_file(source: bytes, path: str) -> CodeType:
    """Compile a script's bytes with the errors CPython has when it reads the script itself.

    Raises:
        SyntaxError: The script does not compile.
    """
    try:
        code = compile_text(source, path)
    except (SyntaxError, ValueError) as error:
        raise _as_read_from_file(error, source, path) from None
    if not source.isascii() and not _LOCATES_UNDECODABLE:
        # compile() lets undecodable bytes pass in comments, the file reader does not.
        undecodable = _undecodable_byte(source)
        if undecodable is not None and _declared_encoding(source) is None:
            raise SyntaxError(_not_utf8(source, path, undecodable))
    return code


def is_compiled_file(source: bytes, path: str) -> bool:
    """Tell a `.pyc` file, by its name or by its first bytes, from source."""
    return path.endswith(".pyc") or source[:4] == MAGIC_NUMBER


def load_compiled_file(source: bytes) -> CodeType:
    """Load the code object of a `.pyc` file.

    Raises:
        RuntimeError: Another CPython wrote the file, or it is damaged.
    """
    if source[:4] != MAGIC_NUMBER:
        message = "Bad magic number in .pyc file"
        raise RuntimeError(message)
    code: object = marshal.loads(source[_PYC_HEADER:])  # noqa: S302 - the user asked to run this file
    if not isinstance(code, CodeType):
        message = "Bad code object in .pyc file"
        raise RuntimeError(message)  # noqa: TRY004 - CPython's own error
    return code


def _as_read_from_file(error: Exception, source: bytes, path: str) -> Exception:
    """Say about undecodable source what CPython's file reader says; `compile()` has other words."""
    if b"\0" in source:
        return _null_byte(source, path)
    if not isinstance(error, SyntaxError):
        return error
    declared, undecodable = _declared_encoding(source), _undecodable_byte(source)
    if not _LOCATES_UNDECODABLE and error.lineno == 0:
        known = error.msg.startswith("encoding problem")
        return SyntaxError(error.msg if known else f"encoding problem: {declared}")
    if undecodable is None or declared not in {None, "utf-8"}:
        return error
    return _not_utf8_error(error, source, path, undecodable, declared)


def _not_utf8_error(error: SyntaxError, source: bytes, path: str, position: int, declared: str | None) -> SyntaxError:
    message = _not_utf8(source, path, position)
    if not _LOCATES_UNDECODABLE:
        return error if declared else SyntaxError(message)
    if declared:
        return SyntaxError(_undecodable_line(source, position), (path, error.lineno, None, error.text))
    line = _counted_line(source, position)
    return SyntaxError(message, (path, line, error.offset, error.text, line, error.offset))


def _null_byte(source: bytes, path: str) -> SyntaxError:
    before = source[: source.index(b"\0")].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    lines = before.split(b"\n")
    text = lines[-1].decode("utf-8", "replace")
    return SyntaxError("source code cannot contain null bytes", (path, len(lines), None, text))


def _declared_encoding(source: bytes) -> str | None:
    """Find the encoding that source declares in its first two lines."""
    import re  # noqa: PLC0415 - needed by unusual source alone

    for line in source.removeprefix(b"\xef\xbb\xbf").splitlines()[:2]:
        found = re.match(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", line)
        if found:
            return found[1].decode("ascii", "replace")
    return None


def _undecodable_byte(source: bytes) -> int | None:
    """Find the first byte that is not UTF-8."""
    try:
        source.decode("utf-8")
    except UnicodeDecodeError as undecodable:
        return undecodable.start
    return None


def _undecodable_line(source: bytes, position: int) -> str:
    """Say of the line that holds an undecodable byte what its decoder says of it."""
    start = source.rfind(b"\n", 0, position) + 1
    try:
        source[start:].decode("utf-8")
    except UnicodeDecodeError as error:
        return f"(unicode error) {error}"
    raise AssertionError(source)


def _counted_line(source: bytes, position: int) -> int:
    """Give the line of a byte as CPython's file reader counts it while it looks for an encoding."""
    line = len(source[: position + 1].splitlines())
    if _LOCATES_UNDECODABLE and line == 2:
        return 1
    return line


def _not_utf8(source: bytes, path: str, position: int) -> str:
    return (
        f"Non-UTF-8 code starting with '\\x{source[position]:02x}' in file {path} "
        f"on line {_counted_line(source, position)}, "
        "but no encoding declared; see https://peps.python.org/pep-0263/ for details"
    )
