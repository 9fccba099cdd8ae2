"""The words of the definition language, so that editors and type checkers know them.

A definition is a function under `@instruction(stack picture, flags)`:

- The *stack picture* is CPython's: `"left, right -- result"`, bottom first. `args[oparg]` is a list of
  that many values; `null[oparg & 1]` is there only when the bit is set; `_` is popped and not read.
- The *parameter*, if any, is the operand: what `operand=` computes once, when code is decoded, from
  `oparg`, `names`, `consts` and `target` (the jump target). Its default is `oparg` itself.
- The *body* reads the inputs by name and assigns the outputs by name. `jump(target)` continues at the
  target; `signal(X)` pushes the outputs and hands X to the eval loop; `leave(X)` hands X to the loop,
  which pushes the outputs later (a value sent to a generator, the result of a call).
  `enter(call(...))` enters the frame that a call made; a call that is over has pushed its result.
  `fast` stands for `frame.fast`. A body that names `stack` moves the values itself.
- A variant that a later version introduced is called `NAME_py312` and stands beside its sibling.
"""

import enum
from collections.abc import Callable


class Flag(enum.Flag):
    """What the tools and the recording need to know of an opcode beyond its stack effect."""

    NONE = 0
    JUMPS = enum.auto()
    """May continue elsewhere: its argument is a distance in code units."""
    BACKWARD = enum.auto()
    """Its jump goes backwards."""
    CALLS = enum.auto()
    """May call code that is not known beforehand."""
    WRITES_HEAP = enum.auto()
    """May change an object that others can see."""
    EXPRESSION = enum.auto()
    """Pushes the value of an expression of the source."""


JUMPS = Flag.JUMPS
BACKWARD = Flag.BACKWARD
CALLS = Flag.CALLS
WRITES_HEAP = Flag.WRITES_HEAP
EXPRESSION = Flag.EXPRESSION


def instruction(
    picture: str,
    flags: Flag = Flag.NONE,
    *,
    when: str | None = None,
    operand: str = "oparg",
    jump: str | None = None,
    compiler_effect: str | None = None,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Marks the definition of an opcode.

    Args:
        picture: The stack before and after, `inputs -- outputs`.
        flags: What the opcode may do.
        when: The argument has this form; a definition with `when` is called `NAME_form`.
        operand: How decoding turns the argument into what the body gets.
        jump: The outputs when the instruction jumps, where they differ.
        compiler_effect: What `dis.stack_effect` reports, where that is not the visible effect.
    """
    return lambda definition: definition


def jump(target: int) -> None:
    """Continues at `target`."""


def enter(outcome: object) -> None:
    """Enters the frame that a call made, if any; a call that is over has pushed its result."""


def signal(what: object) -> None:
    """Pushes the outputs and hands `what` to the eval loop."""


def leave(what: object) -> None:
    """Hands `what` to the eval loop, which pushes the outputs when the frame goes on."""
