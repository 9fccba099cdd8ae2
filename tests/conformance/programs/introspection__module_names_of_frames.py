# requires: 3.12
import functools
import sys


def names():
    return [sys._getframemodulename(depth) for depth in range(-1, 4)]


def called():
    return names()


print(names())
print(called())
print(list(map(lambda _: called(), [1])))
print(sys._getframemodulename(), sys._getframemodulename(depth=0), sys._getframemodulename(100))

namespace = {"sys": sys, "functools": functools, "__name__": "elsewhere"}
exec("def f(): return sys._getframemodulename(0), sys._getframemodulename(1)", namespace)
print(namespace["f"]())
exec("print(f(), sys._getframemodulename())", namespace)
print(functools.reduce(lambda a, b: namespace["f"](), [1, 2]))
try:
    sys._getframemodulename([])
except TypeError as error:
    print(error)
