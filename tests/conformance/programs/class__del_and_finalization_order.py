import sys

log = []


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)


def scope():
    a, b, c = Noisy("a"), Noisy("b"), Noisy("c")
    return "returned"


print(scope())


def raising():
    x = Noisy("x in raising")
    raise ValueError


try:
    raising()
except ValueError:
    print("in handler")
print("after handler")


class Holder:
    def __init__(self):
        self.one, self.two = Noisy("one"), Noisy("two")


Holder()
print("holder gone")
h = Holder()
h.one = None
del h.two
h.__dict__.clear()
items = [Noisy(f"item {i}") for i in range(3)]
del items[1]
print("deleted one")
items.clear()


def gen():
    n = Noisy("in generator")
    yield 1
    yield 2


for _ in gen():
    break
print("generator abandoned")
g = gen()
list(g)
print("generator exhausted")


def closure():
    n = Noisy("in closure")
    return lambda: n.name


f = closure()
print(f())
f = None
with_ = Noisy("swap")
with_, other = Noisy("new"), with_
other = None
print("swapped")
print(Noisy("expr").name + Noisy("expr2").name)
x = [Noisy("nested")]
x = x[0]
x = 5
sys.stdout.flush()


def argument(n, *rest, **kw):
    n = None
    print("argument dropped")
    rest = ()
    kw.clear()


argument(Noisy("arg"), Noisy("rest"), k=Noisy("kw"))


def default(n=Noisy("default")):
    pass


default.__defaults__ = None
print("default dropped")
d = {Noisy("key"): Noisy("value")}
d.popitem()
print("popped")
s = {Noisy("in set")}
s.clear()
print(type(Noisy("type arg")).__name__)
Noisy("last statement")
last = Noisy("module teardown")


def left_by_an_exception():
    first, second = Noisy("first"), Noisy("second")
    raise ValueError


try:
    left_by_an_exception()
except ValueError:
    print("caught")
print("after")
