"""What an instruction hands to the eval loop when it neither goes on nor jumps within its frame."""

from typing import Final, final

from calcharo_vm.host_builtins import __builtins__


@final
class Signal:
    """Names one way in which control leaves the straight line; compared by identity."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


RETURNED: Final = Signal("RETURNED")
"""The frame ends; `frame.result` is the value."""
LEFT: Final = Signal("LEFT")
"""The same, and the observer knows of it; the frame is not the one that native code entered with."""
YIELDED: Final = Signal("YIELDED")
"""The frame pauses; `frame.result` is the value yielded."""
PAUSED: Final = Signal("PAUSED")
"""The same, and the observer knows of it."""
ENDED: Final = Signal("ENDED")
"""The frame of a generator ends; `frame.result` is the value, and the observer knows of it."""
STARTED: Final = Signal("STARTED")
"""The frame became a generator's; `frame.result` is the generator."""
ENTER_HANDLER: Final = Signal("ENTER_HANDLER")
"""The exception in `frame.result` becomes the current one."""
LEAVE_HANDLER: Final = Signal("LEAVE_HANDLER")
"""The current exception's handler ends."""
RERAISED: Final = Signal("RERAISED")
"""The exception in `frame.result` is raised again: no traceback entry is added."""
UNWOUND: Final = Signal("UNWOUND")
"""The exception in `frame.result` left the frame."""
