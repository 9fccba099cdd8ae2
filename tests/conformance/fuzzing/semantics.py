"""Random programs for semantics: well-formed, ending, and full of what interpreters get wrong."""

import random

from hypothesis import strategies as st

from tests.conformance.fuzzing import (  # noqa: F401 - they register forms
    classes,
    definitions,
    expressions,
    library,
    more_classes,
    statements,
)
from tests.conformance.fuzzing.builder import Builder, Choices
from tests.conformance.fuzzing.helpers import helpers_source

LARGEST = 40


def write_program(choices: Choices) -> str:
    """Writes one program."""
    builder = Builder(choices, 4 + choices.below(LARGEST))
    while builder.left > 0:
        _guarded_statement(builder)
    return helpers_source(builder.helpers) + "\n\n" + "\n".join(builder.lines) + "\n"


def _guarded_statement(b: Builder) -> None:
    """Writes a statement of the module, mostly such that the program goes on after an exception."""
    if b.chance(15):
        b.statement()
        return
    b.line("try:")
    b.block(2)
    b.line("except BaseException as error:")
    b.line(f"    {b.use('show')}(error)")


class SeededChoices:
    """Choices that a seed determines."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)

    def below(self, limit: int) -> int:
        """Gives a number from 0 to `limit - 1`."""
        return int(self._random.random() * limit)


class DrawnChoices:
    """Choices that Hypothesis makes, and makes simpler when it shrinks."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._strategies: dict[int, st.SearchStrategy[int]] = {}

    def below(self, limit: int) -> int:
        """Gives a number from 0 to `limit - 1`."""
        strategy = _INTEGERS.get(limit)
        if strategy is None:
            strategy = _INTEGERS[limit] = st.integers(0, limit - 1)
        return self._draw(strategy)


_INTEGERS: dict[int, st.SearchStrategy[int]] = {}


@st.composite
def programs(draw: st.DrawFn) -> str:
    """Gives programs."""
    return write_program(DrawnChoices(draw))
