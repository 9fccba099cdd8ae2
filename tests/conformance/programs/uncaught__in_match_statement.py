class Point:
    __match_args__ = ("x", "y")

    @property
    def x(self):
        return 1

    @property
    def y(self):
        return self.x / 0


def locate(point):
    match point:
        case [1, 2]:
            return "list"
        case {"x": 1}:
            return "mapping"
        case Point(0, _):
            return "axis"
        case Point(x, y) if x > y:
            return "above"
    return None


locate(Point())
