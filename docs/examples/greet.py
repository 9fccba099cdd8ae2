import sys

for name in sys.argv[1:] or ["world"]:
    print(f"Hello, {name}!")
