# argv: one --flag=2 "three four"
import argparse
import os
import sys

print([os.path.basename(sys.argv[0]), *sys.argv[1:]])
print(__name__, os.path.basename(__file__), __doc__, __package__, __spec__, type(__loader__).__name__)
print(sys.path[0] == os.path.dirname(os.path.abspath(__file__)), sys.modules["__main__"].__dict__ is globals())
import __main__

print(__main__.sys is sys, hasattr(__main__, "parse"))


def parse():
    parser = argparse.ArgumentParser(prog="prog")
    parser.add_argument("first")
    parser.add_argument("--flag", type=lambda text: int(text) * 10)
    parser.add_argument("rest", nargs="*")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        print(parse())
    except SystemExit as error:
        print("parser exits", error.code)
print(sorted(name for name in globals() if not name.startswith("__")))
print(sorted(name for name in globals() if name.startswith("__") and name != "__annotations__"))
