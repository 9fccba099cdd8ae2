from enum import Enum, Flag, IntEnum, StrEnum, auto, nonmember, unique


class Color(Enum):
    RED = 1
    GREEN = 2
    CRIMSON = 1

    @property
    def pretty(self):
        return self.name.title()

    @classmethod
    def default(cls):
        return cls.GREEN

    def __str__(self):
        return f"color {self.value}"


print(list(Color), Color.RED, Color(2), Color["RED"].pretty, Color.CRIMSON is Color.RED, Color.default())
print(len(Color), Color.RED in Color, repr(Color.GREEN), f"{Color.RED}", Color.__members__.keys())
for call in ("Color(9)", "Color['NO']", "Color.NO", "Color.RED.value = 5"):
    try:
        exec(call)
    except (ValueError, KeyError, AttributeError) as error:
        print(call, type(error).__name__, error)


class Planet(Enum):
    EARTH = (5.9, 6.3)
    MARS = (0.6, 3.3)

    def __init__(self, mass, radius):
        self.mass = mass
        self.radius = radius

    @property
    def ratio(self):
        return round(self.mass / self.radius, 3)


print([p.ratio for p in Planet], Planet((0.6, 3.3)))


class Auto(StrEnum):
    FIRST = auto()
    SECOND = auto()


class Perm(Flag):
    R = auto()
    W = auto()
    X = auto()
    RW = R | W


print(Auto.FIRST, Auto("second"), Perm.RW, Perm.R | Perm.X, Perm.R in Perm.RW, ~Perm.R, list(Perm.RW), Perm(5))


class Number(IntEnum):
    ONE = 1

    @classmethod
    def _missing_(cls, value):
        return cls.ONE if value == "one" else None


print(Number.ONE + 1, Number("one"), sorted([Number.ONE, 0]))
try:

    @unique
    class Twice(Enum):
        A = 1
        B = 1

except ValueError as error:
    print(error)
print(Enum("Animal", "CAT DOG").DOG)


class Shape(Enum):
    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        return name.lower() * 2

    A = auto()
    B = auto()
    LIST = nonmember([1])


print([s.value for s in Shape], Shape.LIST)
