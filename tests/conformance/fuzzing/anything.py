"""What the names of syntactically random programs stand for: objects that nearly everything can be done with."""

import itertools
import random
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

MOST_TICKS = 300
_VALUES: tuple[object, ...] = (1, "text", [1, 2], {"a": 1}, ValueError, None, (), int, 2.5, KeyError, b"x", Exception)


class OutOfTicks(BaseException):
    """Ends a program that runs too long."""


class World:
    """The names of one run, and the chance that all its objects share: two runs of a program meet the same."""

    def __init__(self, seed: int, names: set[str]) -> None:
        self.random = random.Random(seed)
        self._ticks = itertools.count()
        self.namespace: dict[str, object] = {
            name: self.random.choice(_VALUES) if self.random.random() < 0.4 else Anything(self, name)
            for name in sorted(names)
        }
        self.namespace.update(tick=self.tick, note=note, drive=self.drive)

    def tick(self) -> None:
        """Counts a function's start or a loop's turn."""
        if next(self._ticks) > MOST_TICKS:
            raise OutOfTicks

    def drive(self, function: object) -> None:
        """Calls a function of the program, and runs the generator or coroutine that it makes."""
        code = getattr(function, "__code__", None)
        if code is None or not callable(function):
            return
        count = code.co_argcount
        names = code.co_varnames[count : count + code.co_kwonlyargcount]
        try:
            made = function(*(Anything(self, "argument") for _ in range(count)), **dict.fromkeys(names, 1))
            for method, value in (("send", None), ("send", 1), ("throw", ValueError(1)), ("close", None)):
                found = getattr(made, method, None)
                if found is not None and not isinstance(made, Anything):
                    print(method, found() if method == "close" else found(value))
        except BaseException as error:
            note(error)


def note(error: BaseException) -> None:
    """Prints an exception and where it passed."""
    places = []
    entry: TracebackType | None = error.__traceback__
    while entry is not None:
        if entry.tb_frame.f_code.co_filename.startswith("<guest"):
            places.append((entry.tb_frame.f_code.co_name, entry.tb_lineno))
        entry = entry.tb_next
    print(type(error).__name__, error, type(error.__context__).__name__, type(error.__cause__).__name__, places)


class Anything:
    """An object that takes part in nearly everything and says so."""

    _world: World
    _name: str

    def __init__(self, world: World, name: str) -> None:
        self.__dict__.update(_world=world, _name=name)

    def _result(self, action: str) -> "Anything":
        print(action, self._name)
        return Anything(self._world, f"{action} of {self._name}"[:24])

    def __repr__(self) -> str:
        return f"<{self._name}>"

    def __format__(self, spec: str) -> str:
        return f"<{self._name}:{spec!r}>"

    def __bool__(self) -> bool:
        return bool(self._world.random.random() < 0.5)

    def __iter__(self) -> Iterator["Anything"]:
        print("iter", self._name)
        return iter([Anything(self._world, "item") for _ in range(self._world.random.randrange(4))])

    def __call__(self, *arguments: object, **named: object) -> object:
        print("call", self._name, len(arguments), sorted(named))
        if len(arguments) == 1 and callable(arguments[0]):
            return arguments[0]
        if self._world.random.random() < 0.15:
            raise ValueError(self._name)
        return Anything(self._world, "result")

    def __getattr__(self, name: str) -> "Anything":
        if name.startswith("__"):
            raise AttributeError(name)
        return self._result("get")

    def __setattr__(self, name: str, value: object) -> None:
        print("set", self._name, name)

    def __delattr__(self, name: str) -> None:
        print("delete", self._name, name)

    def __getitem__(self, key: object) -> "Anything":
        return self._result("item")

    def __setitem__(self, key: object, value: object) -> None:
        print("set item", self._name)

    def __delitem__(self, key: object) -> None:
        print("delete item", self._name)

    def __contains__(self, item: object) -> bool:
        return bool(self)

    def __len__(self) -> int:
        return 2

    def __eq__(self, other: object) -> bool:
        return bool(self)

    def __hash__(self) -> int:
        return 1

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
        return ()

    def __enter__(self) -> "Anything":  # noqa: PYI034 - another one
        return self._result("enter")

    def __exit__(self, *arguments: object) -> bool:
        print("exit", self._name, arguments[0])
        return bool(self)

    async def __aenter__(self) -> "Anything":  # noqa: PYI034 - another one
        return self._result("enter")

    async def __aexit__(self, *arguments: object) -> bool:
        return self.__exit__(*arguments)

    def __await__(self) -> Iterator[object]:
        yield self._name

    def __aiter__(self) -> "Anything":
        return self._result("async iter")

    async def __anext__(self) -> "Anything":
        if self:
            raise StopAsyncIteration
        return self._result("next")

    def keys(self) -> list[str]:
        """Makes it a mapping."""
        return ["a", "b"]


def _operation(name: str) -> Callable[[Anything, object], Anything]:
    def operate(self: Anything, _: object = None) -> Anything:
        return self._result(name)

    return operate


for _name in (
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "lshift", "rshift", "and", "or", "xor", "matmul"),
    *("radd", "rsub", "rmul", "iadd", "isub", "imul", "lt", "le", "gt", "ge", "neg", "pos", "invert"),
):
    setattr(Anything, f"__{_name}__", _operation(_name))
