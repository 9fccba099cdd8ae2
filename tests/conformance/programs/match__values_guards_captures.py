import enum
import math


class Color(enum.Enum):
    RED = 1
    BLUE = 2


class Eq:
    def __init__(self, v):
        self.v = v

    def __eq__(self, other):
        print("eq", self.v, other)
        return self.v == other


class Box:
    value = 5
    inner = type("inner", (), {"deep": "D"})


def f(x):
    match x:
        case Color.RED:
            return "red"
        case Box.value | Box.inner.deep:
            return "box"
        case math.pi:
            return "pi"
        case -1 | -1.5 | 1 - 2j:
            return "negative"
        case "a" | "b" as letter:
            return f"letter {letter}"
        case "con" "cat":
            return "concatenated"
        case b"bytes":
            return "bytes"
        case None:
            return "none"
        case True:
            return "true"
        case n if isinstance(n, int) and (half := n // 2) > 10:
            return f"big half {half}"
        case (1 | 2) as few:
            return f"few {few}"
        case other if not other:
            return f"falsy {other!r}"
        case _:
            return "default"


for x in (Color.RED, Color.BLUE, 5, "D", math.pi, -1, -1.5, 1 - 2j, "b", "concat", b"bytes", None, True, False, 1, 1.0, 2, 50, 0, "", [], "zz", Eq(1)):
    print(repr(x) if not isinstance(x, Eq) else "Eq", "->", f(x))


def guard(log):
    match 1:
        case x if log.append(("first", x)):
            return "no"
        case y if log.append(("second", y)) or True:
            return "yes", sorted(k for k in locals() if k in "xy")


log = []
print(guard(log), log)
match = {"match": 1}
case = match["match"]
_ = "underscore"
match case:
    case _:
        print("soft keywords", _, case)
match (match):
    case {"match": case}:
        print(case)
match -5:
    case -5: print("literal")
for i in range(4):
    match i:
        case 0:
            continue
        case 2:
            break
        case n:
            print("n", n)
else:
    print("no else")


def returns(x):
    match x:
        case 1:
            try:
                return "one"
            finally:
                print("finally in case")
        case [y]:
            return lambda: y


print(returns(1), returns([5])(), returns(9))
match f:
    case callable_ if callable(callable_):
        print("subject evaluated once", callable_ is f)
