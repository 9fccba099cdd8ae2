"""The recorder as an observer of the machine: neither knows the other, so this module knows both."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from calcharo_vm.machine.values import NULL
from calcharo_vm.recording import Recorder

if TYPE_CHECKING:
    from calcharo_vm.machine.observer import Observer
    from calcharo_vm.recording.journal import Journal

__all__ = ["MachineRecorder", "as_observer"]


class MachineRecorder(Recorder):
    """Records what a machine executes."""

    def __init__(self) -> None:
        """Make an empty recorder that knows the machine's NULL."""
        self._is_finished = False
        super().__init__(NULL)

    def finish(self) -> Journal:
        """Complete the last steps and give the journal."""
        journal = super().finish()
        self._is_finished = True
        return journal

    def seal(self) -> None:
        """Close the chunk of words written so far; once the recording is finished, whatever follows is dropped."""
        if self._is_finished:
            self.log.clear()
        else:
            super().seal()

    def let_types_go(self) -> None:
        """Forget how instances are read: what is remembered of a class keeps the class alive."""
        self.shadow.anatomy._known.clear()


def as_observer(recorder: MachineRecorder) -> Observer:
    """Give the recorder as the machine wants it: it reads frames, and must be handed the machine's own."""
    return cast("Observer", recorder)
