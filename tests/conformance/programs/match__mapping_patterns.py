import collections
import types


class M(dict):
    def __missing__(self, key):
        print("missing", key)
        return "made"

    def get(self, key, default=None):
        print("get", key)
        return super().get(key, default)


class Const:
    KEY = "dotted"


def f(value):
    match value:
        case {"type": "a", "data": {"x": x, "y": [y, *_]}}:
            return "deep", x, y
        case {Const.KEY: v}:
            return "dotted", v
        case {1: one, 2.5: two, None: three}:
            return "mixed", one, two, three
        case {"only": str() | int() as v, **rest} if not rest:
            return "only", v
        case {"only": v, **rest}:
            return "only and", v, sorted(rest)
        case {-1: neg, b"b": bb, 1 + 2j: cc}:
            return neg, bb, cc
        case {**everything}:
            return "rest", everything


for value in (
    {"type": "a", "data": {"x": 1, "y": [2, 3]}},
    {"type": "a", "data": {"x": 1}},
    {"dotted": 5},
    {1: "a", 2.5: "b", None: "c"},
    {"only": 1},
    {"only": None},
    {"only": 1, "z": 2, "y": 3},
    {-1: 0, b"b": 1, 1 + 2j: 2},
    {},
    collections.OrderedDict(a=1),
    types.MappingProxyType({"only": "p"}),
    [("only", 1)],
    "only",
):
    print(f(value))
print(f(M(only=1)))
match M():
    case {"any": x}:
        print("matched", x)
    case {}:
        print("empty pattern matches any mapping")
match {"k": None}:
    case {"k": None}:
        print("none value")
try:
    exec("match {}:\n case {'a': 1, 'a': 2}: pass")
except SyntaxError as error:
    print(error.msg)
key = "k"


class Dup:
    A = "same"
    B = "same"


try:
    match {"same": 1}:
        case {Dup.A: 1, Dup.B: 2}:
            pass
except ValueError as error:
    print(error)
