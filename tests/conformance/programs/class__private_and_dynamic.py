class A:
    __x = 1

    def get(self):
        return self.__x

    def __secret(self):
        return "secret"

    def call(self):
        return self.__secret(), [self.__x for _ in range(1)], (lambda: self.__x)()

    class __Inner:
        __y = 2

        def get(self):
            return self.__y

    def inner(self):
        return self.__Inner().get()

    def keyword(self, __arg=3, **kw):
        __local = __arg
        return __local, sorted(kw)


class B(A):
    __x = 10

    def both(self):
        return self.__x, self.get()


b = B()
print(b.get(), b.both(), b.call(), b.inner(), b.keyword(_A__arg=5), sorted(k for k in B.__dict__ if "x" in k))
try:
    b.__x
except AttributeError as error:
    print(error)
for name in "abc":
    setattr(A, f"get_{name}", lambda self, name=name: name * 2)
print(b.get_a(), b.get_c(), A.get_b(None))


def make(name, **attributes):
    def __init__(self, *args):
        for key, value in zip(attributes, args):
            setattr(self, key, value)

    return type(name, (), {"__init__": __init__, **attributes})


P = make("P", x=0, y=0)
p = P(5)
print(p.x, p.y, P.__name__, P.__init__.__qualname__, vars(p))
A.__init__ = lambda self: setattr(self, "made", True)
print(A().made, B().made)
del A.__init__
print(hasattr(A(), "made"))
A.__name__, A.__qualname__ = "Renamed", "Q.Renamed"
print(A, A.__name__)
B.__bases__ = (A, dict) if False else (A,)
print(B.__mro__[1].__name__, B.__base__.__name__, A.__subclasses__()[0].__name__)


class Base1: who = "one"
class Base2: who = "two"
class Switch(Base1): pass


s = Switch()
print(s.who)
Switch.__bases__ = (Base2,)
print(s.who)
try:
    Switch.__bases__ = ()
except TypeError as error:
    print(error)


class Doc:
    "doc string"
    "not doc"
    __slots__ = ()
    x: int
    ...
    pass


print(Doc.__doc__, Doc.__module__, Doc.__qualname__)
try:

    class Bad(A, object, A):
        pass

except TypeError as error:
    print(str(error).splitlines()[0])
try:

    class X(object, A):
        pass

except TypeError as error:
    print(str(error).splitlines()[0])


class Static:
    f = staticmethod(lambda x: x)
    g = classmethod(lambda cls, x: (cls.__name__, x))
    h = property(fget=lambda self: "h", doc="hdoc")


print(Static.f(1), Static().g(2), Static().h, Static.h.__doc__, Static.__dict__["f"].__func__(3), Static.__dict__["f"](4))
