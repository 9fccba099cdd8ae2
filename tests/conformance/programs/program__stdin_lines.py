# stdin: first line\n42\n3 4 5\nrest one\nrest two
import sys

name = input("name? ")
number = int(input())
print(f"{name!r} {number + 1}")
numbers = [int(n) for n in sys.stdin.readline().split()]
print(sum(numbers))
for line in sys.stdin:
    print("line", line.rstrip())
try:
    input("more? ")
except EOFError as error:
    print(type(error).__name__, error)
