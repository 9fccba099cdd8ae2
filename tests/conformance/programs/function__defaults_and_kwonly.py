def tell(label, value):
    print("evaluated", label)
    return value


def f(a, b=tell("b", 2), *, c=tell("c", 3), d, e: tell("annotation", int) = 5) -> "result":
    """Docstring."""
    return a, b, c, d, e


print(f(1, d=4), f.__defaults__, f.__kwdefaults__, f.__doc__, f.__name__, f.__qualname__)


def append(item, to=[]):
    to.append(item)
    return to


print(append(1), append(2), append(3, []), append.__defaults__)
f.__defaults__ = (10, 20)
f.__kwdefaults__ = {"d": 40}
try:
    print(f())
except TypeError as error:
    print(error)
f.__kwdefaults__ = {"d": 40, "c": 1, "e": 2}
print(f(c=1), f(d=0, c=0))
f.__kwdefaults__ = None
try:
    f(1)
except TypeError as error:
    print(error)


def varied(*args, **kwargs):
    args += (0,)
    kwargs["z"] = 1
    return args, kwargs


original = {"a": 1}
print(varied(1, 2, **original), original)
g = lambda *a, k=1, **kw: (a, k, kw)
print(g(), g(1, k=2, z=3), (lambda: (yield))().__class__.__name__)
f.custom = "attribute"
print(f.custom, f.__dict__, f.__module__)


def recursive_default(n, f=None):
    f = f or recursive_default
    return 1 if n < 2 else n * f(n - 1)


print(recursive_default(10))
