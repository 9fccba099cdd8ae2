class Point:
    __match_args__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = x, y


class Point3(Point):
    __match_args__ = ("x", "y", "z")

    def __init__(self, x, y, z):
        super().__init__(x, y)
        self.z = z


class Lazy:
    __match_args__ = ("a", "b")

    def __getattr__(self, name):
        print("getattr", name)
        if name == "b":
            raise AttributeError(name)
        return name.upper()


class Meta(type):
    def __instancecheck__(cls, other):
        print("instancecheck")
        return other == "magic"


class Magic(metaclass=Meta):
    pass


def f(value):
    match value:
        case Magic():
            return "magic"
        case Point3(0, y, z=5):
            return "p3", y
        case Point(x=1, y=Point(a, b)):
            return "nested", a, b
        case Point(x, y=0) | Point(0, y=x):
            return "axis", x
        case Point(x, y) if x < y:
            return "guard", x, y
        case Point():
            return "some point"
        case Lazy(a, b):
            return "never"
        case Lazy(a):
            return "lazy", a
        case bool(b):
            return "bool", b
        case int(i) | float(i):
            return "number", i
        case str(s) | bytes(s):
            return "text", s
        case list([x, *_]) | tuple([x, *_]):
            return "first", x
        case dict({"k": v}):
            return "dict", v
        case set(s) | frozenset(s):
            return "set", len(s)
        case type(__name__=name):
            return "type", name
        case object(imag=_):
            return "has imag"


for value in ("magic", Point3(0, 1, 5), Point3(1, 0, 2), Point(1, Point(2, 3)), Point(7, 0), Point(0, 8), Point(1, 2), Point(3, 2), Lazy(), True, 5, 1.5, "s", b"b", [1, 2], (3,), {"k": "v"}, {1, 2}, int, None, 2j):
    print(f(value))


class BadArgs:
    __match_args__ = ["x"]


class NotStr:
    __match_args__ = (1,)


class NoArgs:
    pass


def bad(which):
    match which:
        case 0:
            match BadArgs():
                case BadArgs(x): pass
        case 1:
            match NotStr():
                case NotStr(x): pass
        case 2:
            match NoArgs():
                case NoArgs(x): pass
        case 3:
            match Point(1, 2):
                case Point(1, 2, 3): pass
        case 4:
            match 5:
                case int(1, 2): pass
        case 5:
            match Point(1, 2):
                case Point(1, x=1): pass
        case 6:
            NotClass = 5
            match 5:
                case NotClass(): pass


for which in range(7):
    try:
        bad(which)
    except TypeError as error:
        print(error)
