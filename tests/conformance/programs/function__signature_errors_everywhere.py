class A:
    def __init__(self, a, b=1, *, c): ...

    def m(self, x, /, y): ...

    @staticmethod
    def s(p): ...

    @classmethod
    def k(cls, q, *, r): ...

    def __call__(self, z): ...

    def __getitem__(self): ...

    def __enter__(self, extra): ...

    def __exit__(self): ...

    def __iter__(self, extra): ...

    def __add__(self): ...

    def __len__(self, extra): ...

    @property
    def p(self, extra): ...

    def none(): ...


def gen(a, *, b):
    yield


async def co(a): ...


lam = lambda a, *args, b, **kw: 0


def deco(f, g): ...


a = A(1, c=2)
outer = lambda: (lambda x: x)
for code in ("A()", "A(1)", "A(1, 2, 3, c=4)", "A(1, c=2, d=3)", "A(c=1)", "a.m()", "a.m(x=1, y=2)", "a.m(1)", "a.m(1, 2, 3)", "A.m()", "A.m(a)", "a.s()", "A.s(1, 2)", "A.k()", "a.k(1)", "a.k(1, 2, r=3)", "a()", "a(1, 2)", "a[1]", "a + 1", "len(a)", "a.p", "iter(a)", "a.none()", "gen()", "gen(1, 2)", "co()", "co(1, a=2)", "lam()", "lam(1)", "lam(1, b=2, a=3)", "outer()()", "deco(1)", "sorted([1], key=lambda: 0)", "list(map(lambda x, y: 0, [1]))", "(lambda a, b, c, d: 0)()", "(lambda a, b, /, c: 0)(b=1, c=2)", "(lambda **k: k)(1)", "max(1, key=1)", "A.__init__(a, 1, 2, 3)", "type('X', (), {'__init__': lambda: 0})()", "a.__call__()", "getattr(a, 'm')(*range(5))", "(lambda *, a, b, c: 0)()", "(lambda aa, ab: 0)(ac=1, aa=2, ab=3)"):
    try:
        print(code, "=", eval(code))
    except TypeError as error:
        print(code, "->", error)
try:
    with a:
        pass
except TypeError as error:
    print("with ->", error)
try:

    @deco
    def f(): ...

except TypeError as error:
    print("deco ->", error)
try:

    class B(A):
        def __init_subclass__(cls, needed): ...

    class C(B): ...

except TypeError as error:
    print("init_subclass ->", error)
try:

    class M(type):
        def __new__(mcls, a): ...

    class D(metaclass=M): ...

except TypeError as error:
    print("metaclass ->", error)
