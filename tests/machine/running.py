"""Runs source natively and on a machine, for tests that compare the two."""

import contextlib
import gc
import io
import sys
import textwrap
import traceback
from collections.abc import Iterator
from typing import Any

from calcharo_vm.machine import Machine


def on_machine(source: str, **names: Any) -> dict[str, Any]:
    """The namespace that source leaves when it runs on a machine."""
    namespace = {"__name__": "__main__", "__builtins__": __builtins__, **names}
    machine = Machine()
    with machine.activate():
        machine.run_code(compile(textwrap.dedent(source), "<guest>", "exec", dont_inherit=True), namespace)
    return namespace


def natively(source: str, **names: Any) -> dict[str, Any]:
    """The namespace that source leaves when CPython runs it."""
    namespace = {"__name__": "__main__", "__builtins__": __builtins__, **names}
    trace = sys.gettrace()
    sys.settrace(None)  # coverage's: until 3.11 frames look different while somebody traces
    try:
        exec(compile(textwrap.dedent(source), "<guest>", "exec", dont_inherit=True), namespace)
    finally:
        sys.settrace(trace)
    return namespace


def output_of(run: Any, source: str) -> str:
    """What source prints, and the traceback it ends with, if any."""
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream), _nothing_collected(when="setrecursionlimit" in source):
        try:
            run(source)
        except BaseException as error:
            while error.__traceback__ and "<guest>" not in error.__traceback__.tb_frame.f_code.co_filename:
                error.__traceback__ = error.__traceback__.tb_next
            traceback.print_exception(error, file=stream)
    return stream.getvalue()


@contextlib.contextmanager
def _nothing_collected(*, when: bool) -> Iterator[None]:
    """Lets no finaliser of what other tests left behind run where the stack is nearly full."""
    if when:
        gc.collect()
        gc.disable()
    yield
    gc.enable()


def assert_same(source: str) -> None:
    """Asserts that source prints and raises the same natively and on a machine."""
    assert output_of(natively, source) == output_of(on_machine, source)
