# path: not compared (how deep CPython gets depends on the tracer's own frames)
import sys


def forever(n):
    return forever(n + 1)


try:
    forever(0)
except RecursionError as error:
    print(error)


class Loop:
    def __getattr__(self, name):
        return getattr(self, name + "x")

    def __repr__(self):
        return repr([self])


try:
    Loop().name
except RecursionError as error:
    print(type(error).__name__)
try:
    repr(Loop())
except RecursionError as error:
    print(type(error).__name__)


def catching(n):
    try:
        return catching(n + 1)
    except RecursionError:
        return "caught deep"


print(catching(0))


def generator():
    yield from generator()


try:
    list(generator())
except RecursionError as error:
    print(type(error).__name__)
limit = sys.getrecursionlimit()
sys.setrecursionlimit(200)
depth = 0


def count():
    global depth
    depth += 1
    count()


try:
    count()
except RecursionError:
    print("depth about", 150 < depth < 200)
sys.setrecursionlimit(limit)
print("fine", limit)
try:
    sorted([1, 2], key=lambda x: forever(x))
except RecursionError as error:
    print("through sorted")
