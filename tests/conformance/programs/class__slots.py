class Point:
    __slots__ = ("x", "y", "__weakref__")

    def __init__(self, x, y=0):
        self.x = x
        if y:
            self.y = y

    def __eq__(self, other):
        return isinstance(other, Point) and self.x == other.x


p = Point(1, 2)
print(p.x, p.y, p == Point(1), p != Point(2), Point.__hash__)
p.x += 5
print(p.x)
del p.y
for code in ("p.y", "p.z", "p.z = 1", "p.__dict__", "del p.y", "hash(p)"):
    try:
        exec(code)
    except (AttributeError, TypeError) as error:
        print(code, "->", type(error).__name__, error)


class Sub(Point):
    __slots__ = ["z"]


class WithDict(Point):
    pass


s, d = Sub(1), WithDict(2)
s.z = 3
d.anything = 4
print(s.z, d.anything, d.__dict__, [k for k in ("x", "z") if hasattr(s, k)])
print(type(Point.x).__name__, Point.x.__get__(p))
try:

    class Clash:
        __slots__ = ("a",)
        a = 1

except ValueError as error:
    print(error)


class Private:
    __slots__ = ("__secret",)

    def __init__(self):
        self.__secret = 1

    def read(self):
        return self.__secret


print(Private().read(), Private.__slots__, hasattr(Private(), "_Private__secret"))


class Mangled:
    __value = 5

    def get(self):
        __local = self.__value
        return __local

    def set(self, __value):
        self.__value = __value


m = Mangled()
m.set(8)
print(m.get(), m.__dict__, Mangled._Mangled__value)
