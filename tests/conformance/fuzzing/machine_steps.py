"""Observers of random programs on the machine: their path, and the invariants."""

from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.frame import Frame
from tests.conformance.invariants import InvariantObserver
from tests.conformance.machine_path import PathObserver

if TYPE_CHECKING:
    from tests.conformance.path import Step


class StepObserver(PathObserver):
    """Records the steps of one file's code."""

    def __init__(self, filename: str) -> None:
        super().__init__()
        self.steps: list[Step] = []
        self.violations: list[str] = []
        self._filename = filename

    def instruction(self, frame: Frame, index: int) -> None:
        """Notes one instruction."""
        guest = frame.guest
        if guest.code.co_filename == self._filename:
            self.steps.append((guest.code, guest.decoded.offsets[index]))


class CheckedStepObserver(InvariantObserver):
    """Records the steps of one file's code, and holds those of all code to the invariants."""

    def __init__(self, filename: str) -> None:
        super().__init__()
        self._recorder = StepObserver(filename)
        self.steps = self._recorder.steps

    def instruction(self, frame: Frame, index: int) -> None:
        """Notes and checks one instruction."""
        self._recorder.instruction(frame, index)
        super().instruction(frame, index)
