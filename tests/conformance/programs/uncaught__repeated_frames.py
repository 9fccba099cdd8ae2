def down(n):
    if n == 0:
        raise KeyError("bottom")
    return down(n - 1)


def ping(n):
    return pong(n - 1) if n else down(8)


def pong(n):
    return ping(n - 1) if n else down(8)


ping(10)
