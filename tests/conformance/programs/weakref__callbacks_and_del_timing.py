import gc
import weakref

gc.disable()
log = []


class Tracked:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)


def function():
    a = Tracked("local a")
    b = Tracked("local b")
    print("in function")
    return a.name


print(function())
x = Tracked("first")
x = Tracked("second")
print("rebound")
del x
print("deleted")
Tracked("temporary")
print("after temporary")
items = [Tracked("item")]
items[0] = None
print("item replaced")
items.append(Tracked("popped"))
items.pop()
table = {"k": Tracked("value")}
table["k"] = Tracked("value2")
del table["k"]


def args(t):
    print("got", t.name)


args(Tracked("argument"))
print("after call")
t = Tracked("weak")
r = weakref.ref(t, lambda ref: print("callback", ref() is None))
print(r().name)
del t
print(r())
w = weakref.WeakValueDictionary()
w["x"] = keep = Tracked("kept")
print(list(w))
del keep
print(list(w))
weakref.finalize(fin := Tracked("finalized"), print, "finalizer runs")
del fin


def exception():
    local = Tracked("in traceback")
    raise ValueError


try:
    exception()
except ValueError as error:
    print("handling")
print("handled")
a, b = Tracked("cycle a"), Tracked("cycle b")
a.other, b.other = b, a
del a, b
print("cycle dropped")
gc.collect()


class Resurrect:
    def __del__(self):
        log.append(self)


Resurrect()
print(len(log))
for tracked in [Tracked("loop 1"), Tracked("loop 2")]:
    print("iterating", tracked.name)
del tracked
print([Tracked(f"c{i}").name for i in range(2)])
Tracked("attribute").name
print(Tracked("chained").name.upper())
(lambda: Tracked("from lambda"))()
print((Tracked("left").name, Tracked("right").name))
print("end")
