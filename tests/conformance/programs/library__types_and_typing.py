import types
import typing
from typing import Generic, NamedTuple, Optional, Protocol, TypedDict, TypeVar, runtime_checkable

T = TypeVar("T")


class Box(Generic[T]):
    def __init__(self, item: T):
        self.item = item

    def get(self) -> T:
        return self.item


class Point(NamedTuple):
    x: int
    y: int = 0

    def norm(self):
        return abs(self.x) + abs(self.y)


class Movie(TypedDict, total=False):
    name: str
    year: int


@runtime_checkable
class Closer(Protocol):
    def close(self) -> None: ...


class Door:
    def close(self):
        return "closed"


print(Box[int](5).get(), Box[int].__args__, Box.__parameters__, Point(1).norm(), Point(1, 2)._replace(x=5), Point._field_defaults)
print(Movie(name="x"), Movie.__annotations__.keys(), isinstance(Door(), Closer), isinstance(5, Closer))
print(typing.get_type_hints(Box.get), Optional[int], typing.Union[int, str], int | None, list[int], dict[str, list[T]][int])
dynamic = types.new_class("Dynamic", (Box,), {}, lambda ns: ns.update(value=3))
print(dynamic.value, dynamic.__mro__[1].__name__)
Simple = type("Simple", (), {"method": lambda self: self.__class__.__name__, "x": 1})
print(Simple().method(), Simple.x)
space = types.SimpleNamespace(a=1, f=lambda: "called")
print(space.f(), space.a)
print(types.MethodType(lambda self, x: (self, x), "bound")(2))
proxy = types.MappingProxyType({"k": 1})
try:
    proxy["k"] = 2
except TypeError as error:
    print(error)


class Dyn:
    @types.DynamicClassAttribute
    def attr(self):
        return "dynamic attr"


print(Dyn().attr, isinstance(len, types.BuiltinFunctionType), type(lambda: 0).__name__, type((lambda: (yield))()).__name__)


@typing.overload
def over(x: int) -> int: ...
@typing.overload
def over(x: str) -> str: ...
def over(x):
    return x


print(over(1), len(typing.get_overloads(over)), typing.cast(int, "x"))


@typing.final
class Final:
    @typing.no_type_check
    def f(self: "nothing"):
        pass


print(Final.__final__, typing.get_origin(dict[str, int]), typing.get_args(dict[str, int]))
