class Manager:
    def __init__(self, name, suppress=False, fail=None):
        self.name, self.suppress, self.fail = name, suppress, fail

    def __enter__(self):
        print("enter", self.name)
        if self.fail == "enter":
            raise RuntimeError(f"enter {self.name}")
        return self

    def __exit__(self, kind, error, traceback):
        print("exit", self.name, kind and kind.__name__, error, traceback is not None)
        if self.fail == "exit":
            raise RuntimeError(f"exit {self.name}")
        return self.suppress


with Manager("plain") as m:
    print("body", m.name)
with Manager("a"), Manager("b") as b, Manager("c", suppress=True):
    raise ValueError("suppressed")
with (
    Manager("paren1") as x,
    Manager("paren2") as y,
):
    print(x.name, y.name)
try:
    with Manager("outer"), Manager("failing", fail="enter"):
        print("never")
except RuntimeError as error:
    print(error)
try:
    with Manager("o"), Manager("failing exit", fail="exit"):
        raise KeyError("original")
except RuntimeError as error:
    print(error, repr(error.__context__))


def returning():
    with Manager("return"):
        return "value"


def looping():
    for i in range(3):
        with Manager(i):
            if i == 0:
                continue
            break
    return i


print(returning(), looping())
items_first = 0
with Manager("conditional") if items_first else Manager("t2"):
    pass
items = {}
with Manager("sub") as items["key"], Manager("sub2") as items["other"]:
    print(sorted(items))


class Pair:
    def __enter__(self):
        return 1, [2, 3]

    def __exit__(self, *args):
        return None


with Pair() as (p, [q, r]):
    print(p, q, r)
for bad in (5, object(), type("OnlyEnter", (), {"__enter__": lambda self: 1})()):
    try:
        with bad:
            pass
    except (TypeError, AttributeError) as error:
        print(type(error).__name__, error)


class InstanceAttributes:
    pass


i = InstanceAttributes()
i.__enter__ = lambda: 1
i.__exit__ = lambda *a: None
try:
    with i:
        pass
except TypeError as error:
    print(error)
