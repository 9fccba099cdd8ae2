import decimal
import fractions
import math

big = 3**200
print(big, big % 10**9, big.bit_length(), -big // 7, big >> 300, (big & 0xFFFF), hex(big)[:12], len(str(big)))
print(math.factorial(50), pow(2, 1000, 997), pow(3, -1, 7), math.gcd(2**40, 6**20), math.isqrt(10**20), math.comb(50, 25))
print(int(1e20), int("1" * 50) * 9, 10**18 // 3, -(10**18) % 7, divmod(10**20, -3), round(12345678901234567890, -5))
print((2**64).to_bytes(9, "big"), int.from_bytes(b"\xff\x00", "little", signed=True), (255).bit_count(), 0.1 + 0.2 == 0.3)
print(1e16 + 1, 2**53 + 1.0, 1e308 * 10, -1e400, math.inf - math.inf, float(2**70), 7 % -3, -7 % 3, 7.5 % -2, -7 // 2)
print(fractions.Fraction(1, 3) + fractions.Fraction(1, 6), decimal.Decimal("0.1") + decimal.Decimal("0.2"), True + True, sum([0.1] * 10), math.fsum([0.1] * 10))
print(complex(1, 2) * complex(0, 1), abs(3 + 4j), (1 + 2j).conjugate(), 1j**2, round(2.675, 2), round(0.5), round(1.5), round(-2.5))
a = 256
b = 256
print(a is b, (1).real, (5).__add__(3), int.__mul__(6, 7), (3).numerator, 5 .__class__.__name__, True.__and__(False))
for code in ("1 // 0", "1.0 % 0", "0 ** -1", "1 << -1", "1 << 10**10 if False else 2 ** -0.5", "(-8) ** 0.5", "int('a')", "int(float('nan'))", "int(float('inf'))", "math.sqrt(-1)", "10 ** 400 * 1.0", "float('x')", "round('x')", "math.factorial(-1)", "int('9' * 5000)", "divmod(1, 0)", "complex('x')", "pow(2, -1, 4)"):
    try:
        print(code, eval(code))
    except Exception as error:
        print(code, "->", type(error).__name__, error)
x = 10**20
x += 1
x -= 10**20
x **= 3
x *= -(10**30)
x //= 10**29
print(x, ~x, -x, +x, abs(x), x ^ 5, x | 1, x & -8)
total = 0
for i in range(0, 10**20, 10**19):
    total += i
print(total, range(10**20)[10**19], len(range(0, 10**15, 7)), 10**19 in range(10**20))
