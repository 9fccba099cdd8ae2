class Singleton:
    instance = None

    def __new__(cls, *args):
        print("new", args)
        if cls.instance is None:
            cls.instance = super().__new__(cls)
        return cls.instance

    def __init__(self, *args):
        print("init", args)
        self.args = args


a, b = Singleton(1), Singleton(2)
print(a is b, a.args)


class Other:
    def __new__(cls):
        return 5

    def __init__(self):
        print("never called")


print(Other())


class Word(str):
    def __new__(cls, text, times=1):
        self = super().__new__(cls, text * times)
        self.times = times
        return self

    def __add__(self, other):
        return Word(str.__add__(self, other))


w = Word("ab", 2)
print(w, w.times, w + "c", type(w + "c").__name__, w.upper(), len(w))


class Num(int):
    def __new__(cls, value):
        return int.__new__(cls, value + 1)

    def __repr__(self):
        return f"Num({int(self)})"


print(Num(1), Num(1) + 1, [Num(2)], hash(Num(4)))


class BadInit:
    def __init__(self):
        return 5


try:
    BadInit()
except TypeError as error:
    print(error)


class Plain:
    pass


for code in ("Plain(1)", "Plain(x=1)", "object(1)", "Plain.__init__()", "Singleton.__new__()", "Plain()()", "object.__new__(5)", "object.__new__(int)"):
    try:
        exec(code)
    except TypeError as error:
        print(code, "->", error)


class Caller:
    def __call__(self, *args, key=None, **kwargs):
        return args, key, kwargs

    @classmethod
    def create(cls, *args):
        self = cls.__new__(cls)
        self.args = args
        return self


print(Caller()(1, 2, key=3, z=4), Caller.create(5).args)


class Tuple(tuple):
    def __new__(cls, *items):
        return super().__new__(cls, items)

    first = property(lambda self: self[0])


print(Tuple(1, 2), Tuple(1, 2).first)


class Inst:
    pass


i = Inst()
i.__call__ = lambda: 1
try:
    i()
except TypeError as error:
    print(error)
A = type("A", (Inst,), dict(f=lambda self, *, k: k))
print(A().f(k=3), A.__mro__[1].__name__)
try:
    A().f(1)
except TypeError as error:
    print(error)
