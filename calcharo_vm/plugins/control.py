"""The run, as plugins see it: what is run, and how to stop it or make it wait."""

from __future__ import annotations

from threading import Condition
from time import monotonic  # not from the module later on, which may have another for the program
from typing import TYPE_CHECKING

from calcharo_vm.errors import PluginError

if TYPE_CHECKING:
    from calcharo_vm.config import TracerConfig
    from calcharo_vm.recording import Recorder

__all__ = ["LiveRun"]


class LiveRun:
    """A run of a program. Its methods may be called by any thread.

    Attributes:
        config: How the program is traced.
        filename: The file of its code.
        argv: What it has for `sys.argv` when it starts.
        source: Its text, empty when that is not known.
    """

    def __init__(
        self, recorder: Recorder, config: TracerConfig, *, filename: str, argv: tuple[str, ...], source: str
    ) -> None:
        self.config = config
        self.filename = filename
        self.argv = argv
        self.source = source
        self.can_pause = False
        self.is_stopped = False
        self.is_paused = False
        self._changed = Condition()
        self._recorder = recorder

    @property
    def steps(self) -> int:
        """How many steps are complete."""
        return self._recorder.complete_steps

    def stop(self) -> None:
        """End the run before the next instruction of any of its threads, with the outcome "cancelled".

        Nothing of the program is executed any more, not even `finally`. From `on_step`, the instruction that the hook
        was told of is not executed either.
        """
        with self._changed:
            self.is_stopped = True
            self._recorder.stop()
            self._changed.notify_all()

    def pause(self) -> None:
        """Make each thread of the program wait before its next instruction, until another calls `resume` or `stop`.

        From `on_step`, that is the instruction that the hook was told of. The time until then does not count as
        `wall_seconds`.

        Raises:
            PluginError: No plugin has `on_step`, so that nobody looks between two instructions.
        """
        if not self.can_pause:
            raise PluginError("a program can wait only where on_step is told: implement on_step in this or any plugin")
        with self._changed:
            self.is_paused = True

    def resume(self) -> None:
        """Let the program go on."""
        with self._changed:
            self.is_paused = False
            self._changed.notify_all()

    def wait_if_paused(self) -> None:
        """Wait until the program may go on; called by its threads."""
        with self._changed:
            began = monotonic()
            self._changed.wait_for(lambda: self.is_stopped or not self.is_paused)
            self._recorder.waited(began, monotonic())
