values = [7, -3, 2.5, True, 10**20]
for a in values:
    for b in values:
        print(a, b, a + b, a - b, a * b, a / b, a // b, a % b)
print(2**10, 2**-1, (-8) ** 3, pow(3, 5, 7))
print(7 & 3, 7 | 8, 7 ^ 2, ~7, 1 << 70, (1 << 70) >> 68)
print(-5, +5, not 5, not 0, -True)
x = 10
x += 1
x -= 2
x *= 3
x //= 2
x **= 2
x %= 50
x <<= 3
x >>= 1
x |= 1
x &= 0xFF
x ^= 0x0F
print(x)
y = 7.0
y /= 2
print(y, divmod(17, 5), divmod(-17, 5), round(2.5), abs(-3 + 4j))
for operation in ("1 / 0", "1 % 0", "1 << -1", "'a' + 1", "[] - []", "-'x'"):
    try:
        eval(operation)
    except Exception as error:
        print(type(error).__name__, error)
