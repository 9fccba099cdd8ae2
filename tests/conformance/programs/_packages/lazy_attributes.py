one = 1


def __getattr__(name):
    if name == "two":
        return 2
    raise AttributeError(f"module has no {name}")


def __dir__():
    return ["one", "two"]
