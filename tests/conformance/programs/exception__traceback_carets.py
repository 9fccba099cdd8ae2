import traceback


class Thing:
    def __init__(self):
        self.items = {"a": {"b": None}}

    def method(self, *args, **kwargs):
        return self.items["a"]["b"]["c"]


def attempt(function):
    try:
        function()
    except Exception:
        traceback.print_exc(limit=-1)


def binary():
    x, y, z = 1, 0, 5
    return (x + z) / y + z


def subscript():
    table = {"k": [1, 2]}
    return table["k"][10] + 5


def attribute():
    t = Thing()
    return t.items.a.b.c


def call():
    return (lambda a: a)(1, 2, 3)


def nested_call():
    return print(str(int("x") + 1), end="".join([]))


def multiline():
    return (
        1
        + len("abc")
        + None
        + 5
    )


def multiline_call():
    return print(
        "a",
        undefined_name,
        "b",
    )


def unary():
    return -"text"


def compare():
    return 1 < 2 < "x"


def unpack():
    a, b = (1, 2, 3)


def loop():
    for x in 5:
        pass


def imports():
    from os import not_there


def delete():
    d = {}
    del d["missing"]


def assert_it():
    assert 1 == 2, "message"


def raise_it():
    raise ValueError("raised") from None


def fstring():
    return f"{1} {undefined_thing!r:>5} {2}"


def unicode():
    é = "日本語"
    return é + 1 + é


def subscript_store():
    t = (1, 2)
    t[0] = 5


def with_it():
    with None:
        pass


def comprehension():
    return [x / 0 for x in (1, 2) if x]


def star():
    return print(*5)


def await_none():
    async def f():
        await None

    f().send(None)


for function in list(globals().values()):
    if callable(function) and function not in (Thing, attempt):
        print("#", function.__name__)
        attempt(function)
attempt(Thing().method)

import sys

sys.stdout.flush()
