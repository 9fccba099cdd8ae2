class Entries:
    def __init__(self, *bases):
        self.bases = bases

    def __mro_entries__(self, bases):
        print("mro_entries", len(bases))
        return self.bases


class A(Entries(dict), Entries()):
    pass


print(A.__bases__, [type(b).__name__ for b in A.__orig_bases__])


class Namespace(dict):
    def __setitem__(self, key, value):
        if not key.startswith("__"):
            print("store", key)
        super().__setitem__(key, value)

    def __missing__(self, key):
        if key == "magic":
            return "from missing"
        raise KeyError(key)


class Meta(type):
    @classmethod
    def __prepare__(mcls, name, bases):
        return Namespace()

    def __new__(mcls, name, bases, ns):
        return super().__new__(mcls, name, bases, dict(ns))


class B(metaclass=Meta):
    a = 1
    b = magic
    a = a + 1

    def m(self):
        return __class__

    print("in body", "a" in locals(), type(locals()).__name__, __qualname__, __module__)


print(B.a, B.b, B().m() is B)
for code in (
    "class X(1): pass",
    "class X(metaclass=5): pass",
    "class X(object, object): pass",
    "class X(bool): pass",
    "class X(*[int, str]): pass",
    "class X(A, metaclass=Meta): pass",
    "class X(z=1): pass",
):
    try:
        exec(code)
        print(code, "fine")
    except TypeError as error:
        print(code, "->", error)


class BadPrepare(type):
    @classmethod
    def __prepare__(mcls, name, bases):
        return 5


try:

    class Y(metaclass=BadPrepare):
        pass

except TypeError as error:
    print(error)


class NoCell(type):
    def __new__(mcls, name, bases, ns):
        ns.pop("__classcell__", None)
        return super().__new__(mcls, name, bases, ns)


try:

    class Z(metaclass=NoCell):
        def f(self):
            return __class__

except RuntimeError as error:
    print(type(error).__name__, str(error)[:40])
bases, options = (dict,), {"metaclass": Meta}


class Starred(*bases, **options):
    q = 1


print(Starred.__mro__[1], type(Starred).__name__)
try:

    class Raising:
        x = 1
        raise ValueError(x)

except ValueError as error:
    print("body raised", error, "Raising" in globals())
