"""What CPython tells of the program's lines, handed to the recorder."""

from __future__ import annotations

import _thread
import sys
import threading
from contextlib import contextmanager
from types import CodeType
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet

from calcharo_vm.errors import CalcharoError, InternalError
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.observer import Leave
from calcharo_vm.tiers.native.frames import NativeCode, NativeFrame
from calcharo_vm.tiers.native.threads import traced_threads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Thread
    from types import FrameType

    from calcharo_vm.machine.scope import Scope
    from calcharo_vm.machine.signals import Signal
    from calcharo_vm.recording.line_recorder import LineRecorder

_BLAMES_CALLERS: Final = sys.version_info >= (3, 15)
"""Whether CPython says of its caller what happens to a generator expression that has nothing to iterate: that it
raises, without a traceback yet, and is left."""
_NEW_LOCALS: Final = 2
"""CO_NEWLOCALS: the code of a function."""
_IMPORTING: Final = "<frozen importlib"
_THREAD_START: Final = threading.Thread.start.__code__
_ROOM: Final = 60
"""How many calls deep the recorder may go."""
_TOO_DEEP: Final = "calls that came near the recursion limit are not recorded"
_REPLACED: Final = (
    "nothing is recorded of the main thread from where the program has set a trace function, or library code has "
    "reached the recursion limit"
)


