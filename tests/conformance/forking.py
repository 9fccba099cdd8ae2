"""A server which performs each request in a fork of itself: modules are imported once, programs stay isolated.

Requests come as JSON lines on standard input and each is answered by one line on standard output.
"""

import atexit
import faulthandler
import gc
import json
import os
import select
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import CodeType, ModuleType
from typing import TypedDict

TIMEOUT = 30


class Request(TypedDict):
    """One program to run: where its result, stdout and stderr go, and what to do with it."""

    kind: str
    program: str
    argv: list[str]
    stdin: str
    target: str


def serve(perform: Callable[[Request], object]) -> None:
    """Answers requests until standard input ends."""
    requests, replies = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    gc.freeze()
    for line in requests:
        request: Request = json.loads(line)
        child = os.fork()
        if child == 0:
            _perform_in_child(perform, request)
        replies.write(json.dumps(_wait(child)) + "\n")
        replies.flush()


def main_module(request: Request) -> ModuleType:
    """Makes the running process look like `python PROGRAM ARGV...` and gives its fresh `__main__` module."""
    from importlib.machinery import SourceFileLoader

    path = request["program"]
    module = ModuleType("__main__")
    module.__dict__.update(
        __file__=path,
        __builtins__=sys.modules["builtins"],
        __loader__=SourceFileLoader("__main__", path),
        __cached__=None,
    )
    if sys.version_info >= (3, 14):
        del module.__dict__["__cached__"]
    else:
        vars(module)["__annotations__"] = {}
    sys.modules["__main__"] = module
    sys.argv = [path, *request["argv"]]
    sys.path[0] = str(Path(path).parent)
    return module


def read_code(path: str) -> CodeType:
    """Compiles a program as CPython compiles its main file."""
    code: CodeType = compile(Path(path).read_bytes(), path, "exec", dont_inherit=True)
    return code


def _perform_in_child(perform: Callable[[Request], object], request: Request) -> None:
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the server may ignore it
        _redirect(request)
        faulthandler.dump_traceback_later(TIMEOUT - 1, exit=False, file=sys.__stderr__ or sys.stderr)
        result = perform(request)
        atexit._run_exitfuncs()
        sys.stdout.flush()
        Path(request["target"] + ".json").write_text(json.dumps(result), encoding="utf-8")
        status = 0
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
    finally:
        sys.stderr.flush()
        os._exit(status)


def _redirect(request: Request) -> None:
    target = request["target"]
    Path(target + ".stdin").write_text(request["stdin"], encoding="utf-8")
    for number, (suffix, mode) in enumerate(((".stdin", os.O_RDONLY), (".stdout", None), (".stderr", None))):
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC if mode is None else mode
        descriptor = os.open(target + suffix, flags, 0o644)
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  # the program closes it by ending
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115  # as above


def _wait(child: int) -> dict[str, str]:
    descriptor = os.pidfd_open(child)
    try:
        ready, _, _ = select.select([descriptor], [], [], TIMEOUT)
        if not ready:
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    finally:
        os.close(descriptor)
    if not ready:
        return {"status": "timeout"}
    return {"status": "done" if status == 0 else f"ended with status {os.waitstatus_to_exitcode(status)}"}
