"""Builds the source of a random program from choices, one form of expression or statement at a time.

A builder knows the scopes around the place it writes at, so that what it writes compiles, ends, and mostly works:
names are mostly bound, operands mostly fit, calls mostly fit their signatures. The forms themselves are registered by
expressions.py, statements.py, definitions.py and classes.py.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

Choice = TypeVar("Choice")

VERSION = sys.version_info[:2]
KINDS = ("number", "text", "sequence", "mapping", "instance", "anything")
FUNCTION_KINDS = frozenset({"function", "generator", "coroutine", "asynchronous generator"})
MOST_STEPS = 600
"""How often the statements of a program may run altogether, as estimated while it is written."""


class Choices(Protocol):
    """Where all randomness comes from."""

    def below(self, limit: int) -> int:
        """Gives a number from 0 to `limit - 1`; the smaller, the simpler."""


@dataclass
class Function:
    """A function that the program can call."""

    name: str
    kind: str
    required: list[str]
    optional: list[str]
    keyword_only: list[str]
    positional_only: int
    star: bool
    double_star: bool
    cost: int


@dataclass
class Class:
    """A class that the program can make instances of."""

    name: str
    methods: list[str]
    arguments: int = 0


@dataclass
class Scope:
    """A place where names live.

    `kind` is "module", "class", "comprehension", "lambda" or one of FUNCTION_KINDS.
    """

    kind: str
    pool: str
    variables: dict[str, str] = field(default_factory=dict)
    functions: list[Function] = field(default_factory=list)
    classes: list[Class] = field(default_factory=list)
    loops: int = 0
    in_handler: bool = False
    in_star_handler: bool = False
    multiplicity: int = 1
    cost: int = 1

    @property
    def own(self) -> str:
        """The names that the scope binds without declaring them."""
        return self.pool[:3]


Form = Callable[["Builder"], str]
StatementForm = Callable[["Builder"], None]


@dataclass(frozen=True)
class Registered:
    """A form and where it may stand."""

    write: Form
    weight: int
    scopes: frozenset[str]


EXPRESSIONS: dict[str, list[Registered]] = {kind: [] for kind in KINDS}
LEAVES: dict[str, Form] = {}
STATEMENTS: list[tuple[StatementForm, int, frozenset[str], bool]] = []
EVERYWHERE: frozenset[str] = frozenset()


def expression(
    *kinds: str, weight: int = 2, scopes: frozenset[str] = EVERYWHERE, since: tuple[int, int] = (3, 11)
) -> Callable[[Form], Form]:
    """Registers a form of expression that gives values of these kinds."""

    def register(form: Form) -> Form:
        if since <= VERSION:
            for kind in kinds:
                EXPRESSIONS[kind].append(Registered(form, weight, scopes))
        return form

    return register


def statement(
    weight: int = 2, scopes: frozenset[str] = EVERYWHERE, since: tuple[int, int] = (3, 11), *, compound: bool = False
) -> Callable[[StatementForm], StatementForm]:
    """Registers a form of statement; compound ones have blocks of their own."""

    def register(form: StatementForm) -> StatementForm:
        if since <= VERSION:
            STATEMENTS.append((form, weight, scopes, compound))
        return form

    return register


class Builder:
    """Writes one program."""

    def __init__(self, choices: Choices, size: int) -> None:
        self._below = choices.below
        self.left = size
        self.lines: list[str] = []
        self.indent = 0
        self.depth = 0
        self.scopes = [Scope("module", "abc")]
        self.numbers = 0
        self.helpers: set[str] = set()

    @property
    def scope(self) -> Scope:
        """The innermost scope."""
        return self.scopes[-1]

    @property
    def function_scope(self) -> Scope:
        """The innermost scope whose code a comprehension or lambda at this place would be part of."""
        return next(one for one in reversed(self.scopes) if one.kind not in {"comprehension", "lambda"})

    def below(self, limit: int) -> int:
        """Chooses a number."""
        return self._below(limit)

    def chance(self, percent: int) -> bool:
        """Decides; the simplest decision is no."""
        return self._below(100) >= 100 - percent

    def pick(self, options: Sequence[Choice]) -> Choice:
        """Chooses one of several, the first being the simplest."""
        return options[self._below(len(options))]

    def one_of(self, *forms: Callable[[], str]) -> str:
        """Writes one of several forms."""
        return self.pick(forms)()

    def new_name(self, prefix: str) -> str:
        """Makes a name that the program has nowhere else."""
        self.numbers += 1
        return f"{prefix}{self.numbers}"

    def line(self, text: str) -> None:
        """Writes one line."""
        self.lines.append("    " * self.indent + text)

    def use(self, helper: str) -> str:
        """Makes the program define one of the functions in helpers.py."""
        self.helpers.add(helper)
        return helper

    # Expressions

    def expression(self, kind: str = "") -> str:
        """Writes an expression; mostly of the kind wanted."""
        if not kind or self.chance(4):
            kind = KINDS[self._below(len(KINDS))]
        if self.depth >= 3 or self.chance(35):
            return self.leaf(kind)
        allowed = [one for one in EXPRESSIONS[kind] if not one.scopes or self.scope.kind in one.scopes]
        self.depth += 1
        try:
            return self._weighted([(one.write, one.weight) for one in allowed])(self)
        finally:
            self.depth -= 1

    def leaf(self, kind: str) -> str:
        """Writes a name or a literal."""
        names = [name for scope in self.visible_scopes() for name, known in scope.variables.items() if known == kind]
        if names and self.chance(70):
            return self.pick(names)
        if self.chance(2):
            return self.pick("abcxyzpqr")  # perhaps bound nowhere
        return LEAVES[kind](self)

    def _weighted(self, options: Sequence[tuple[Choice, int]]) -> Choice:
        number = self._below(sum(weight for _, weight in options))
        for option, weight in options:
            number -= weight
            if number < 0:
                return option
        raise AssertionError(number)

    def visible_scopes(self) -> Iterator[Scope]:
        """Gives the scopes whose names can be read here."""
        for scope in reversed(self.scopes):
            if scope.kind != "class" or scope is self.scope:
                yield scope

    def functions(self, kind: str = "function") -> list[Function]:
        """Lists the functions that may be called here without the program getting too long."""
        found = [one for scope in self.visible_scopes() for one in scope.functions if one.kind == kind]
        most = MOST_STEPS // max(1, self.scope.multiplicity)
        return [one for one in found if one.cost + self.scope.cost <= most]

    def pay(self, function: Function) -> None:
        """Counts a call of a function into the cost of the code around it."""
        self.function_scope.cost += function.cost * self.function_scope.multiplicity

    def classes(self) -> list[Class]:
        """Lists the classes that can be named here."""
        return [one for scope in self.visible_scopes() for one in scope.classes]

    def target(self, kind: str = "anything") -> str:
        """Chooses a name to bind, which is then known as a value of that kind."""
        scope = self.function_scope
        pool = scope.pool if not self.chance(5) else self.scopes[0].pool
        name = self.pick(pool)
        scope.variables[name] = kind
        return name

    # Statements

    def statement(self) -> None:
        """Writes a statement of any form that may stand here."""
        scope = self.scope
        self.left -= 1
        scope.cost += scope.multiplicity
        nested = self.indent < 6 and self.left > 0
        allowed = [
            (form, weight)
            for form, weight, scopes, compound in STATEMENTS
            if (not scopes or scope.kind in scopes) and (nested or not compound)
        ]
        self._weighted(allowed)(self)

    def block(self, most: int = 3) -> None:
        """Writes an indented block of one statement or a few."""
        self.indent += 1
        for _ in range(1 + self._below(most)):
            self.statement()
            if self.left < 0:
                break
        self.indent -= 1

    @contextmanager
    def repeated(self, times: int) -> Iterator[None]:
        """Writes what a loop repeats."""
        scope = self.scope
        scope.multiplicity *= times
        scope.loops += 1
        try:
            yield
        finally:
            scope.loops -= 1
            scope.multiplicity //= times

    @contextmanager
    def nested(self, scope: Scope) -> Iterator[Scope]:
        """Writes inside a new scope."""
        self.scopes.append(scope)
        depth, self.depth = self.depth, (self.depth if scope.kind in {"comprehension", "lambda"} else 0)
        try:
            yield scope
        finally:
            self.depth = depth
            self.scopes.pop()
