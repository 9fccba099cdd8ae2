"""Small random programs whose every binding gives a value that no other has, so that values tell bindings apart."""

import random
from collections.abc import Callable

_NAMES = ("a", "b", "c", "d")
_HEADER = """\
import itertools, contextlib
count = itertools.count(1000)
@contextlib.contextmanager
def giving(value):
    yield value
def numbers():
    yield next(count)
    yield next(count)
"""


class SmallProgram:
    """Writes one program; the same seed gives the same program."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._is_shared = False  # the variables of the function, by another inside it
        self._lines: list[str] = _HEADER.splitlines()

    def source(self) -> str:
        """The text of the program."""
        functions = range(self._random.randint(2, 3))
        for number in functions:
            self._function(number)
        self._block(0, depth=1)
        for number in functions:
            self._line(0, f"f{number}(next(count))")
        return "\n".join(self._lines) + "\n"

    def _line(self, indent: int, text: str) -> None:
        self._lines.append("    " * indent + text)

    def _function(self, number: int) -> None:
        """A function that may call itself, and may have another one inside that shares variables with it."""
        self._line(0, f"def f{number}(p, depth=[0]):")
        has_inner = self._is_shared = self._random.random() < 0.5
        theirs = [] if has_inner else self._random.sample(_NAMES, self._random.randint(0, 2))
        self._begin(1, "global", theirs)
        if self._random.random() < 0.5:
            self._line(1, "depth[0] += 1")
            self._line(1, f"if depth[0] < 3: f{number}(next(count))")
        self._block(1, depth=1)
        if has_inner:
            self._line(1, "def inner(p):")
            self._begin(2, "nonlocal", self._random.sample(_NAMES, self._random.randint(1, 3)))
            self._block(2, depth=1)
            self._line(1, "inner(next(count))")
            self._block(1, depth=1)
        self._line(1, "return next(count)")
        self._is_shared = False

    def _begin(self, indent: int, statement: str, theirs: list[str]) -> None:
        if theirs:
            self._line(indent, f"{statement} {', '.join(theirs)}")
        for name in _NAMES:
            if name not in theirs:
                self._line(indent, f"{name} = next(count)")

    def _block(self, indent: int, *, depth: int) -> None:
        for _ in range(self._random.randint(1, 4)):
            kind = self._random.choice(_STATEMENTS)
            kind(self, indent, depth, self._random.choice(_NAMES))

    def _assign(self, indent: int, _depth: int, name: str) -> None:
        self._line(indent, f"{name} = next(count)")

    def _augment(self, indent: int, _depth: int, name: str) -> None:
        self._line(indent, f"{name} = next(count)")
        self._line(indent, f"{name} += 100000 * next(count)")

    def _unpack(self, indent: int, _depth: int, name: str) -> None:
        other = _NAMES[_NAMES.index(name) - 1]
        self._line(indent, f"{name}, {other} = next(count), next(count)")

    def _delete(self, indent: int, _depth: int, name: str) -> None:
        self._line(indent, f"{name} = next(count)")
        self._line(indent, f"del {name}")
        self._line(indent, f"{name} = next(count)")

    def _loop(self, indent: int, depth: int, name: str) -> None:
        self._line(indent, f"for {name} in numbers():")
        self._nested(indent, depth)

    def _with(self, indent: int, depth: int, name: str) -> None:
        self._line(indent, f"with giving(next(count)) as {name}:")
        self._nested(indent, depth)

    def _walrus(self, indent: int, depth: int, name: str) -> None:
        self._line(indent, f"if ({name} := next(count)):")
        self._nested(indent, depth)

    def _comprehension(self, indent: int, _depth: int, name: str) -> None:
        inner = "q" if self._is_shared else name  # CPython 3.12 and 3.13 cannot always show such a variable of a cell
        self._line(indent, f"{name} = [{inner} for {inner} in numbers()][1] + 100000")

    def _except(self, indent: int, depth: int, name: str) -> None:
        self._line(indent, "try:")
        self._line(indent + 1, "raise KeyError(next(count))")
        self._line(indent, f"except KeyError as {name}:")
        self._nested(indent, depth)
        self._line(indent, f"{name} = next(count)")

    def _class(self, indent: int, _depth: int, name: str) -> None:
        self._line(indent, "class C:")
        self._line(indent + 1, f"{name} = next(count)")

    def _nested(self, indent: int, depth: int) -> None:
        if depth < 3:
            self._block(indent + 1, depth=depth + 1)
        else:
            self._line(indent + 1, "pass")


_STATEMENTS: tuple[Callable[[SmallProgram, int, int, str], None], ...] = (
    SmallProgram._assign,
    SmallProgram._augment,
    SmallProgram._unpack,
    SmallProgram._delete,
    SmallProgram._loop,
    SmallProgram._with,
    SmallProgram._walrus,
    SmallProgram._comprehension,
    SmallProgram._except,
    SmallProgram._class,
)


def small_program(seed: int) -> str:
    """The source of a random program."""
    return SmallProgram(seed).source()
