"""Counts in a while loop: names of a function, integer arithmetic, one comparison a turn."""


def loop(turns):
    total = 0
    i = 0
    while i < turns:
        if i % 3 == 0:
            total += i
        else:
            total -= 1
        i += 1
    return total


RESULT = loop(SIZE)
