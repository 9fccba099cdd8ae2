import contextlib


@contextlib.contextmanager
def transaction(name):
    print("begin", name)
    try:
        yield
    except ValueError:
        raise RuntimeError(f"rolled back {name}")
    finally:
        print("end", name)


class Closing:
    def __enter__(self):
        return self

    def __exit__(self, *exc):
        print("closing", exc[0].__name__)


def work():
    with Closing(), transaction("t"):
        try:
            raise ValueError("inside")
        finally:
            print("finally")


work()
