import sys

module_level = 1
print(locals() is globals(), "module_level" in vars(), "sys" in dir(), globals()["module_level"])
locals()["injected"] = 5
print(injected)


def function(a, *args, k=1, **kw):
    b = a + 1
    snapshot = locals()
    c = 3
    print(sorted(snapshot), sorted(locals()), sorted(vars()), dir())
    del b
    print("b" in locals(), sorted(locals()))

    def inner():
        return a, sorted(locals())

    print(inner())
    return sorted(sys._getframe().f_locals)


print(function(1, 2, z=3))


def write_through():
    x = 1
    locals()["x"] = 2
    sys._getframe().f_locals["y"] = 3
    return x, "y" in locals()


print(write_through()[0])


class Body:
    attribute = 1
    seen = sorted(k for k in locals() if not k.startswith("__"))
    locals()["made"] = 2
    here = sorted(k for k in dir() if not k.startswith("__"))
    inner = [sorted(locals()) for _ in range(1)] if sys.version_info < (3, 12) else None


print(Body.seen, Body.made, Body.here)
print((lambda x, y=2: sorted(locals()))(1))
print([sorted(k for k in locals() if k == "q") for q in (1,)][0] if sys.version_info >= (3, 12) else ["q"])
print(list(sorted(locals()) for g in (1,)))


class Thing:
    def __init__(self):
        self.b, self.a = 1, 2

    def __dir__(self):
        return ["z", "y"]


print(vars(Thing()), dir(Thing()))
for bad in ("vars(5)", "dir(1, 2)", "globals(1)"):
    try:
        eval(bad)
    except TypeError as error:
        print(error)


def generator():
    x = 1
    yield sorted(locals())
    y = 2
    yield sorted(locals())


print(list(generator()))
f = globals
print(f() is globals(), list(map(lambda fn: "module_level" in fn(), [globals])), eval("locals() is globals()"))
