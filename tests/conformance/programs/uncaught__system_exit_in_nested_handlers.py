import sys


def cleanup(name):
    print("cleanup", name)


class Guard:
    def __enter__(self):
        return self

    def __exit__(self, kind, error, tb):
        cleanup(f"guard {kind.__name__} {error.code}")


def main():
    try:
        with Guard():
            try:
                sys.exit("fatal: nothing works")
            except Exception:
                print("not reached")
            finally:
                cleanup("inner")
    finally:
        cleanup("outer")


main()
