# path: not compared on 3.11 (comprehensions write their results differently under tracing)
import sys


def show(what, proxy):
    print(what, list(proxy), dict(proxy), len(proxy))


def writes():
    x = 1
    frame = sys._getframe()
    frame.f_locals["x"] = 2
    frame.f_locals["other"] = 3
    print(x, sorted(name for name in locals() if name != "frame"))
    print("y" in frame.f_locals)
    y = 5
    print(frame.f_locals["y"], frame.f_locals.get("none", "default"))


def closure():
    shared = 1

    def inner():
        print(shared)
        sys._getframe().f_locals["shared"] = 10
        return sys._getframe()

    frame = inner()
    print(shared, frame.f_locals)
    return frame


def generator(values):
    for value in values:
        yield value * 2


def ended(a, b=2):
    c = a + b
    return sys._getframe()


def mapping():
    a, b = 1, 2
    d = sys._getframe().f_locals
    print(isinstance(d, dict), reversed(list(d)).__class__.__name__)
    for function in (
        lambda: d["missing"],
        lambda: d[[]],
        lambda: d.update([1, 2]),
        lambda: d.__delitem__("a"),
        lambda: d | 3,
        lambda: type(d)(3),
    ):
        try:
            print(type(function()).__name__)
        except Exception as error:
            print(type(error).__name__, error)
    d.update({"a": 7, "new": 8})
    print(d["a"], d["new"], d.setdefault("a", 0), d.setdefault("more", 9), d.copy()["a"], "b" in d)
    print({**d}["new"], ("b", 2) in d.items(), 2 in d.values(), d == d, d != {})


writes()
print(closure().f_locals)
running = generator([1, 2, 3])
print(next(running), running.gi_frame.f_locals["value"])
frame = running.gi_frame
print(list(running), frame.f_locals.get("value"), running.gi_frame)
print(ended(1).f_locals, ended(3, b=4).f_locals["c"])
mapping()


class Body:
    x = 1
    names = [sys._getframe().f_locals is not None for item in (1, 2)]
    sys._getframe().f_locals["made"] = 2
    vars().update({name: 0 for name in ("p", "q")})


print(Body.made, Body.p, Body.q, Body.names)
print("item" in [sys._getframe().f_locals for item in [0]][0])


def failing(value):
    local = [value]
    raise ValueError(local)


try:
    failing(4)
except ValueError as error:
    print(error.__traceback__.tb_next.tb_frame.f_locals)
