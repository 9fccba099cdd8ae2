class Watcher:
    def __init__(self):
        object.__setattr__(self, "log", [])

    def __getattribute__(self, name):
        if name not in ("log", "__dict__", "__class__"):
            object.__getattribute__(self, "log").append(f"get {name}")
        return object.__getattribute__(self, name)

    def __getattr__(self, name):
        if name.startswith("auto_"):
            return name[5:]
        raise AttributeError(f"no {name} here")

    def __setattr__(self, name, value):
        self.log.append(f"set {name}")
        object.__setattr__(self, name, value)

    def __delattr__(self, name):
        self.log.append(f"del {name}")
        object.__delattr__(self, name)

    def __dir__(self):
        return ["b", "a"]

    def method(self):
        return "method"


w = Watcher()
w.x = 1
w.x += 1
print(w.x, w.auto_value, w.method())
del w.x
try:
    w.gone
except AttributeError as error:
    print(error)
print(hasattr(w, "nothing"), getattr(w, "nothing", "default"), dir(w))
print(w.log)
setattr(w, "dyn", 5)
print(getattr(w, "dyn"), vars(w)["dyn"])


class Plain:
    pass


p = Plain()
for code in ("p.missing", "p.missing = 1; del p.missing; p.missing", "Plain.nope", "None.x", "(5).real = 1", "len.x = 1", "object().x = 1"):
    try:
        exec(code)
    except AttributeError as error:
        print(error)
p.__class__ = type("Changed", (Plain,), {"extra": lambda self: "extra"})
print(p.extra(), type(p).__name__)
Plain.added = lambda self, n=2: n
print(p.added(), p.added(5), Plain.added(p))
p.added = lambda: "instance function"
print(p.added())
print(p.added.__name__, Plain().added.__self__.__class__.__name__, Plain().added.__func__ is Plain.added)
print(None.__ne__(None), None.__eq__(None), None.__bool__(), None.__repr__(), None.__class__.__name__)
