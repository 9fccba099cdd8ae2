import traceback


def bad(x):
    return 10 // x


def attempt(f):
    try:
        f()
    except ZeroDivisionError:
        traceback.print_exc()


attempt(lambda: [bad(x) for x in (1, 0)])
attempt(lambda: {bad(x) for x in (1, 0)})
attempt(lambda: {x: bad(x) for x in (1, 0)})
attempt(lambda: list(bad(x) for x in (1, 0)))
attempt(lambda: [x for x in (1, 0) if bad(x)])
attempt(lambda: [[bad(y) for y in x] for x in [[1], [0]]])
attempt(lambda: [y for x in [[0]] for y in map(bad, x)])
attempt(lambda: sum(bad(x) for x in (1, 0)))
table = {
    name: [
        bad(value)
        for value in values
    ]
    for name, values in {"a": (1, 2), "b": (3, 0)}.items()
}
