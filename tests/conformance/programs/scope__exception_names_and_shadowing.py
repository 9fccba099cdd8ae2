e = "module e"
try:
    raise ValueError("x")
except ValueError as e:
    print(repr(e))
print("e" in globals())


def f():
    e = "before"
    try:
        raise ValueError(1)
    except ValueError as e:
        pass
    try:
        return e
    except UnboundLocalError as error:
        return str(error)


print(f())


def g():
    try:
        raise ValueError(2)
    except ValueError as e:
        e = "rebound in handler"
        print(e)
    return "e" in locals()


print(g())


def h():
    try:
        raise ValueError(3)
    except ValueError as e:
        del e
    return "fine"


print(h())


def closure():
    try:
        raise KeyError("k")
    except KeyError as e:
        get = lambda: e
        kept = e
    try:
        get()
    except NameError as error:
        return type(error).__name__, str(error), repr(kept)


print(closure())


def nested():
    try:
        try:
            raise ValueError("inner")
        except ValueError as e:
            raise TypeError("outer") from e
    except TypeError as e:
        return repr(e), repr(e.__cause__), [repr(e) for _ in (1,)]


print(nested())


def global_name():
    global ge
    try:
        raise ValueError("global")
    except ValueError as ge:
        pass
    return "ge" in globals()


print(global_name())


class C:
    try:
        raise ValueError("class")
    except ValueError as e:
        seen = repr(e)
    has = "e" in locals()


print(C.seen, C.has, hasattr(C, "e"))


def returning():
    try:
        raise ValueError("r")
    except ValueError as e:
        return e


print(repr(returning()), returning().__traceback__.tb_lineno > 0)


def loop():
    for e in range(3):
        try:
            if e == 1:
                raise ValueError(e)
        except ValueError as e:
            continue
        print("e", e)
    return e


print(loop())


def generator():
    try:
        raise ValueError("gen")
    except ValueError as e:
        yield repr(e)
        yield repr(e)
    yield "e" in locals()


print(list(generator()))
for e in (lambda: 1,):
    print(e())
with open(__file__) as e:
    print(e.closed)
import sys as e

print(e.__name__)
[e for e in range(3)]
print(e.__name__)
