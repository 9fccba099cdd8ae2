"""How a program was executed: by which tier, and what of it was compiled."""

from collections.abc import Mapping

import attrs

from calcharo_vm.host_builtins import __builtins__


@attrs.frozen
class CodeStatistics:
    """What the compiled tier has made of one code object.

    Attributes:
        function: Its qualified name.
        filename: The file of its code.
        line_number: Its first line.
        compiled: How many instructions are part of its host function.
        handled: How many instructions of that function are left to the interpreter's handlers, by opcode.
        failures: How often a guard failed, so that handlers went on.
        reason: Why nothing of it was compiled, empty if something was.
        source: The source of its host function as it was made last, for whoever wants to read it.
        direct_source: The source of the function that is called in place of its frames, empty if there is none.
    """

    function: str
    filename: str
    line_number: int
    compiled: int = 0
    handled: Mapping[str, int] = attrs.field(factory=dict, hash=False)
    failures: int = 0
    reason: str = ""
    source: str = attrs.field(default="", repr=False)
    direct_source: str = attrs.field(default="", repr=False)


@attrs.frozen
class Statistics:
    """How a program was executed.

    Attributes:
        tier: The tier: "interpreter", "compiled" or "native".
        codes: What the compiled tier has made of each code object that was executed, in the order of their first use.
        reason: Why another tier than the one asked for executed the program, or why the native tier has not recorded
            all of it, else empty.
    """

    tier: str = "interpreter"
    codes: tuple[CodeStatistics, ...] = ()
    reason: str = ""
