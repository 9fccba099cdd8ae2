import functools


class Key:
    def __init__(self, value):
        self.value = value

    def __lt__(self, other):
        return self.compare(other) < 0

    def compare(self, other):
        return self.value - other.value


def combine(left, right):
    return left + sorted([right, Key("a"), Key(2)])


def apply(function, items):
    return list(map(functools.partial(function, []), items))


apply(combine, [Key(3)])
