import gc
import sys
import weakref


def g(name):
    try:
        yield 1
        yield 2
    finally:
        print("cleanup", name)


def use():
    gen = g("local")
    next(gen)
    print("leaving use")


use()
print("after use")
gen = g("rebound")
next(gen)
gen = None
print("after rebinding")
gen = g("deleted")
next(gen)
del gen
for value in g("loop"):
    break
print("after loop break")
g("never started")
[next(g("temporary"))]
print("after temporary")


def take():
    for value in g("returned from"):
        return value


print(take())


class Node:
    pass


def cycle():
    node = Node()
    node.me = node
    node.gen = g("cycle")
    next(node.gen)
    return weakref.ref(node)


gc.disable()
reference = cycle()
print(reference() is not None)
gc.collect()
print(reference())


def ignoring():
    try:
        yield
    except GeneratorExit:
        print("exit seen")
        raise
    finally:
        print("and finally")


i = ignoring()
next(i)
del i


def delegating():
    yield from g("delegate")
    print("never")


d = delegating()
next(d)
del d
a, b = g("a"), g("b")
print([next(x) for x in (a, b)])
del a
del b
print("end")
