from dataclasses import dataclass


@dataclass
class Point:
    x: int
    y: int


def describe(value):
    match value:
        case 0 | 1:
            return "small"
        case -2.5:
            return "negative float"
        case 3 + 4j:
            return "complex"
        case None | True | False:
            return "singleton"
        case "text":
            return "text"
        case Point(0, 0):
            return "origin"
        case Point(x=0, y=y):
            return f"on the y axis at {y}"
        case Point() as point if point.x == point.y:
            return "diagonal"
        case Point(x, y):
            return f"{x},{y}"
        case [] | ():
            return "empty"
        case [x]:
            return f"one {x}"
        case [first, *_, last] if first == last:
            return f"same ends {first}"
        case [first, second, *rest]:
            return f"{first} {second} {rest}"
        case {"kind": "a", "value": [v, *_]}:
            return f"a {v}"
        case {"kind": kind, **rest}:
            return f"{kind} {rest}"
        case {}:
            return "mapping"
        case int(n) | float(n):
            return f"number {n}"
        case str() as s:
            return f"string {s}"
        case _:
            return "other"


for value in (
    0, 1, -2.5, 3 + 4j, None, True, "text", Point(0, 0), Point(0, 5), Point(3, 3), Point(1, 2), [], (), [5], (6,),
    [1, 2, 1], [1, 2, 3], "ab", {"kind": "a", "value": [9, 8]}, {"kind": "b", "z": 1}, {}, {"q": 1}, 42, 4.5, object, b"x",
    range(3), {1},
):
    print(value, "->", describe(value))
