class Noisy:
    def __del__(self):
        raise ValueError("in del")


def use():
    n = Noisy()
    return 5


print(use())
n = Noisy()
del n
import sys

sys.unraisablehook = lambda info: print("hook", info.exc_type.__name__, info.exc_value, info.err_msg)
use()


def gen():
    try:
        yield
    finally:
        raise KeyError("closing")


g = gen()
next(g)
del g


class BadEq:
    def __eq__(self, other):
        raise TypeError("eq")

    __hash__ = object.__hash__


print([1] == [1])
[BadEq()].index(5)
