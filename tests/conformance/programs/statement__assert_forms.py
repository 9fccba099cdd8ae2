def check(value):
    assert value
    assert value > 1, f"value was {value}"
    assert (value, "always true")[0] > 2, ("a", "tuple")
    return "passed"


for value in (0, 1, 2, 3):
    try:
        print(check(value))
    except AssertionError as error:
        print(type(error).__name__, error.args)
AssertionError_ = AssertionError


def shadowed():
    AssertionError = ValueError
    assert False, "still the builtin"


try:
    shadowed()
except AssertionError_ as error:
    print("builtin", error)
print(__debug__)
if __debug__:
    print("debug")