class LineTracer:
    """Tells a recorder of what the program's threads execute, line by line.

    Attributes:
        threads: The threads that the program has started through the library.
        failure: What has failed of ours, so that nothing more is recorded; None while nothing has.
        reason: Why something is not recorded, else empty.
    """

    failure: CalcharoError | None = None
    reason = ""

    def __init__(self, recorder: LineRecorder, scope: Scope) -> None:
        """Record modules in a scope, besides the program itself."""
        self.threads: WeakSet[Thread] = WeakSet()
        self._recorder: Any = recorder
        self._scope = scope
        self._codes: dict[int, NativeCode] = {}
        self._files: set[str] = set()
        self._places: set[tuple[str, int, str]] = set()
        self._local = _thread._local()
        self._is_over = False
        self._events: dict[str, Callable[..., None]] = {
            "line": self._line,
            "exception": self._exception,
            "return": self._return,
        }
        recorder.start()

    @property
    def runs_here(self) -> bool:
        """Whether the current thread is one of the program's."""
        return hasattr(self._local, "frames") or threading.current_thread() in self.threads

    def enlist(self, code: CodeType) -> NativeCode:
        """Has a code object recorded, and those within it."""
        known = self._codes[id(code)] = NativeCode(code)
        self._files.add(code.co_filename)
        self._places.add(_place(code))
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                self.enlist(constant)
        return known

    @contextmanager
    def activate(self) -> Iterator[None]:
        """Traces the current thread while the block runs, and the threads that the program starts meanwhile."""
        before = sys.gettrace()
        self._local.frames = []
        with traced_threads(self):
            sys.settrace(self.called)
            try:
                yield
            finally:
                if sys.gettrace() != self.called and not self._is_over:
                    self.reason = self.reason or _REPLACED
                self._is_over = True
                sys.settrace(before)

    def stop_observing(self) -> None:
        """Tells the recorder nothing of what happens from now on."""
        self._is_over = True

    def execute(self, code: CodeType, namespace: dict[str, Any]) -> None:
        """Has CPython execute a program's code object, which is recorded if the tracer is active."""
        self.enlist(code)
        self.call(lambda: exec(code, namespace))

    def call(self, function: Callable[[], object]) -> None:
        """Has CPython execute what a function leads to of code that is enlisted."""
        try:
            function()
        finally:
            for frame in self._frames:  # CPython has stopped to tell of them
                frame.pause()
            self._frames.clear()

    # --- events ----------------------------------------------------------------------------------

    def called(self, host: FrameType, _event: str, _argument: Any) -> Callable[..., Any] | None:
        """The trace function of a thread: is told of each call, and gives the trace function of the frame."""
        code = host.f_code
        known = self._codes.get(id(code))
        if known is None or known.code is not code:
            if code is _THREAD_START:
                self.threads.add(host.f_locals["self"])
            if not (self._is_copy(code) if code.co_flags & _NEW_LOCALS else self._is_programs(host)):
                return None
            known = self.enlist(code)
        if self._is_over:
            sys.settrace(None)
            return None
        trace: Callable[..., Any] | None = self._guarded(self._begin, known, host)
        return trace

    def _is_copy(self, code: CodeType) -> bool:
        """Whether the code of a function is made from one that is recorded, as `types.coroutine` does."""
        return code.co_filename in self._files and _place(code) in self._places

    def _is_programs(self, host: FrameType) -> bool:
        """Whether code that is no function's is a module in scope, or executed by the program."""
        caller = host.f_back
        if host.f_code.co_name != "<module>" or caller is None:
            return False
        known = self._codes.get(id(caller.f_code))
        if known is not None and known.code is caller.f_code:
            return True
        name, file = host.f_globals.get("__name__"), host.f_globals.get("__file__")
        if type(name) is not str or name == "__main__" or not caller.f_code.co_filename.startswith(_IMPORTING):
            return False
        return self._scope.contains(name, file if type(file) is str else None)

    def _guarded(self, tell: Callable[..., Any], *arguments: Any) -> Any:
        """Calls what tells the recorder; a failure of ours is not the program's."""
        try:
            return tell(*arguments)
        except SystemExit:  # the run was stopped
            self._is_over = True
            raise
        except BaseException as error:
            self.failure = error if isinstance(error, CalcharoError) else _internal_error(error)
            self._is_over = True
            self._recorder.abandon()
            sys.settrace(None)
            return None

    @property
    def _frames(self) -> list[NativeFrame]:
        """The program's frames of the current thread, innermost last."""
        try:
            frames: list[NativeFrame] = self._local.frames
        except AttributeError:
            frames = self._local.frames = []
        return frames

    def _begin(self, native: NativeCode, host: FrameType) -> Callable[..., Any] | None:
        """Tells that a frame begins, or goes on."""
        if not _has_room():
            self.reason = self.reason or _TOO_DEEP
            sys.settrace(None)
            host.f_trace = _Return(self)  # type: ignore[assignment] # nobody calls it
            return None
        frames = self._frames
        back = frames[-1] if frames else None
        frame = getattr(host.f_trace, "__self__", None)
        if type(frame) is NativeFrame:
            frame.host, frame.back = host, back
            self._recorder.frame_resumed(frame)
        elif native.is_thrown_into(host):
            return None
        else:
            frame = NativeFrame(native, host, back, self._told)
            self._recorder.frame_entered(frame)
        frames.append(frame)
        return frame.trace

    def go_on(self) -> None:
        """Traces the current thread again, which has left a call that is not recorded."""
        if self._is_over or sys.gettrace() is not None:
            return
        running: set[FrameType] = set()
        host: FrameType | None = sys._getframe(1)
        while host is not None:
            running.add(host)
            host = host.f_back
        while self._frames and self._frames[-1].host not in running:
            self._guarded(self._leave, self._frames[-1], Leave.UNWOUND)
        sys.settrace(self.called)

    def _told(self, frame: NativeFrame, host: FrameType, event: str, argument: Any) -> Callable[..., Any] | None:
        if self._is_over:
            sys.settrace(None)
            return None
        self._guarded(self._events[event], frame, host, argument)
        return frame.trace

    def _line(self, frame: NativeFrame, _host: FrameType, _argument: None) -> None:
        frame.raised_at = -1
        self._recorder.line_begins(frame)

    def _exception(self, frame: NativeFrame, host: FrameType, argument: tuple[Any, Any, Any]) -> None:
        error, index, traceback = argument[1], frame.native.index_of(host), argument[2]
        if frame.native.is_exhaustion(index, error):
            return
        if _BLAMES_CALLERS and (traceback is None or traceback.tb_frame is not host):
            frame.is_blamed = True
            return
        frame.raised_at = index
        self._recorder.raised(frame, error, is_handled=frame.native.handles(index, error))

    def _return(self, frame: NativeFrame, host: FrameType, _argument: Any) -> None:
        index = frame.native.index_of(host)
        if frame.is_blamed:
            frame.is_blamed = False
            return
        self._leave(frame, frame.native.ending(index, frame.raised_at))

    def _leave(self, frame: NativeFrame, how: Signal) -> None:
        self._recorder.frame_left(frame, how)
        frame.pause()
        self._frames.pop()


def _place(code: CodeType) -> tuple[str, int, str]:
    """Where a code object comes from."""
    return code.co_filename, code.co_firstlineno, code.co_qualname


class _Return:
    """Goes when a frame goes that is not traced, as its trace function."""

    def __init__(self, tracer: LineTracer) -> None:
        self._tracer = tracer

    def __del__(self) -> None:
        self._tracer.go_on()


def _has_room() -> bool:
    """Whether the recorder can be called: CPython stops tracing a thread whose trace function cannot go on."""
    try:
        _descend(_ROOM)
    except RecursionError:
        return False
    return True


def _descend(depth: int) -> None:
    if depth:
        _descend(depth - 1)


def _internal_error(error: BaseException) -> InternalError:
    made = InternalError(f"recording a line failed with {type(error).__name__}: {error}; please report it")
    made.__cause__ = error
    return made
