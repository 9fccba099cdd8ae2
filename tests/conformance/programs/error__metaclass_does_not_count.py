class Meta(type):
    def __iter__(cls):
        yield from (1, 2)

    def __getitem__(cls, item):
        return item

    def keys(cls):
        return ["a"]


class Own(metaclass=Meta):
    pass


class NotIterable:
    __iter__ = None


def function(*args, **named):
    return args, named


for value in (Own, Own(), NotIterable()):
    for action in (
        lambda: [*value],
        lambda: (0, *value),
        lambda: {*value},
        lambda: {**value},
        lambda: function(*value),
        lambda: function(0, *value),
        lambda: function(**value),
        lambda: print(*value),
        lambda: eval("1", {}, value),
        lambda: exec("a = 1", {}, value),
    ):
        try:
            print(action())
        except Exception as error:
            print(type(error).__name__, error)
