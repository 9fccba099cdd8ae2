"""Finds primes with a sieve of a list of booleans."""


def primes(limit):
    composite = [False] * (limit + 1)
    found = []
    for n in range(2, limit + 1):
        if composite[n]:
            continue
        found.append(n)
        for multiple in range(n * n, limit + 1, n):
            composite[multiple] = True
    return found


RESULT = len(primes(SIZE))
