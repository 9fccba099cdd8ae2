"""The recorder as an observer of the machine: neither knows the other, so this module knows both."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from calcharo_vm.machine.values import NULL
from calcharo_vm.recording import Outcome, Recorder, Recording
from calcharo_vm.recording.storage.spilling import SpillingJournal

if TYPE_CHECKING:
    from calcharo_vm.machine.observer import Observer
    from calcharo_vm.recording.journal import Journal

__all__ = ["MachineRecorder", "as_observer"]


class MachineRecorder(Recorder):
    """Records what a machine executes."""

    def __init__(self, spill: str | None = None, source: str = "") -> None:
        """Make an empty recorder that knows the machine's NULL.

        Args:
            spill: The file that the recording goes to while the program runs; None to keep it in memory.
            source: The text of the program, which such a file begins with.

        Raises:
            RecordingError: There can be no such file.
        """
        self._is_finished = False
        super().__init__(NULL, journal=None if spill is None else SpillingJournal(NULL, spill, source=source))

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

    def recording(self, outcome: Outcome, source: str) -> Recording:
        """Complete the recording of a program that ended so.

        Raises:
            RecordingError: The file it went to could not be written.
        """
        return Recording(self.finish().ended(outcome), outcome, source)

    def let_types_go(self) -> None:
        """Forget how instances are read: what is remembered of a class keeps the class alive."""
        self.shadow.anatomy._known.clear()


def as_observer(recorder: MachineRecorder) -> Observer:
    """Give the recorder as the machine wants it: it reads frames, and must be handed the machine's own."""
    return cast("Observer", recorder)
