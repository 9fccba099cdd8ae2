"""The launch: this process becomes the program's, as if `python` had started it.

What CPython does in C (`Modules/main.c`, `Python/pythonrun.c`) is done here step by step, with the
machine in the place of the eval loop. What follows the program's last instruction (waiting for
threads, `atexit`, flushing, the exit status) is left to the interpreter, which does it natively.
"""
# Paths are strings, as in the C code this follows; pathlib would cost start-up time.
# ruff: noqa: PTH109, PTH120, PTH123

from __future__ import annotations

import os
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader
from typing import TYPE_CHECKING

from calcharo_vm.errors import InternalError
from calcharo_vm.program.command_line import Program, ProgramKind, host_words
from calcharo_vm.program.main_module import forget_file, name_file, new_main_module
from calcharo_vm.program.shadowing import forget_shadowed_modules
from calcharo_vm.program.source import (
    compile_command,
    compile_file,
    compile_text,
    is_compiled_file,
    load_compiled_file,
)
from calcharo_vm.program.uncaught import guest_traceback, leave_by_interrupt, report

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, ModuleType

    from _typeshed.importlib import PathEntryFinderProtocol

    RunCode = Callable[[CodeType, dict[str, object]], object]
    Start = Callable[[str | None], RunCode]

__all__ = ["launch"]

_USAGE_ERROR = 2
_kept: list[object] = []
"""What must outlive the launch: the host's own `__main__`, whose globals are still in use."""


def launch(program: Program, start: Start, tell: Callable[[BaseException], object] | None = None) -> int:
    """Make this process run the program.

    Args:
        program: What to run.
        start: Called with the program's folder when the process is set up; gives the function that
            runs a code object in a namespace.
        tell: Called with the exception that nobody handled, before it is reported.

    Returns:
        The exit status when the program ended by itself or by an uncaught exception.

    Raises:
        SystemExit: The program asks to leave; the interpreter knows how.
        InternalError: The machine or the recorder has failed.
        KeyboardInterrupt: The program was interrupted and that was reported.
    """
    main = _take_over(program)
    uncaught: BaseException | None = None
    try:
        _RUNNERS[program.kind](program, main, start)
    except (SystemExit, InternalError):
        raise
    except _CannotOpenError as error:
        sys.stderr.write(f"{sys.executable}: can't open file {program.path!r}: {error}\n")
        return _USAGE_ERROR
    except BaseException as error:
        error.__traceback__ = guest_traceback(error)
        uncaught = error  # reported outside the handler: for the program's hook nothing is being handled
    if uncaught is not None:
        if tell is not None:
            tell(uncaught)
        report(uncaught)
    if main.__spec__ is None:
        forget_file(main)
    if isinstance(uncaught, KeyboardInterrupt):
        leave_by_interrupt()
    return 0 if uncaught is None else 1


class _CannotOpenError(Exception):
    """Says why a script cannot be read, in the words of the operating system."""


def _take_over(program: Program) -> ModuleType:
    """Replace what this process shows of Calcharo by what `python` would show of the program."""
    sys.orig_argv = [*host_words(), *program.words]
    sys.argv = program.argv
    _kept.append(sys.modules["__main__"])
    main = new_main_module()
    sys.modules["__main__"] = main
    if not sys.flags.safe_path:
        del sys.path[0]
    return main


def _import_from(folder: str, shown: str | None = None) -> None:
    """Put the program's folder first in `sys.path`, and let its modules win over Calcharo's own imports."""
    sys.path.insert(0, folder if shown is None else shown)
    forget_shadowed_modules(folder)


def _run_file(program: Program, main: ModuleType, start: Start) -> None:
    path = program.path
    importer = _importer(path)
    if importer is not None:
        sys.path_importer_cache[path] = importer
        _import_from(path)
        _run_as_main("__main__", start(path), alter_argv=False)
        return
    folder = program.first_import_folder
    if not sys.flags.safe_path:
        _import_from(folder)
    source = _read(path)
    if is_compiled_file(source, path):
        name_file(main, path, compiled=True)
        code = load_compiled_file(source)
    else:
        name_file(main, path)
        code = compile_file(source, path)
    start(folder)(code, main.__dict__)


def _run_stdin(program: Program, main: ModuleType, start: Start) -> None:
    if not sys.flags.safe_path:
        _import_from(os.getcwd(), program.first_import_folder)
    name_file(main, "<stdin>", stdin=True)
    code = compile_text(sys.stdin.buffer.read(), "<stdin>")
    start(os.getcwd())(code, main.__dict__)


def _run_command(program: Program, main: ModuleType, start: Start) -> None:
    if not sys.flags.safe_path:
        _import_from(os.getcwd(), program.first_import_folder)
    code = compile_command(program.target)
    start(os.getcwd())(code, main.__dict__)


def _run_module(program: Program, main: ModuleType, start: Start) -> None:
    del main  # runpy finds it in sys.modules
    if not sys.flags.safe_path:
        _import_from(program.first_import_folder)
    _run_as_main(program.target, start(_module_folder(program.target)), alter_argv=True)


_RUNNERS: dict[ProgramKind, Callable[[Program, ModuleType, Start], None]] = {
    ProgramKind.FILE: _run_file,
    ProgramKind.MODULE: _run_module,
    ProgramKind.COMMAND: _run_command,
    ProgramKind.STDIN: _run_stdin,
}


def _run_as_main(name: str, run_code: RunCode, *, alter_argv: bool) -> None:
    """Let runpy find the module and prepare `__main__`, as `python -m` does; only its `exec` is ours."""
    import runpy  # noqa: PLC0415 - needed by `-m`, folders and archives alone

    from calcharo_vm.machine.trampolines import guest_code_of  # noqa: PLC0415 - as above

    def execute(code: CodeType, namespace: dict[str, object]) -> None:
        del runpy.exec  # type: ignore[attr-defined]  # the program's own use of runpy is not ours
        guest = guest_code_of(code)
        if guest is not None:  # what imports on the machine gives trampolines
            _show_cpythons_loader(namespace)
        run_code(code if guest is None else guest.code, namespace)

    runpy.exec = execute  # type: ignore[attr-defined]
    runpy._run_module_as_main(name, alter_argv)  # type: ignore[attr-defined]


def _show_cpythons_loader(namespace: dict[str, object]) -> None:
    """Give `__main__` the loader that CPython would have used: the machine's has done its work."""
    spec = namespace["__spec__"]
    assert isinstance(spec, ModuleSpec)
    if isinstance(spec.loader, SourceFileLoader):
        namespace["__loader__"] = spec.loader = SourceFileLoader(spec.loader.name, spec.loader.path)


def _importer(path: str) -> PathEntryFinderProtocol | None:
    """Find what imports from a folder or an archive; None for a plain file."""
    for hook in sys.path_hooks:
        try:
            return hook(path)
        except ImportError:
            continue
    return None


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise _CannotOpenError(f"[Errno {error.errno}] {error.strerror}") from None


def _module_folder(name: str) -> str | None:
    """Find the folder whose modules belong to the program `-m name`.

    It is the working folder when the module is found below it, otherwise the package's own folder:
    running an installed package must not put every installed package on the machine.
    """
    from importlib.util import find_spec  # noqa: PLC0415 - needed by `-m` alone

    try:
        spec = find_spec(name.partition(".")[0])
    except (ImportError, ValueError):
        return None  # runpy says what is wrong
    if spec is None:
        return None
    here = os.getcwd()
    places = [*(spec.submodule_search_locations or ())]
    if any(os.path.dirname(place) == here for place in places or [spec.origin or ""]):
        return here
    return places[0] if places else None
