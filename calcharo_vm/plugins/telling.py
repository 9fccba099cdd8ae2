"""Telling the plugins of one run what happens, and keeping their failures from the program."""

from __future__ import annotations

from threading import local
from typing import TYPE_CHECKING

from calcharo_vm.logs import logger_of
from calcharo_vm.plugins.events import LeaveKind, LiveCall, LiveException, LiveReturn, LiveStep
from calcharo_vm.plugins.hooks import FRAME_HOOKS, TOLD_HOOKS
from calcharo_vm.plugins.loading import failed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pluggy import HookImpl

    from calcharo_vm.errors import PluginError
    from calcharo_vm.machine.frame import Frame
    from calcharo_vm.plugins.control import LiveRun
    from calcharo_vm.plugins.events import LiveFrame, Skip
    from calcharo_vm.plugins.loading import PluginSet
    from calcharo_vm.recording import Recorder
    from calcharo_vm.recording.frames import Leave

__all__ = ["Teller"]

_log = logger_of("plugins")
_LEAVE_KINDS = {
    "RETURNED": LeaveKind.RETURNED,
    "UNWOUND": LeaveKind.RAISED,
    "YIELDED": LeaveKind.YIELDED,
    "STARTED": LeaveKind.MADE_GENERATOR,
}


class _Listener:
    """One function of a plugin.

    Attributes:
        skips: By thread, what says whether the plugin is not to be told of a step.
    """

    def __init__(self, found: HookImpl, hook: str) -> None:
        self.plugin = found.plugin_name
        self.hook = hook
        self.skips: dict[int, Skip] = {}
        self._function = found.function
        self._names = found.argnames

    def call(self, arguments: Mapping[str, object]) -> None:
        """Call it with those arguments that it takes."""
        self._function(*(arguments[name] for name in self._names))


class Teller:
    """Tells the plugins of one run what happens.

    A hook that raises is logged and not called again in this run. Nothing that hooks do while they are called is told.

    Attributes:
        failure: What ends the run because a plugin failed; None while none has, or when it goes on all the same.
    """

    def __init__(self, plugins: PluginSet, *, stops_at_failure: bool = False) -> None:
        self._listeners = {
            hook: [_Listener(found, hook) for found in plugins.implementations(hook)] for hook in TOLD_HOOKS
        }
        self._stops_at_failure = stops_at_failure
        self._here = local()
        self._run: LiveRun | None = None
        self._recorder: Recorder | None = None
        self.failure: PluginError | None = None

    def tells(self, *hooks: str) -> bool:
        """Return whether a plugin wants to be told of any of these."""
        return any(self._listeners[hook] for hook in hooks)

    @property
    def looks_at_frames(self) -> str:
        """The names of the plugins that are told of steps or frames, as a text; empty when there are none."""
        return ", ".join(dict.fromkeys(each.plugin for hook in FRAME_HOOKS for each in self._listeners[hook]))

    @property
    def is_telling(self) -> bool:
        """Whether the current thread executes a hook."""
        return getattr(self._here, "is_telling", False)

    def begin(self, run: LiveRun, recorder: Recorder) -> None:
        """Take note which run is told of."""
        self._run, self._recorder = run, recorder
        run.can_pause = self.tells("on_step")

    def tell(self, hook: str, **arguments: object) -> None:
        """Tell of an event that belongs to no frame."""
        for listener in tuple(self._listeners[hook]):
            self._call(listener, {"run": self._run, **arguments})

    # --- events of frames ------------------------------------------------------------------------

    def stepping(self, frame: Frame) -> None:
        """Tell that the frame's instruction is about to be executed.

        Raises:
            SystemExit: The run is over (`errors.stop`).
        """
        run, recorder = self._run, self._recorder
        if self.is_telling or run is None or recorder is None:
            return
        recorder.withdraw(frame)
        for listener in tuple(self._listeners["on_step"]):
            if listener.skips and self._is_skipped(listener, frame):
                continue
            step = LiveStep(frame, recorder.complete_steps, listener.skips)
            self._call(listener, {"run": run, "step": step}, step)
        if run.is_paused:
            run.wait_if_paused()
        if run.is_stopped:
            recorder.stop_before(frame)
        recorder.begin_again(frame)

    @staticmethod
    def _is_skipped(listener: _Listener, frame: Frame) -> bool:
        thread: int = frame.record.thread.number
        skips = listener.skips.get(thread)
        if skips is None:
            return False
        if skips(frame):
            return True
        del listener.skips[thread]
        return False

    def entered(self, frame: Frame) -> None:
        """Tell that a frame starts."""
        self._tell_of(frame, "on_call", "call", LiveCall(frame, is_resumed=False))

    def resumed(self, frame: Frame) -> None:
        """Tell that a frame goes on."""
        self._tell_of(frame, "on_call", "call", LiveCall(frame, is_resumed=True))

    def left(self, frame: Frame, how: Leave) -> None:
        """Tell that a frame was left."""
        self._tell_of(frame, "on_return", "leaving", LiveReturn(frame, _LEAVE_KINDS[how.name]))

    def raised(self, frame: Frame, error: BaseException) -> None:
        """Tell that an exception is in a frame."""
        self._tell_of(frame, "on_exception", "exception", LiveException(frame, error))

    def _tell_of(self, frame: Frame, hook: str, name: str, event: LiveFrame) -> None:
        if self.is_telling or frame.record is None:
            return
        for listener in tuple(self._listeners[hook]):
            self._call(listener, {"run": self._run, name: event})
        event.end()

    # --- calling ---------------------------------------------------------------------------------

    def _call(self, listener: _Listener, arguments: Mapping[str, object], event: LiveFrame | None = None) -> None:
        self._here.is_telling = True
        try:
            listener.call(arguments)
        except KeyboardInterrupt:  # of whoever runs the program
            raise
        except BaseException as error:
            self._failed(listener, error)
        finally:
            self._here.is_telling = False
            if event is not None:
                event.end()

    def _failed(self, listener: _Listener, error: BaseException) -> None:
        """Take note that a hook raised: it is not called again, and the run ends if that was asked for."""
        if listener not in self._listeners[listener.hook]:  # in two threads at once
            return
        self._listeners[listener.hook].remove(listener)
        failure = failed(listener.plugin, listener.hook, error)
        extra = {"plugin": listener.plugin, "hook": listener.hook}
        _log.error("%s; it is not called again in this run", failure, extra=extra, exc_info=error)
        if self._stops_at_failure and self.failure is None and self._run is not None:
            failure.__cause__ = error
            self.failure = failure
            self._run.stop()
