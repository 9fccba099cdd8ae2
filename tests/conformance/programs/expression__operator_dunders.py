class N:
    def __init__(self, v):
        self.v = v

    def __repr__(self):
        return f"N({self.v})"


def binary(name):
    def method(self, other):
        return f"{name}({self!r}, {other!r})"

    return method


for name in "add sub mul truediv floordiv mod divmod pow lshift rshift and or xor matmul".split():
    setattr(N, f"__{name}__", binary(name))
    setattr(N, f"__r{name}__", binary("r" + name))
for name in "neg pos invert abs".split():
    setattr(N, f"__{name}__", lambda self, name=name: f"{name}({self!r})")
for name in "lt le gt ge".split():
    setattr(N, f"__{name}__", binary(name))
a, b = N(1), N(2)
print(a + b, a - b, a * b, a / b, a // b, a % b, divmod(a, b), a**b, a << b, a >> b, a & b, a | b, a ^ b, a @ b)
print(1 + a, 1 - a, 1 * a, 1 / a, 1 // a, 1 % a, divmod(1, a), 1**a, 1 << a, 1 >> a, 1 & a, 1 | a, 1 ^ a, 1 @ a)
print(-a, +a, ~a, abs(a), a < b, a <= 1, 1 < a, 1 >= a)


class Child(N):
    def __radd__(self, other):
        return f"child radd {other!r}"


print(a + Child(3), Child(3) + a)


class Nope:
    def __add__(self, other):
        print("tried add")
        return NotImplemented

    def __radd__(self, other):
        print("tried radd")
        return NotImplemented


for code in ("Nope() + 1", "1 + Nope()", "Nope() + Nope()", "-Nope()", "Nope() < 1", "Nope() @ 2", "N(1) ** Nope()"):
    try:
        print(eval(code))
    except TypeError as error:
        print(error)


class Conv:
    def __int__(self):
        return 7

    def __float__(self):
        return 7.5

    def __complex__(self):
        return 7j

    def __round__(self, n=None):
        return f"round {n}"

    def __trunc__(self):
        return 6

    def __floor__(self):
        return "floor"

    def __hash__(self):
        return 42

    def __format__(self, spec):
        return f"<{spec}>"

    def __str__(self):
        return "str"

    def __bytes__(self):
        return b"bytes"


import math

c = Conv()
print(int(c), float(c), complex(c), round(c), round(c, 2), math.trunc(c), math.floor(c), hash(c), f"{c:abc}", str(c), bytes(c))
