"""What a run may use up, and whether it has: looked at whenever a chunk of the journal is full."""

from time import monotonic, process_time  # not from the module later on, which may have others for the program
from typing import Final

from calcharo_vm.config import Limits
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.sampling import sample

_NEVER: Final = float("inf")


class Budget:
    """What is left of the limits of a run, from when it is made."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._wall_end = _NEVER if limits.wall_seconds is None else monotonic() + limits.wall_seconds
        self._cpu_end = _NEVER if limits.cpu_seconds is None else process_time() + limits.cpu_seconds
        self._most_bytes = _NEVER if limits.memory_bytes is None else sample()[0] + limits.memory_bytes
        self._most_objects = _NEVER if limits.heap_objects is None else limits.heap_objects
        self._most_recorded = _NEVER if limits.recording_bytes is None else limits.recording_bytes
        self._written = 0
        self._waited_until = 0.0

    def waited(self, began: float, ended: float) -> None:
        """Leaves out of account that a thread waited because somebody else made it wait; several may at a time."""
        self._wall_end += max(ended - max(began, self._waited_until), 0.0)
        self._waited_until = max(ended, self._waited_until)

    def steps_of_next_chunk(self, steps: int) -> int:
        """How many steps the chunk may have that follows so many, so that the last one ends at the limit."""
        left = ops.CHUNK_STEPS if self.limits.steps is None else self.limits.steps - steps
        return max(min(left, ops.CHUNK_STEPS), 1)

    def used_up(self, steps: int, objects: int, recorded: int = 0) -> str | None:
        """The name of a limit that is reached after so many steps, with so many objects and bytes recorded; or None."""
        if self.limits.steps is not None and steps >= self.limits.steps:
            return "steps"
        if monotonic() >= self._wall_end:
            return "wall_seconds"
        if self._cpu_end is not _NEVER and process_time() >= self._cpu_end:  # it takes long to know
            return "cpu_seconds"
        if objects > self._most_objects:
            return "heap_objects"
        if recorded > self._most_recorded:
            return "recording_bytes"
        if self._most_bytes is not _NEVER and sample()[0] > self._most_bytes:
            return "memory_bytes"
        return None

    def written(self, text: str) -> str:
        """As much of what the program writes as the limit leaves room for."""
        if self.limits.output_bytes is None:
            return text
        data = text.encode("utf-8", "surrogatepass")
        room = self.limits.output_bytes - self._written
        self._written += len(data)
        return text if len(data) <= room else data[: max(room, 0)].decode("utf-8", "ignore")

    @property
    def has_written_too_much(self) -> bool:
        """Whether the program has written more than it may."""
        return self.limits.output_bytes is not None and self._written > self.limits.output_bytes

    def is_too_deep(self, frames: int) -> bool:
        """Whether so many frames of a thread are more than it may have."""
        return self.limits.recursion_depth is not None and frames > self.limits.recursion_depth
