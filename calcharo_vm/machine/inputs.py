"""Functions that tell a program something from outside: clocks, chance, pauses.

While a machine has inputs, they are asked first. The functions of the library's modules are replaced, so that
library code which the guest calls is told the same; every other thread, and whoever is not called by a guest, is left
to the functions that are replaced.
"""

from __future__ import annotations

import os
import random
import selectors
import threading
import time
import uuid
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.context import executing_context
from calcharo_vm.machine.native_errors import in_place_of
from calcharo_vm.machine.patches import host_getframe
from calcharo_vm.machine.tracebacks import is_machine_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType, ModuleType

    from calcharo_vm.machine.frame import Frame
    from calcharo_vm.machine.machine import Machine

    Function = Callable[..., Any]

_CLOCKS = ("time", "monotonic", "perf_counter", "process_time", "thread_time")
_time, _localtime = time.time, time.localtime
_urandom = os.urandom
_SEED_BYTES = 32
_lock = threading.Lock()
_users: list[Machine] = []
_changes = ExitStack()


class Inputs(Protocol):
    """Answers what a program asks of the world outside."""

    @property
    def random(self) -> random.Random:
        """What the functions of the module `random` draw from."""
        ...

    def answer(self, kind: str, native: Callable[[], Any], size: int = 0) -> Any:
        """The answer to a question that `native` would answer; entropy is asked for in `size` bytes."""
        ...

    def sleep(self, seconds: Any, native: Callable[[Any], None]) -> None:
        """Pauses, or lets time pass that is not real."""
        ...

    def ready(self, timeout: float | None, native: Callable[[float | None], list[Any]]) -> list[Any]:
        """Waits for one of the files of a selector, or lets time pass that is not real."""
        ...


def inputs_here() -> Inputs | None:
    """The inputs of the guest that the current thread executes, or None.

    A module of the library that is being imported gets none either: whether it still has to be imported is
    a matter of this process.
    """
    context = executing_context()
    if context is None or context.machine.inputs is None or _is_importing():
        return None
    return context.machine.inputs


def _is_importing() -> bool:
    """Whether the innermost frames, up to the machine's own, are of a module that is being imported natively."""
    frame: FrameType | None = host_getframe(4)  # beyond the functions that replace
    while frame is not None and not is_machine_code(frame.f_code):
        if frame.f_code.co_name == "<module>":
            return True
        frame = frame.f_back
    return False


@contextmanager
def answered_by(machine: Machine, inputs: Inputs) -> Iterator[None]:
    """Has the guest of a machine told by `inputs` what it asks of the world outside, while the block runs."""
    with _lock:
        machine.inputs, machine.input_lookaside = inputs, input_lookaside
        if not _users:
            _replace_functions()
        _users.append(machine)
    try:
        yield
    finally:
        with _lock:
            machine.inputs = machine.input_lookaside = None
            _users.remove(machine)
            if not _users:
                _changes.close()


def input_lookaside(callable: Any) -> Function | None:
    """What is called for a function that the guest got hold of before it was replaced, or for a clock's method."""
    owner = getattr(callable, "__self__", None)
    if isinstance(owner, type) and issubclass(owner, datetime) and callable.__name__ in _DATETIME_METHODS:
        return partial(_DATETIME_METHODS[callable.__name__], owner, callable)
    replacing = _replacing.get(id(callable))
    return None if replacing is None else lambda _frame, *arguments, **named: replacing(*arguments, **named)


def _now(cls: Any, _native: Function, _frame: Frame, *arguments: Any, **named: Any) -> Any:
    inputs = inputs_here()
    assert inputs is not None
    return cls.fromtimestamp(inputs.answer("time.time", _time), *arguments, **named)


def _utcnow(cls: Any, native: Function, frame: Frame, *arguments: Any) -> Any:
    native(*arguments)  # for its warning
    now = _now(datetime, native, frame, UTC)
    return cls(*now.timetuple()[:6], now.microsecond)


_DATETIME_METHODS: dict[str, Function] = {"now": _now, "utcnow": _utcnow}


def _clock(kind: str, original: Function) -> Function:
    def clock(*arguments: Any) -> Any:
        inputs = inputs_here()
        return original(*arguments) if inputs is None or arguments else inputs.answer(kind, original)

    return clock


