"""Multiplies matrices with three nested loops: subscripts and range."""


def multiply(a, b):
    n = len(a)
    product = [[0] * n for _ in range(n)]
    for i in range(n):
        row = a[i]
        for j in range(n):
            total = 0
            for k in range(n):
                total += row[k] * b[k][j]
            product[i][j] = total % 1000003
    return product


def power(rounds):
    base = [[(i * j + 1) % 7 for j in range(12)] for i in range(12)]
    result = base
    for _ in range(rounds):
        result = multiply(result, base)
    return result


RESULT = power(SIZE)[0]
