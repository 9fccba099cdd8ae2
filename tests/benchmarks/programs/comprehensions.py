"""Evaluates comprehensions of every kind, and generator expressions that C consumes."""


def run(rounds):
    total = 0
    for i in range(rounds):
        evens = [n for n in range(20) if n % 2 == 0]
        by_key = {n: n * i for n in evens}
        residues = {value % 5 for value in by_key.values()}
        total += sum(n * m for n in residues for m in (1, 2)) + len(by_key)
    return total


RESULT = run(SIZE)
