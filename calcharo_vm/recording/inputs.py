"""What a program was told from outside while it ran: clocks, chance, standard input."""

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.types import StepIndex


@attrs.frozen
class Input:
    """One answer from outside.

    Attributes:
        kind: What was asked, such as "time.time", "os.urandom" or "stdin".
        value: The answer: a number, text or bytes.
        step: The step that was being executed.
    """

    kind: str
    value: object
    step: StepIndex
