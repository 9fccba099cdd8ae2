"""Functions of the library that look beyond their caller, replaced while machines are active.

The process has one of each, so they serve all machines: each asks which machine executes a guest in the
current thread, and leaves other threads to the function that it replaces.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found] # unknown to typeshed
import sys
import threading
import warnings
from _operator import index
from contextlib import ExitStack, contextmanager, suppress
from functools import partial, update_wrapper
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.context import (
    ACTIVE_MACHINES,
    current_context,
    executing_context,
    host_limit,
    raise_host_limit,
    set_recursion_limit,
)
from calcharo_vm.machine.frame import Frame
from calcharo_vm.machine.frame_views import host_frames, logical_stack
from calcharo_vm.machine.native_errors import in_place_of
from calcharo_vm.machine.signal_handlers import (
    getsignal_for,
    give_back_default_interrupts,
    signal_for,
    take_default_interrupts,
)
from calcharo_vm.machine.tracebacks import is_machine_code, mirror_of
from calcharo_vm.machine.tracing_functions import TRACING_FUNCTIONS
from calcharo_vm.machine.unraisable import unraisable_hook_for
from calcharo_vm.machine.warning_functions import show_warning_for, warn_as_the_program, warn_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType, ModuleType

    from calcharo_vm.machine.machine import Machine

host_getframe = sys._getframe
_lock = threading.Lock()
_changes = ExitStack()
"""What puts back everything that is changed of the process while machines are active."""
_own = SimpleNamespace(limit=0)
"""The recursion limit of threads that no machine runs in, while machines raise the one of the process."""


@contextmanager
def patched_library(machine: Machine) -> Iterator[None]:
    """Makes a machine an active one for as long as the block runs, and the library see the guest's frames.

    Machines may end in another order than they began: what the process had before is put back after the last.
    """
    with _lock:
        if not ACTIVE_MACHINES:
            _change_library()
        ACTIVE_MACHINES.append(machine)
    try:
        machine.enter_thread()
        raise_host_limit(machine.recursion_limit)
        warn_as_the_program()
        if machine.is_at_work is not None:
            take_default_interrupts()
        yield
    finally:
        with _lock:
            ACTIVE_MACHINES.remove(machine)
            if not ACTIVE_MACHINES:
                _changes.close()


def _change_library() -> None:
    _own.limit = sys.getrecursionlimit()
    set_limit = sys.setrecursionlimit
    _changes.callback(lambda: set_limit(_own.limit))
    _changes.callback(give_back_default_interrupts)
    for module, name, replacing in _REPLACEMENTS:
        original = vars(module).get(name)
        if original is not None:  # not every CPython has all of them
            setattr(module, name, replacing(original))
            _changes.callback(setattr, module, name, original)


def _getframe_for(original: Callable[..., FrameType]) -> Callable[..., FrameType]:
    def _getframe(*arguments: Any, **named: Any) -> FrameType:
        depth = _asked_depth(original, *arguments, **named)
        context = executing_context()
        caller = host_getframe(1)
        if context is None:
            return host_getframe(depth + 1)
        stack = list(logical_stack(context, caller))
        if depth >= len(stack):
            message = "call stack is not deep enough"
            raise ValueError(message)
        found = stack[depth]
        if not is_machine_code(caller.f_code):
            return host_frames(stack[depth:])
        context.machine.frames_shown = True
        return mirror_of(found) if isinstance(found, Frame) else found

    return update_wrapper(_getframe, original)


def _asked_depth(native: Callable[..., Any], *arguments: Any, **named: Any) -> int:
    """The depth that a function which takes only a depth was asked for.

    Raises:
        TypeError: The arguments do not fit; CPython's own error.
        OverflowError: As the TypeError.
    """
    with suppress(ValueError):  # the host's own stack is not deep enough, which does not matter
        native(*arguments, **named)
    return max(index(next(iter((*arguments, *named.values())), 0)), 0)


def _getframemodulename_for(original: Callable[..., Any]) -> Callable[..., Any]:
    """`sys._getframemodulename`, which CPython has from 3.12 on."""

    def _getframemodulename(*arguments: Any, **named: Any) -> Any:
        depth = _asked_depth(original, *arguments, **named)
        context = executing_context()
        if context is None:
            return original(depth + 1)
        stack = list(logical_stack(context, host_getframe(1)))
        if depth >= len(stack):
            return None
        frame = stack[depth]
        return (frame.globals if isinstance(frame, Frame) else frame.f_globals).get("__name__")

    return update_wrapper(_getframemodulename, original)


def _getrecursionlimit_for(original: Callable[[], int]) -> Callable[[], int]:
    """`sys.getrecursionlimit` for the guest's limit: the library that runs natively asks too."""

    def getrecursionlimit() -> int:
        context = current_context()
        return _own.limit if context is None else context.limit

    return in_place_of(original, getrecursionlimit)


def _setrecursionlimit_for(original: Callable[[int], None]) -> Callable[[int], None]:
    def setrecursionlimit(limit: Any, /) -> None:
        context = current_context()
        if context is None:
            raised = host_limit()
            original(limit)
            _own.limit = host_limit()
            original(max(raised, _own.limit))
        else:
            set_recursion_limit(context, limit)

    return in_place_of(original, setrecursionlimit)


def _starting_thread_for(original: Callable[..., Any]) -> Callable[..., Any]:
    """What starts the library's threads: those that a guest starts are its machine's."""

    def start(function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Any:
        context = current_context()
        if context is not None and not _is_observers(context.machine):
            if context.machine.starting_thread is not None:
                context.machine.starting_thread(function.__self__)  # type: ignore[attr-defined] # as below
            context.machine.threads.add(function.__self__)  # type: ignore[attr-defined] # a method of the thread
            function = partial(_run_in_thread_of, context.machine, function)
        return original(function, *arguments, **named)

    return update_wrapper(start, original)


def _is_observers(machine: Machine) -> bool:
    """Whether it is the observer, or what it calls, that starts a thread."""
    return machine.is_at_work is not None and machine.is_at_work(host_getframe(2))


def _run_in_thread_of(machine: Machine, function: Callable[..., Any], *arguments: Any) -> None:
    machine.enter_thread()
    function(*arguments)


_REPLACEMENTS: list[tuple[ModuleType, str, Callable[[Callable[..., Any]], Callable[..., Any]]]] = [
    (sys, "_getframe", _getframe_for),
    (sys, "_getframemodulename", _getframemodulename_for),
    *((sys, name, replacing) for name, replacing in TRACING_FUNCTIONS.items()),
    (sys, "getrecursionlimit", _getrecursionlimit_for),
    (sys, "setrecursionlimit", _setrecursionlimit_for),
    (sys, "unraisablehook", unraisable_hook_for),
    (threading, "_start_new_thread", _starting_thread_for),
    (threading, "_start_joinable_thread", _starting_thread_for),
    (_signal, "getsignal", getsignal_for),
    (_signal, "signal", signal_for),
    (warnings, "warn", warn_for),
    (warnings, "_showwarnmsg", show_warning_for),
]
"""Of each function its module and name, and what makes the one that replaces it."""
