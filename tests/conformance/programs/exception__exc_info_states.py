import sys


def state():
    kind, value, tb = sys.exc_info()
    return repr(value), tb is not None, repr(sys.exception())


print(state())
try:
    1 / 0
except ZeroDivisionError:
    print(state())
    try:
        {}["k"]
    except KeyError:
        print(state())
    print(state())
    (lambda: print("lambda", state()))()

    def nested():
        try:
            int("x")
        except ValueError:
            print("nested", state())
        print("nested after", state())

    nested()
    print([state()[0] for _ in range(1)])
    list(map(lambda _: print("map", state()), [1]))
print(state())
try:
    try:
        raise OSError("a")
    finally:
        print("finally", state())
except OSError:
    pass


class Manager:
    def __enter__(self):
        print("enter", state())

    def __exit__(self, *args):
        print("exit", state(), repr(args[1]))
        return True


with Manager():
    raise LookupError("w")
print(state())


def f():
    try:
        raise ValueError("f")
    except ValueError:
        return state()


print(f(), state())


def loop():
    for i in range(2):
        try:
            raise KeyError(i)
        except KeyError:
            if i:
                break
            continue
    return state()


print(loop())


class Dunder:
    def __getattr__(self, name):
        print("getattr", name, state())
        raise AttributeError(name)

    def __eq__(self, other):
        print("eq", state())
        return True


try:
    raise TypeError("t")
except TypeError:
    print(hasattr(Dunder(), "x"), Dunder() == 1, sorted([2, 1], key=lambda x: (print("key", state()), x)[1]))
print(state())
