"""The machine's frame: one activation of a guest code object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

from calcharo_vm.host_builtins import __builtins__

if TYPE_CHECKING:
    from types import CellType, CodeType

    from calcharo_vm.code import DecodedCode
    from calcharo_vm.machine.context import ExecutionContext
    from calcharo_vm.machine.guest_code import GuestCode


@final
class Frame:
    """One activation of a code object: its slots, value stack and place.

    What most frames never need has its default on the class: making a frame is the cost of a call.
    What instructions set often has none there: CPython is slow at setting an attribute that the class has too.

    Attributes:
        guest: The code object, decoded and linked to handlers.
        fast: Fast locals, cells and free variables; NULL where unbound.
        globals: The global namespace.
        builtins: The namespace of builtins.
        context: The thread's execution context.
        back: The caller's frame.
        stack: The value stack, bottom first.
        ip: The index of the next instruction; the executing one is `ip - 1`.
        result: What the frame hands to the eval loop with a signal.
    """

    locals: Any = None
    """The namespace of a module, class body or exec'd frame; None for functions."""
    handled: tuple[BaseException, ...] = ()
    """The exceptions whose handlers the frame is in, outermost first."""
    keyword_names: tuple[str, ...] = ()
    """The names of the next call's keyword arguments (KW_NAMES)."""
    reraised_from: int | None = None
    """Where the exception being raised again was raised first, in code units (RERAISE)."""
    raised_at: int | None = None
    """Where the exception that is unwinding the frame, or has ended it, was raised: an offset in bytes."""
    entry: bool = False
    """Whether native code entered the machine with this frame."""
    outermost: bool = False
    """Whether the frame is the program's own: host frames below it belong to whoever runs the program."""
    sent: Any = None
    """What was sent to the generator the frame belongs to."""
    generator: Any = None
    """The state of the generator the frame belongs to."""
    function: Any = None
    """The function called, where it is known."""
    mirror: Any = None
    """The host frame that stands for this one in tracebacks, and the cells of its variables."""
    mirror_cells: tuple[CellType, ...] = ()
    """The cells of a mirror's variables, the last variable's first."""
    locals_snapshot: dict[str, Any] | None = None
    """What `locals()` returned, which until 3.12 it brings up to date."""
    record: Any = None
    """Free for the observer."""
    traces_opcodes: bool = False
    """The program's `f_trace_opcodes`."""
    jump: Any = None
    """The jump that a trace function has planned, until the frame has made it."""
    last_traced: int = -1
    """The last instruction that the program's trace function was told of."""

    def __init__(
        self,
        guest: GuestCode,
        fast: list[Any],
        globals: dict[str, Any],
        builtins: Any,
        context: ExecutionContext,
    ) -> None:
        """Makes a frame that starts at the first instruction, called by the thread's current frame."""
        self.guest = guest
        self.fast = fast
        self.globals = globals
        self.builtins = builtins
        self.context = context
        self.back: Any = context.frame  # a frame, or None
        self.stack: list[Any] = []
        self.ip = 0
        self.result: Any = None

    def take_result(self) -> Any:
        """What the frame handed over, which it then forgets."""
        result = self.result
        self.result = None
        return result

    @property
    def code(self) -> CodeType:
        """The guest's own code object."""
        return self.guest.code

    @property
    def decoded(self) -> DecodedCode:
        """The code object as instructions."""
        return self.guest.decoded
