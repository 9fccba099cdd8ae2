# path: not compared (the oracle's own frames count too)
import sys

sys.setrecursionlimit(120)
reached = []


def f(n):
    reached.append(n)
    f(n + 1)


try:
    f(1)
except RecursionError as error:
    print(error)
print(len(reached))
reached.clear()


def g(n):
    reached.append(n)
    return h(n + 1)


def h(n):
    reached.append(n)
    return g(n + 1)


try:
    g(1)
except RecursionError:
    print(len(reached))
try:
    sys.setrecursionlimit(1)
except RecursionError as error:
    print(error)
try:
    sys.setrecursionlimit(-1)
except ValueError as error:
    print(error)
print(sys.getrecursionlimit())
