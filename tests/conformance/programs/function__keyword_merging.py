class Keys:
    def __init__(self, keys, values=None):
        self.found, self.values = keys, values

    def keys(self):
        if isinstance(self.found, Exception):
            raise self.found
        return self.found

    def __getitem__(self, key):
        if isinstance(self.values, Exception):
            raise self.values
        return key


def f(*args, **named):
    return args, named


def attempt(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)


for mapping in (
    Keys(["a", "b"]),
    Keys(["x"]),
    Keys([1]),
    Keys(1),
    Keys(None),
    Keys(AttributeError("keys")),
    Keys(KeyError("keys")),
    Keys(["a"], AttributeError("item")),
    Keys(["a"], KeyError("item")),
    Keys(["a"], ValueError("item")),
    {1: 2},
    {"x": 1},
    [("a", 1)],
    None,
    5,
):
    attempt(lambda: f(1, x=0, **mapping))
    attempt(lambda: f(**{1: 3}, **mapping))
    attempt(lambda: f(*(), **mapping, **{"a": 3}))
    attempt(lambda: {**mapping})
    attempt(lambda: {1: 2, **mapping, "a": 4})
    attempt(lambda: print(**mapping))
    attempt(lambda: "".join(**mapping, **mapping))
try:
    {}["handled"]
except KeyError:
    attempt(lambda: f(x=0, **{"x": 1}))
