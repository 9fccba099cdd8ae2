"""Ordinary programs about classes."""

PROGRAMS = {
    "dataclasses": """
        from dataclasses import KW_ONLY, InitVar, asdict, astuple, dataclass, field, fields, is_dataclass, replace
        from dataclasses import FrozenInstanceError, make_dataclass
        @dataclass(order=True, frozen=True)
        class Point:
            x: int
            y: int = 0
            tags: list = field(default_factory=list, compare=False)
            _hidden: int = field(default=3, repr=False)
        p = Point(1, tags=["a"])
        print(p, asdict(p), astuple(p), replace(p, y=5), sorted([Point(2), p]), hash(p) == hash(Point(1)), p._hidden)
        print([f.name for f in fields(Point)], is_dataclass(p), Point.__match_args__)
        try:
            p.x = 4
        except FrozenInstanceError as error:
            print(type(error).__name__, error)
        @dataclass(slots=True)
        class Slotted:
            name: str
            _: KW_ONLY
            size: InitVar[int] = 2
            def __post_init__(self, size): self.name *= size
        print(Slotted("a", size=3), make_dataclass("Made", [("x", int), ("y", int, 5)])(1))
        @dataclass
        class Nested:
            inner: Point
            items: dict
        print(asdict(Nested(p, {"a": [p]})))
    """,
    "enumerations": """
        import enum
        class Color(enum.Enum):
            RED = 1
            GREEN = enum.auto()
            def describe(self): return f"{self.name}:{self.value}"
            @classmethod
            def _missing_(cls, value): return cls.RED
        print(Color.RED, repr(Color.GREEN), Color(7), Color["GREEN"].describe(), [*Color], Color.__members__)
        class Mode(enum.Flag):
            R = enum.auto()
            W = enum.auto()
        print(Mode.R | Mode.W, Mode.R in Mode.R | Mode.W, ~Mode.R, enum.IntEnum("N", "a b").b + 1)
        class Planet(enum.Enum):
            EARTH = (1.0, 2.0)
            def __init__(self, mass, radius): self.mass, self.radius = mass, radius
            @property
            def density(self): return self.mass / self.radius
        print(Planet.EARTH.density, Planet.EARTH._value_, enum.StrEnum("S", "x").x)
        try:
            @enum.unique
            class Bad(enum.Enum): A = B = 1
        except ValueError as error:
            print(error)
    """,
    "special methods": """
        class Vector:
            __slots__ = ("_parts",)
            def __init__(self, *parts): self._parts = parts
            def __repr__(self): return f"Vector{self._parts}"
            def __add__(self, other): return Vector(*map(sum, zip(self._parts, other._parts)))
            def __radd__(self, other): return self
            def __mul__(self, factor): return Vector(*(part * factor for part in self._parts))
            __rmul__ = __mul__
            def __matmul__(self, other): return sum(a * b for a, b in zip(self, other))
            def __iter__(self): return iter(self._parts)
            def __len__(self): return len(self._parts)
            def __getitem__(self, index): return self._parts[index]
            def __eq__(self, other): return self._parts == other._parts
            def __hash__(self): return hash(self._parts)
            def __bool__(self): return any(self._parts)
            def __call__(self, x): return x
            def __contains__(self, item): return item in self._parts
            def __format__(self, specification): return "|".join(format(part, specification) for part in self)
            def __neg__(self): return self * -1
            def __abs__(self): return (self @ self) ** 0.5
            def __enter__(self): return self
            def __exit__(self, *_): return True
        v = Vector(3, 4)
        print(v, v + v, sum([v, v]), 2 * v, v @ v, len(v), v[0], v == Vector(3, 4), bool(Vector(0)), v(1), 3 in v)
        print(f"{v:.1f}", "{:>4}".format(v), -v, abs(v), {v: 1}, [*v], hasattr(v, "x"), getattr(v, "y", None))
        with v: raise ValueError
    """,
    "metaclasses": """
        class Registry(type):
            classes = {}
            def __new__(mcs, name, bases, namespace, **options):
                cls = super().__new__(mcs, name, bases, {**namespace, "options": options})
                mcs.classes[name] = cls
                return cls
            def __init__(cls, name, bases, namespace, **options): super().__init__(name, bases, namespace)
            def __call__(cls, *arguments): return super().__call__(*arguments)
            def __getitem__(cls, item): return (cls.__name__, item)
            @classmethod
            def __prepare__(mcs, name, bases, **options): return {"prepared": name}
            def __instancecheck__(cls, instance): return True
        class A(metaclass=Registry, key=1):
            def who(self): return __class__.__name__
        class B(A):
            def who(self): return "B" + super().who()
        print(sorted(Registry.classes), A.options, B["x"], B().who(), B.prepared, isinstance(3, A), type(A) is Registry)
        C = type("C", (B,), {"extra": lambda self: 5})
        print(C().extra(), C.__mro__, C.__bases__, B.__subclasses__() == [C], C.__name__, C.__qualname__)
        for name, value in vars(A).items():
            if callable(value): print(name)
    """,
    "descriptors and properties": """
        class Typed:
            def __init__(self, kind): self.kind = kind
            def __set_name__(self, owner, name): self.name = "_" + name
            def __get__(self, instance, owner=None):
                return self if instance is None else getattr(instance, self.name)
            def __set__(self, instance, value):
                if not isinstance(value, self.kind): raise TypeError(f"{self.name} wants {self.kind.__name__}")
                setattr(instance, self.name, value)
            def __delete__(self, instance): delattr(instance, self.name)
        class Item:
            price = Typed(float)
            def __init__(self, price): self.price = price
            @property
            def double(self): return self.price * 2
            @double.setter
            def double(self, value): self.price = value / 2
            @classmethod
            def free(cls): return cls(0.0)
            @staticmethod
            def add(a, b): return a + b
        item = Item(2.5)
        item.double = 9.0
        print(item.price, item.double, Item.free().price, Item.add(1, 2), Item.price.kind, vars(item), item.__dict__)
        try: item.price = "x"
        except TypeError as error: print(error)
        del item.price
        print(hasattr(item, "price"), Item.double.fget.__name__)
        class Decorator:
            def __init__(self, function): self.function = function
            def __get__(self, instance, owner): return self.function.__get__(instance, owner)
        class Uses:
            @Decorator
            def method(self): return "bound"
        print(Uses().method())
    """,
    "attribute hooks": """
        class Proxy:
            def __init__(self, target): object.__setattr__(self, "target", target)
            def __getattr__(self, name): return ("missing", name)
            def __getattribute__(self, name):
                if name == "seen": return "intercepted"
                return super().__getattribute__(name)
            def __setattr__(self, name, value): self.__dict__[name] = value * 2
            def __delattr__(self, name): object.__delattr__(self, name)
            def __dir__(self): return ["a", "b"]
        p = Proxy([1])
        p.x = 4
        print(p.x, p.nothing, p.seen, p.target, dir(p), p._private, p.__dict__)
        del p.x
        print(p.x)
        class Slots:
            __slots__ = ("a", "__weakref__")
        s = Slots(); s.a = 1
        try: s.b = 2
        except AttributeError as error: print(error.name)
        try: (1).real = 3
        except AttributeError as error: print(type(error).__name__)
        try: None.x
        except AttributeError as error: print(error)
        for name in ("a", "b"):
            setattr(p, name, 1); print(getattr(p, name), hasattr(p, name))
    """,
    "abstract classes and protocols": """
        import abc
        from typing import Protocol, runtime_checkable
        class Shape(abc.ABC):
            @abc.abstractmethod
            def area(self): ...
            @property
            @abc.abstractmethod
            def name(self): ...
            @classmethod
            def __subclasshook__(cls, other): return any("area" in base.__dict__ for base in other.__mro__) or NotImplemented
        class Square(Shape):
            name = "square"
            def area(self): return 4
        print(Square().area(), issubclass(Square, Shape), sorted(Shape.__abstractmethods__))
        try: Shape()
        except TypeError as error: print("abstract" in str(error))
        @runtime_checkable
        class Quacks(Protocol):
            def quack(self): ...
        class Duck:
            def quack(self): return "quack"
        print(isinstance(Duck(), Quacks), isinstance(3, Quacks))
        Shape.register(int)
        print(issubclass(int, Shape))
    """,
    "inheritance": """
        class Base:
            registry = []
            def __init_subclass__(cls, /, tag=None, **named):
                super().__init_subclass__(**named)
                Base.registry.append((cls.__name__, tag))
            def __init__(self, **named): self.named = named
            def hello(self): return ["Base"]
            def __private(self): return "private"
            def call(self): return self.__private()
        class Left(Base, tag="l"):
            def hello(self): return ["Left", *super().hello()]
        class Right(Base):
            def hello(self): return ["Right", *super().hello()]
        class Both(Left, Right, tag="b"):
            def __init__(self, x, **named):
                super().__init__(**named)
                self.x = x
            def hello(self): return ["Both", *super(Both, self).hello()]
        b = Both(1, y=2)
        print(b.hello(), b.named, Base.registry, [c.__name__ for c in Both.mro()], b.call(), b.__class__.__name__)
        class Text(str):
            def shout(self): return self.upper() + "!"
        class Numbers(list):
            def total(self): return sum(self)
        class Counted(dict):
            def __missing__(self, key): return 0
        print(Text("a").shout(), Text("{}").format(3), Numbers([1, 2]).total(), Counted()["x"], isinstance(Text(), str))
        b.__class__ = Left
        print(type(b).__name__, issubclass(Both, (int, Base)))
    """,
}
