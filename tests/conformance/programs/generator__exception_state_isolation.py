import sys


def gen():
    print("start", sys.exc_info()[1])
    try:
        raise ValueError("inner")
    except ValueError:
        print("handling", sys.exc_info()[1])
        yield 1
        print("resumed", sys.exc_info()[1])
        yield 2
    print("after", sys.exc_info()[1])
    yield 3


try:
    raise KeyError("outer")
except KeyError:
    g = gen()
    next(g)
    print("caller", sys.exc_info()[1])
next(g)
print("no exception", sys.exc_info()[1])
try:
    raise OSError("other")
except OSError:
    next(g)
    print("caller again", sys.exc_info()[1])


def reraising():
    try:
        yield
    except ValueError:
        yield "caught"
        raise


r = reraising()
next(r)
r.throw(ValueError("re"))
try:
    raise TypeError("active")
except TypeError:
    try:
        next(r)
    except ValueError as error:
        print(repr(error), repr(error.__context__))


def context():
    try:
        yield
    finally:
        print("finally sees", repr(sys.exc_info()[1]))


c = context()
next(c)
try:
    1 / 0
except ZeroDivisionError:
    c.close()
    print(repr(sys.exc_info()[1]))


def bare():
    yield
    raise


b = bare()
next(b)
try:
    next(b)
except RuntimeError as error:
    print(error)
b = bare()
next(b)
try:
    try:
        raise ValueError("from caller")
    except ValueError:
        next(b)
except (RuntimeError, ValueError) as error:
    print(type(error).__name__, error)
