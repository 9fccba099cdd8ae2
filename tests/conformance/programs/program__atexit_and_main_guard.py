import atexit
import sys


class Resource:
    def __init__(self):
        print("open")

    def close(self):
        print("close")


def main(argv=None):
    resource = Resource()
    atexit.register(resource.close)
    atexit.register(lambda *a: print("lambda", a), 1, 2)
    try:
        print("main", argv)
        return 0
    finally:
        print("main finally")


@atexit.register
def failing():
    print("failing starts")
    [].pop()


def generator():
    try:
        yield
    finally:
        print("generator closed at exit", file=sys.stdout)


kept = generator()
next(kept)
if __name__ == "__main__":
    code = main([])
    del kept
    print("code", code)
