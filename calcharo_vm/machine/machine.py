"""The machine: executes guest code in the current process."""

from __future__ import annotations

import _thread
import builtins
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from weakref import WeakSet, WeakValueDictionary

from calcharo_vm.code.metadata import load_table
from calcharo_vm.errors import stop
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.context import ExecutionContext
from calcharo_vm.machine.eval_loop import run
from calcharo_vm.machine.failures import internal_error, is_internal
from calcharo_vm.machine.frame import Frame
from calcharo_vm.machine.guest_code import GuestCode, builtins_of
from calcharo_vm.machine.hiding import hidden
from calcharo_vm.machine.loader import importing_on
from calcharo_vm.machine.lookasides import lookasides
from calcharo_vm.machine.observer import LinkingObserver
from calcharo_vm.machine.patches import patched_library
from calcharo_vm.machine.scope import Scope
from calcharo_vm.machine.tracebacks import strip_machine_entries
from calcharo_vm.machine.trampolines import make_trampoline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Thread
    from types import CodeType, FrameType

    from calcharo_vm.errors import CalcharoError
    from calcharo_vm.machine.inputs import Inputs
    from calcharo_vm.machine.observer import Observer


class Machine:
    """Executes guest code; machines side by side share no state of their programs.

    Attributes:
        observer: Who is told of every instruction, or None.
        scope: Which imported modules are interpreted.
        recursion_limit: The recursion limit that new threads of the guest start with, in frames.
        threads: The threads that the guest has started through the library.
        starting_thread: Called with a thread that the guest is about to start; None if nobody counts them.
        inputs: Who tells the guest the time and the like; None when the world outside does.
        is_in_the_way: Whether the observer is in the midst of something, so that finalisers must wait; None if it
            never is.
        postpone: Has the observer call a finaliser as soon as it can.
        is_at_work: Whether the observer is what a thread executes, given by its innermost frame; None if it never is.
        interrupt: Has the observer call a signal's handler between two instructions.
        abandon: Has the observer end its work where it is, because something of ours has failed.
        failure: What has failed of ours, so that the run is over; None while nothing has.
        library_ran: Tells the observer that library code has run that no instruction called; None if it need not know.
        tier: Who puts compiled code in the place of handlers that run often; None when nobody does.
        input_lookaside: What is called for a function that tells inputs, while the machine has some.
        policy: What the program may import and touch, if that is limited; its handlers are then in `link`.
    """

    inputs: Inputs | None = None
    tier: Any = None
    input_lookaside: Callable[[Any], Callable[..., Any] | None] | None = None
    failure: CalcharoError | None = None
    policy: object = None
    starting_thread: Callable[[Thread], object] | None = None

    def __init__(self, *, observer: Observer | LinkingObserver | None = None, scope: Scope | None = None) -> None:
        self.observer = observer
        self.scope = Scope() if scope is None else scope
        self.recursion_limit = sys.getrecursionlimit()
        self.threads: WeakSet[Thread] = WeakSet()
        self.lookasides = lookasides()
        self.make_trampoline = make_trampoline  # whose module needs that of guest code objects
        self.is_in_the_way: Callable[[], bool] | None = getattr(observer, "is_in_the_way", None)
        self.postpone: Any = getattr(observer, "postpone", None)
        self.is_at_work: Callable[[FrameType], bool] | None = getattr(observer, "is_at_work", None)
        self.interrupt: Any = getattr(observer, "interrupt", None)
        self.library_ran: Any = getattr(observer, "library_ran", None)
        self.abandon: Callable[[], object] | None = getattr(observer, "abandon", None)
        self.link = load_table("calcharo_vm.machine", "handlers").LINK
        self.is_tracing = False
        self.frames_shown = False  # whether the guest has got hold of frames
        self._guest_codes: WeakValueDictionary[int, GuestCode] = WeakValueDictionary()
        self._local = _thread._local()

    @property
    def context(self) -> ExecutionContext:
        """The current thread's execution context."""
        try:
            context: ExecutionContext = self._local.context
        except AttributeError:
            context = self._local.context = ExecutionContext(self)
        return context

    @property
    def runs_here(self) -> bool:
        """Whether the current thread is one of the machine's: it activated it, ran its guest, or the guest began it."""
        return hasattr(self._local, "context")

    def enter_thread(self) -> None:
        """Makes the current thread one of the machine's."""
        self.context  # noqa: B018 - which makes one

    def stop_observing(self) -> None:
        """Tells the observer nothing of frames that start from now on."""
        self.observer = None
        for guest in list(self._guest_codes.values()):
            guest.relink()

    @property
    def observe(self) -> Callable[[CodeType, int, Callable[..., Any]], Callable[..., Any]] | None:
        """How handlers are wrapped for the observer: a function of code object, index and handler, or None."""
        if self.observer is None:
            return None
        return self._linked if isinstance(self.observer, LinkingObserver) else self._observed

    def _linked(self, code: CodeType, index: int, handler: Callable[..., Any]) -> Callable[..., Any]:
        return hidden(self.observer.observed(code, index, handler))  # type: ignore[union-attr] # only called with one

    def _observed(self, _code: CodeType, index: int, handler: Callable[..., Any]) -> Callable[..., Any]:
        tell = self.observer.instruction  # type: ignore[union-attr] # only called with an observer

        def observed(frame: Frame, stack: list[Any], operand: Any) -> Any:
            tell(frame, index)
            return handler(frame, stack, operand)

        return observed

    def failed(self, frame: Frame | None, error: BaseException) -> SystemExit:
        """Takes note that the machine or its observer has failed, and gives what ends the run."""
        if self.failure is None:
            self.failure = internal_error(frame, error)
        if self.abandon is not None:
            self.abandon()
        return stop()

    def trace_frames(self) -> None:
        """Makes frames that start from now on tell the program's trace functions."""
        if not self.is_tracing:
            self.is_tracing = self.frames_shown = True
            for guest in list(self._guest_codes.values()):
                guest.relink()

    def guest_code(self, code: CodeType) -> GuestCode:
        """A code object prepared for this machine; the same one for as long as anything uses it."""
        known = self._guest_codes.get(id(code))
        if known is None:
            known = self._guest_codes[id(code)] = GuestCode(code, self)
        return known

    def verified_code(self, code: CodeType) -> GuestCode:
        """A code object that comes from elsewhere, checked before it is prepared; so are those it makes functions of.

        Raises:
            InvalidBytecode: It is not one that this CPython compiled.
        """
        from calcharo_vm.code.verification import verify  # noqa: PLC0415 - few programs need it

        guest = self.guest_code(code)
        if not guest.is_foreign:
            verify(code)
            guest.is_foreign = True
        return guest

    def run_code(
        self,
        code: CodeType,
        globals: dict[str, Any],
        locals: Any = None,
        *,
        foreign: bool = False,
    ) -> Any:
        """Runs a module's code object in the current thread.

        Args:
            code: What `compile` made of a program.
            globals: The global namespace.
            locals: The namespace of assignments; the globals by default.
            foreign: Whether the code object may have come from elsewhere than this CPython's compiler.

        Returns:
            What the code returns: None, or the value of an expression compiled in "eval" mode.

        Raises:
            BaseException: What the program raises; its traceback has the program's frames only.
            InternalError: The machine or its observer has failed.
            InvalidBytecode: The code object is not one that this CPython compiled.
        """
        guest = self.verified_code(code) if foreign else self.guest_code(code)
        globals.setdefault("__builtins__", builtins.__dict__)  # as exec does: C code relies on it
        namespace = globals if locals is None else locals
        frame = Frame(guest, list(guest.padding), globals, builtins_of(globals), self.context)
        frame.locals = namespace
        frame.outermost = True
        try:
            return run(frame)
        except BaseException as error:
            if self.failure is None and is_internal(error):  # where no loop was there to see it
                self.failed(frame, error)
            if self.failure is not None:
                raise self.failure from self.failure.__cause__
            error.__traceback__ = strip_machine_entries(error.__traceback__)
            raise

    @contextmanager
    def activate(self) -> Iterator[Machine]:
        """Makes the process ready for the guest, and restores it at the end.

        Modules in scope are imported onto the machine, library functions that look at their callers see the
        guest's frames, and the host's recursion limit leaves room for the guest's own.
        """
        with patched_library(self), importing_on(self):
            yield self