def _numbered_clock(kind: str, original: Function) -> Function:
    def clock(number: Any, /) -> Any:
        inputs = inputs_here()
        if inputs is None or type(number) is not int:
            return original(number)
        return inputs.answer(f"{kind}({number})", partial(original, number))

    return clock


def _calendar(place: int, convert: Function | None, original: Function) -> Function:
    """A function whose argument at `place` is the time now if it is left out."""

    def calendar(*arguments: Any) -> Any:
        inputs = inputs_here()
        if inputs is None or (len(arguments) != place and arguments[place] is not None):
            return original(*arguments)
        now = inputs.answer("time.time", _time)
        return original(*arguments[:place], now if convert is None else convert(now))

    return calendar


def _entropy(original: Function) -> Function:
    def urandom(size: Any, /, *flags: Any) -> Any:
        inputs = inputs_here()
        if inputs is None or not isinstance(size, int) or size < 0:
            return original(size, *flags)
        return inputs.answer("os.urandom", partial(original, size, *flags), size)

    return urandom


def _seeding(original: Function) -> Function:
    def seed(self: random.Random, a: Any = None, version: int = 2) -> None:
        inputs = inputs_here()
        if a is None and inputs is not None:
            a = int.from_bytes(inputs.answer("os.urandom", partial(_urandom, _SEED_BYTES), _SEED_BYTES), "big")
        original(self, a, version)

    return seed


def _chance(name: str, original: Function) -> Function:
    """A function of the module `random`, for the generator that is the guest's."""

    def chance(*arguments: Any, **named: Any) -> Any:
        inputs = inputs_here()
        return (original if inputs is None else getattr(inputs.random, name))(*arguments, **named)

    return chance


def _pause(original: Function) -> Function:
    def sleep(seconds: Any, /) -> None:
        inputs = inputs_here()
        if inputs is None:
            original(seconds)
        else:
            inputs.sleep(seconds, original)

    return sleep


def _selection(original: Function) -> Function:
    def select(self: Any, timeout: Any = None) -> Any:
        inputs = inputs_here()
        return original(self, timeout) if inputs is None else inputs.ready(timeout, partial(original, self))

    return select


def _identifier(original: Function) -> Function:
    def uuid1(*arguments: Any, **named: Any) -> Any:
        inputs = inputs_here()
        if inputs is None:
            return original(*arguments, **named)
        return uuid.UUID(bytes=inputs.answer("uuid.uuid1", lambda: original(*arguments, **named).bytes, 16))

    return uuid1


_FUNCTIONS: list[tuple[ModuleType | type, str, Callable[[Function], Function]]] = [
    *((time, name, partial(_clock, f"time.{name}")) for one in _CLOCKS for name in (one, f"{one}_ns")),
    *((time, name, partial(_numbered_clock, f"time.{name}")) for name in ("clock_gettime", "clock_gettime_ns")),
    *((time, name, partial(_calendar, 0, None)) for name in ("localtime", "gmtime", "ctime")),
    (time, "asctime", partial(_calendar, 0, _localtime)),
    (time, "strftime", partial(_calendar, 1, _localtime)),
    (time, "sleep", _pause),
    *((module, name, _entropy) for module, name in ((os, "urandom"), (os, "getrandom"), (random, "_urandom"))),
    (random.Random, "seed", _seeding),
    *(
        (random, name, partial(_chance, name))
        for name, value in vars(random).items()
        if getattr(value, "__self__", None) is random._inst
    ),
    (uuid, "uuid1", _identifier),
    (uuid, "getnode", partial(_clock, "uuid.getnode")),
    *(
        (cls, "select", _selection)
        for cls in vars(selectors).values()
        if isinstance(cls, type) and "select" in vars(cls) and cls is not selectors.BaseSelector
    ),
]
"""Of each function its module or class and its name, and what makes the one that replaces it."""

_replacing: dict[int, Function] = {}
"""What replaces a function, by the identity of the original."""


def _replace_functions() -> None:
    _changes.callback(_replacing.clear)
    for owner, name, make in _FUNCTIONS:
        original = vars(owner)[name]
        replacement = in_place_of(original, make(original))
        setattr(owner, name, replacement)
        _changes.callback(setattr, owner, name, original)
        _replacing[id(original)] = replacement
