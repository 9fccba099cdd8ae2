"""What a library user asks to have traced, made ready to run."""

from __future__ import annotations

import os
from importlib.util import decode_source
from pathlib import Path
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, TypeAlias

from attrs import define, frozen

from calcharo_vm.errors import CompilationError, ConfigurationError
from calcharo_vm.program.main_module import name_file, new_main_module
from calcharo_vm.program.source import compile_file, compile_text, is_compiled_file, load_compiled_file

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from calcharo_vm.recording.inputs import Input

__all__ = ["ProgramFile", "Request", "Source", "Subject", "prepare"]

Source: TypeAlias = "str | bytes | Path | CodeType | Callable[[], object]"
"""What can be traced."""

_NOT_COMPILED = (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError)


@frozen
class ProgramFile:
    """A program's file, read already.

    Attributes:
        path: Its path, as it was given.
        name: Its absolute path.
        content: What it holds.
        folder: The folder it is in, links resolved.
    """

    path: str
    name: str
    content: bytes
    folder: str

    @classmethod
    def read(cls, path: Path) -> ProgramFile:
        """Read a file.

        Raises:
            ConfigurationError: It cannot be read.
        """
        try:
            content, folder = path.read_bytes(), str(path.resolve().parent)
        except OSError as error:
            message = f"the program {str(path)!r} cannot be read: {error.strerror}; pass a file"
            raise ConfigurationError(message) from error
        name = os.path.join(os.getcwd(), path)  # noqa: PTH109, PTH118 - as python forms it
        return cls(str(path), name, content, folder)


@frozen(eq=False)
class Request:
    """What is to be traced, and with what.

    Attributes:
        source: The program.
        filename: The name of a text's file; `<string>` when it is None.
        argv: All of `sys.argv`; the file's name when it is None.
        stdin: What the program reads from standard input; this process's own input when it is None.
        namespace: The globals it runs in; those of a new `__main__` when it is None.
        replay: What it is told from outside, if it is to be told again.
    """

    source: Source | ProgramFile
    filename: str | None = None
    argv: Sequence[str] | None = None
    stdin: str | None = None
    namespace: dict[str, object] | None = None
    replay: Sequence[Input] | None = None


@define
class Subject:
    """A program that is ready to run.

    Attributes:
        code: Its code object; for a function, the function's.
        namespace: The globals it runs in.
        argv: What it has for `sys.argv`.
        text: Its source, as far as that is known.
        main: What it has for `__main__`; None when it is not a main program.
        folder: The folder of its file, where it finds its modules; None when it has none.
        function: The function to call, when it is not a code object to run.
    """

    code: CodeType
    namespace: dict[str, object]
    argv: list[str]
    text: str | None = None
    main: ModuleType | None = None
    folder: str | None = None
    function: Callable[[], object] | None = None

    def python_function(self) -> FunctionType:
        """The function that a call of `function` executes."""
        return _python_function(self.function)


def prepare(request: Request) -> Subject:
    """Compile the source of a request and find out what it runs in.

    Raises:
        CompilationError: The source does not compile.
        ConfigurationError: The arguments do not go together, or a file cannot be read.
    """
    source, filename, argv, namespace = request.source, request.filename, request.argv, request.namespace
    _check(filename, argv, namespace)
    words = None if argv is None else list(argv)
    if isinstance(source, Path | ProgramFile):
        file = ProgramFile.read(source) if isinstance(source, Path) else source
        return _of_file(file, filename, words, namespace)
    if isinstance(source, str | bytes):
        return _of_text(source, filename, words, namespace)
    if filename is not None:
        kind = "code object" if isinstance(source, CodeType) else "function"
        raise ConfigurationError(f"filename is {filename!r}, but a {kind} has its file name already; leave it out")
    if isinstance(source, CodeType):
        if source.co_freevars:
            names = ", ".join(source.co_freevars)
            raise ConfigurationError(f"{source!r} needs values for {names}; pass the function it belongs to")
        main, globals_ = _surroundings(namespace)
        return Subject(source, globals_, words or [source.co_filename], main=main)
    return _of_function(source, words, namespace)


def _check(filename: object, argv: object, namespace: object) -> None:
    """Refuse arguments of the wrong kinds."""
    if filename is not None and not isinstance(filename, str):
        raise ConfigurationError(f"filename is {filename!r}, of type {type(filename).__name__}; pass a string or None")
    if namespace is not None and not isinstance(namespace, dict):
        found = f"globals is {namespace!r}, of type {type(namespace).__name__}"
        raise ConfigurationError(f"{found}; pass a dict or None")
    if argv is None:
        return
    if not isinstance(argv, list | tuple):
        raise ConfigurationError(f"argv is {argv!r}, of type {type(argv).__name__}; pass a list of strings or None")
    for word in argv:
        if not isinstance(word, str):
            raise ConfigurationError(f"argv holds {word!r}, of type {type(word).__name__}; pass a list of strings")


def _surroundings(namespace: dict[str, object] | None) -> tuple[ModuleType | None, dict[str, object]]:
    """Give the `__main__` and the globals of a program: new ones, unless the caller has globals for it."""
    if namespace is not None:
        return None, namespace
    main = new_main_module()
    return main, main.__dict__


def _of_text(
    source: str | bytes, filename: str | None, argv: list[str] | None, namespace: dict[str, object] | None
) -> Subject:
    name = filename or "<string>"
    code = _compiled(lambda: compile_text(source, name))
    main, globals_ = _surroundings(namespace)
    text = source if isinstance(source, str) else decode_source(source)
    return Subject(code, globals_, argv or [name], text, main)


def _of_file(
    file: ProgramFile, filename: str | None, argv: list[str] | None, namespace: dict[str, object] | None
) -> Subject:
    name, content = filename or file.name, file.content
    is_compiled = is_compiled_file(content, name)
    code = _compiled(lambda: load_compiled_file(content) if is_compiled else compile_file(content, name))
    main, globals_ = _surroundings(namespace)
    if main is not None:
        name_file(main, name, compiled=is_compiled)
    text = None if is_compiled else decode_source(content)
    return Subject(code, globals_, argv or [file.path], text, main, file.folder)


def _of_function(source: object, argv: list[str] | None, namespace: dict[str, object] | None) -> Subject:
    if not callable(source):
        raise ConfigurationError(
            f"source is {source!r}, of type {type(source).__name__}; "
            "pass source text, a pathlib.Path, a code object or a function"
        )
    code = _python_function(source).__code__
    if namespace is not None:
        raise ConfigurationError("globals is given, but a function has its globals already; leave it out")
    return Subject(code, {}, argv or [code.co_filename], function=source)


def _python_function(called: object) -> FunctionType:
    """Find the function that a call of an object executes."""
    if not isinstance(called, FunctionType | MethodType):
        called = getattr(called, "__call__", None)  # noqa: B004 - the method itself is wanted
    function = called.__func__ if isinstance(called, MethodType) else called
    if not isinstance(function, FunctionType):
        raise ConfigurationError(f"{called!r} has no bytecode to execute; pass a function written in Python")
    return function


def _compiled(compile_it: Callable[[], CodeType]) -> CodeType:
    try:
        return compile_it()
    except _NOT_COMPILED as error:
        raise CompilationError(f"the source does not compile: {error}") from error
    except RuntimeError as error:
        raise CompilationError(f"the compiled file cannot be loaded: {error}") from error
