"""Drives a pipeline of generators: yields, resumes, yield from and send."""


def numbers(limit):
    n = 0
    while n < limit:
        yield n
        n += 1


def squares(source):
    for n in source:
        yield n * n


def flattened(limit):
    yield from squares(numbers(limit))


def running_total():
    total = 0
    while True:
        total += yield total


def pipeline(limit):
    totals = running_total()
    next(totals)
    last = 0
    for n in flattened(limit):
        last = totals.send(n)
    return last


RESULT = pipeline(SIZE)
