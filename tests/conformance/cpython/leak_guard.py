"""Counts guest code that CPython ran itself: a test that passes that way says nothing about the machine.

Guest code is code of a file that the machine imported, and of doctest's examples when doctest is interpreted.
From 3.12 `sys.monitoring` tells of every function that starts, in any thread, and a test that traces does not
disturb it. On 3.11 the host's own trace function does, in the main thread; the guest's tracing is the machine's.
"""

import gc
import inspect
import sys
from collections import Counter
from collections.abc import Iterator
from types import CodeType, FrameType, FunctionType

from calcharo_vm.machine.scope import Scope
from calcharo_vm.machine.trampolines import is_trampoline
from calcharo_vm.program.included import modules_from_source

_TOOL = 4
_DOCTEST = "<doctest "


class WatchedScope:
    """A scope that knows the files of the modules which the machine imported."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self.files: set[str] = set()

    def contains(self, module_name: str, filename: str | None) -> bool:
        """Whether a module is interpreted."""
        found = self._scope.contains(module_name, filename)
        if found and filename is not None:
            self.files.add(filename)
        return found


class LeakGuard:
    """Is told of every native frame."""

    def __init__(self, scope: WatchedScope, *, doctests: bool) -> None:
        self._scope = scope
        self._doctests = doctests
        self.leaks: Counter[str] = Counter()
        # The library that the machine and this runner use may be loaded a second time, for the guest.
        self._native = {id(code): code for code in _loaded_codes()}
        # The machine replaces this for the guest.
        self._settrace = inspect.unwrap(sys.settrace)
        self._disable = vars(sys)["monitoring"].DISABLE if sys.version_info >= (3, 12) else None

    def start(self) -> None:
        """Begins to count."""
        if sys.version_info >= (3, 12):
            monitoring = vars(sys)["monitoring"]  # unknown to the type checker, which reads as 3.11
            monitoring.use_tool_id(_TOOL, "leak guard")
            monitoring.register_callback(_TOOL, monitoring.events.PY_START, self._started)
            monitoring.set_events(_TOOL, monitoring.events.PY_START)
        else:
            self._settrace(self._traced)

    def stop(self) -> None:
        """Ends counting."""
        if sys.version_info >= (3, 12):
            monitoring = vars(sys)["monitoring"]
            monitoring.set_events(_TOOL, 0)
            monitoring.free_tool_id(_TOOL)
        else:
            self._settrace(None)

    def sees(self, filename: str) -> bool:
        """Runs a function of a guest file natively, and tells whether that counted as a leak."""
        namespace: dict[str, object] = {}
        exec(compile("def leak(): pass", filename, "exec"), namespace)
        call = namespace["leak"]
        assert callable(call)
        call()
        return (
            self.leaks.pop(f"leak ({filename}, line 1)", 0) == self.leaks.pop(f"<module> ({filename}, line 1)", 0) == 1
        )

    def native_modules(self) -> dict[str, int]:
        """The modules that the machine should have imported, and CPython did."""
        wanted = {name for name, origin in modules_from_source().items() if self._scope.contains(name, origin)}
        specs = [sys.modules[name].__spec__ for name in wanted]
        return {spec.name: 1 for spec in specs if spec is not None and "get_code" not in vars(spec.loader)}

    def take_leaks(self) -> dict[str, int]:
        """Gives the leaks since it was asked last."""
        leaks = dict(self.leaks)
        self.leaks.clear()
        return leaks

    def _started(self, code: CodeType, _: int) -> object:
        if self._is_leak(code):
            self.leaks[f"{code.co_qualname} ({code.co_filename}, line {code.co_firstlineno})"] += 1
            return None
        return self._disable

    def _traced(self, frame: FrameType, _: str, __: object) -> None:
        self._started(frame.f_code, 0)

    def _is_leak(self, code: CodeType) -> bool:
        filename = code.co_filename
        is_guest = filename in self._scope.files or (self._doctests and filename.startswith(_DOCTEST))
        return is_guest and not is_trampoline(code) and id(code) not in self._native


def _loaded_codes() -> Iterator[CodeType]:
    """The code objects of all functions that there are, and those nested in them."""
    waiting = [function.__code__ for function in gc.get_objects() if isinstance(function, FunctionType)]
    while waiting:
        code = waiting.pop()
        yield code
        waiting += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
