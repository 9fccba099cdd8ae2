# requires: 3.14
def f(action):
    try:
        return action()
    except KeyError, IndexError:
        return "lookup"
    except ValueError, TypeError:
        return "value or type"


print(f(lambda: {}[1]), f(lambda: [][0]), f(lambda: int("x")), f(lambda: 1 + ""), f(lambda: "fine"))


def group():
    try:
        raise ExceptionGroup("g", [KeyError(1), OSError(2), ValueError(3)])
    except* KeyError, ValueError:
        print("first")
    except* OSError as eg:
        print(eg.exceptions)


group()
