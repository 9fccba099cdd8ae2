def divisors(n):
    total = 0
    for i in range(1, n):
        if n % i == 0:
            total += i
    return total


print([n for n in range(2, 500) if divisors(n) == n])
