# requires: 3.12
from typing import Generic, TypeVar


def first[T](items: list[T], default: T = None) -> T:
    return items[0] if items else default


class Stack[T]:
    limit: int = 3

    def __init__(self):
        self.items: list[T] = []

    def push[U](self, item: T, extra: U = None) -> "Stack[T]":
        self.items.append(item)
        return self

    def param(self):
        return T, T.__name__

    class Inner[V]:
        both = (T, V)


print(first([1]), first.__type_params__, first.__annotations__["default"], first.__qualname__)
s = Stack[int]().push(1).push(2)
print(s.items, Stack.__type_params__, Stack.__parameters__, Stack.__orig_bases__, s.param()[1], Stack.Inner.both[1].__name__)
print([b.__name__ for b in Stack.__mro__], Stack.push.__type_params__, Stack.push.__qualname__)


class Bounded[T: int, *Ts, **P, C: (str, bytes)](Stack[T]):
    pass


for p in Bounded.__type_params__:
    print(p, type(p).__name__, getattr(p, "__bound__", None), getattr(p, "__constraints__", None))
type Pair[A, B] = tuple[A, B] | list[B]
type Tree = list[Tree] | int
type Lazy = undefined_name
print(Pair, Pair[int, str], Pair.__type_params__, Pair.__value__, Tree.__value__, Tree.__name__)
try:
    Lazy.__value__
except NameError as error:
    print(error)
undefined_name = int
print(Lazy.__value__)


def outer(n):
    type Local = list[n]
    def inner[T: n](x: T) -> n:
        return x, n

    class Nested[Q: n]:
        attribute = n
        type Alias = dict[Q, n]

        def m(self):
            return super().__repr__()[:3], __class__.__name__

    return Local.__value__, inner.__type_params__[0].__bound__, inner(1), Nested.attribute, Nested.Alias.__value__, Nested().m()


print(outer(str))
evaluated = []


def lazily(x):
    evaluated.append(x)
    return x


def f[T: lazily(int)](): ...


print(evaluated, f.__type_params__[0].__bound__, evaluated)
decorate = lambda g: print("decorating", g.__type_params__) or g


@decorate
def decorated[T](a: T, *, b=lazily("default")): ...


@decorate
class Decorated[T](metaclass=type): ...


try:

    class Bad[T](undefined_base[T]): ...

except NameError as error:
    print(error)
x = lambda: [T for T in (1,)]
async def agen[T](x: T):
    yield x
print(x(), agen.__type_params__, agen(1).__class__.__name__)
