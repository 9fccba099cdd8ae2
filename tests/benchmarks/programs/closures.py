"""Makes and calls closures: cells, nonlocal, functions as values."""


def counter(step):
    value = 0

    def advance(times=1):
        nonlocal value
        value += step * times
        return value

    return advance


def composed(*functions):
    def call(x):
        for function in functions:
            x = function(x)
        return x

    return call


def run(rounds):
    total = 0
    for i in range(rounds):
        advance = counter(i % 5)
        advance()
        advance(times=3)
        total += composed(advance, lambda x: x + i)(2)
    return total


RESULT = run(SIZE)
