def counter(start):
    count = start

    def up(by=1):
        nonlocal count
        count += by
        return count

    def reset():
        nonlocal count
        count = start

    return up, reset


up, reset = counter(10)
assert up() == 11
assert up(5) == 16
reset()
print(up(), up.__closure__[0].cell_contents, up.__code__.co_freevars, reset.__code__.co_freevars)
functions = [lambda: i for i in range(3)]
print([f() for f in functions])
functions = [lambda i=i: i for i in range(3)]
print([f() for f in functions])


def later():
    def inner():
        return value

    try:
        inner()
    except NameError as error:
        print(type(error).__name__, error)
    value = 3
    print(inner())
    del value
    try:
        inner()
    except NameError as error:
        print(type(error).__name__, error)


later()
