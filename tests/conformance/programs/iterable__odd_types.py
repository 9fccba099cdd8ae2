# Values whose types have odd ideas of iteration, in every place that wants an iterable or a mapping.
import array
import collections
import ctypes
import re
import sqlite3
import types
import weakref


class NoIteration:
    __iter__ = None

    def __getitem__(self, index):
        return "ab"[index]


class Sequence:
    def __getitem__(self, index):
        return "ab"[index]


class WrongItems:
    def __getitem__(self, index):
        raise TypeError("no items")


class WrongIterator:
    def __iter__(self):
        return 5


class Refusing:
    def __iter__(self):
        raise TypeError("not now")


class RefusingLater:
    def __iter__(self):
        return self

    def __next__(self):
        raise TypeError("not any more")


class OnTheInstance:
    def __init__(self):
        self.__iter__ = lambda: iter("ab")
        self.keys = lambda: ["a"]


class Meta(type):
    def __iter__(cls):
        return iter("ab")

    def __getitem__(cls, key):
        return key

    def keys(cls):
        return ["a"]


class OfMeta(metaclass=Meta):
    pass


class ByProperty:
    @property
    def __iter__(self):
        return lambda: iter("ab")


class Keys:
    def keys(self):
        return ["a", "b"]

    def __getitem__(self, key):
        return {"a": 1, "b": 2, 0: 0}[key]


class WrongKeys:
    def keys(self):
        raise TypeError("no keys")


class NotIterableKeys:
    def keys(self):
        return 5


class NumberKeys:
    def keys(self):
        return [1]

    def __getitem__(self, key):
        return [5][key]


class WrongValues:
    def keys(self):
        return ["a"]

    def __getitem__(self, key):
        raise KeyError("a", "b")


class OwnDict(dict):
    def __iter__(self):
        return iter(["own"])

    def keys(self):
        return ["own"]

    def __getitem__(self, key):
        return "own"


class OwnTuple(tuple):
    def __iter__(self):
        return iter([ValueError])


class WrongLength:
    def __iter__(self):
        return iter("ab")

    def __len__(self):
        raise TypeError("no length")


class Structure(ctypes.Structure):
    _fields_ = [("x", ctypes.c_int)]


def row():
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    (found,) = connection.execute("select 1 as a, 2 as b")
    connection.close()
    return found


KEPT = Sequence()
VALUES = [
    lambda: re.match("a", "a"),
    lambda: types.MappingProxyType({"a": 1}),
    lambda: int | str,
    lambda: list[int],
    lambda: (ctypes.c_int * 2)(1, 2),
    Structure,
    lambda: memoryview(b"ab"),
    lambda: array.array("i", [1, 2]),
    row,
    lambda: None,
    lambda: 5,
    lambda: "ab",
    lambda: {"a": 1},
    lambda: {1: 2},
    lambda: type,
    lambda: collections.ChainMap({"a": 1}),
    lambda: collections.UserString("ab"),
    lambda: types.SimpleNamespace(a=1),
    lambda: weakref.proxy(KEPT),
    lambda: OfMeta,
    lambda: OwnTuple(),
    lambda: OwnTuple([KeyError]),
    lambda: OwnDict(a=1),
    NoIteration, Sequence, WrongItems, WrongIterator, Refusing, RefusingLater, OnTheInstance, OfMeta, ByProperty,
    Keys, WrongKeys, NotIterableKeys, NumberKeys, WrongValues, WrongLength,
]
try:
    exec("type Alias = int\nVALUES += [lambda: Alias]")
except SyntaxError:
    pass


def f(*positional, **named):
    return positional, named


def unpacked(x):
    a, b = x
    return a, b


def unpacked_with_star(x):
    a, *b = x
    return a, b


def delegating(x):
    yield from x


async def awaiting(x):
    return await x


def iterated(x):
    for value in x:
        return value


def matched(x):
    match x:
        case [a, b]:
            return "sequence", a, b
        case {"a": a}:
            return "mapping", a


def as_class(x):
    match 5:
        case x():
            return True


def caught(x):
    try:
        raise ValueError
    except x:
        return True


FORMS = {
    "list display": lambda x: [*x],
    "list display of more": lambda x: [1, *x, 2],
    "tuple display": lambda x: (*x, 1),
    "set display": lambda x: len({*x, 1}),
    "dict display": lambda x: {**x},
    "dict display of more": lambda x: {"a": 5, **x},
    "call": lambda x: f(*x),
    "call with more": lambda x: f(1, *x),
    "call of a builtin": lambda x: print(*x),
    "call of a bound method": lambda x: [].append(*x),
    "keywords": lambda x: f(**x),
    "keywords with more": lambda x: f(a=1, **x),
    "keywords twice": lambda x: f(**x, **x),
    "keywords of a builtin": lambda x: dict(**x),
    "both": lambda x: f(*x, **x),
    "unpacking": unpacked,
    "unpacking with a star": unpacked_with_star,
    "for": iterated,
    "comprehension": lambda x: [value for value in x],
    "generator expression": lambda x: list(value for value in x),
    "in": lambda x: 5 in x,
    "yield from": lambda x: list(delegating(x)),
    "await": lambda x: awaiting(x).send(None),
    "match": matched,
    "class pattern": as_class,
    "except": caught,
}

for form, use in FORMS.items():
    for make in VALUES:
        value = make()
        try:
            print(form, type(value).__name__, use(value))
        except BaseException as error:
            print(form, type(value).__name__, type(error).__name__, error, type(error.__context__).__name__)
