"""Computes Fibonacci numbers by their definition: calls and returns, and little else."""


def fibonacci(n):
    if n < 2:
        return n
    return fibonacci(n - 1) + fibonacci(n - 2)


RESULT = [fibonacci(14) for _ in range(SIZE)]
