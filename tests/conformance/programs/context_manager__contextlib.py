import contextlib
import io


@contextlib.contextmanager
def tag(name):
    print(f"<{name}>")
    try:
        yield name.upper()
    except ZeroDivisionError as error:
        print("handled", error)
    finally:
        print(f"</{name}>")


with tag("a") as a, tag("b") as b:
    print(a, b)
with tag("div"):
    1 / 0
try:
    with tag("p"):
        raise KeyError("through")
except KeyError as error:
    print("outside", error)


@contextlib.contextmanager
def never():
    if False:
        yield


@contextlib.contextmanager
def twice():
    yield 1
    yield 2


for broken in (never, twice):
    try:
        with broken():
            print("body")
    except RuntimeError as error:
        print(error)


@tag("decorated")
def function(x):
    print("function", x)
    return x


print(function(5))
with contextlib.ExitStack() as stack:
    stack.enter_context(tag("x"))
    stack.callback(print, "callback", sep="!")
    stack.push(lambda *exc: print("push", exc[0]) or True)
    stack.enter_context(tag("y"))
    raise ValueError("swallowed by push")
with contextlib.ExitStack() as stack:
    saved = stack.pop_all()
saved.close()
output = io.StringIO()
with contextlib.redirect_stdout(output):
    print("captured")
print(repr(output.getvalue()))
with contextlib.suppress(KeyError, IndexError):
    [][1]
with contextlib.closing(io.StringIO("x")) as f:
    print(f.read())
print(f.closed)


class Base(contextlib.ContextDecorator):
    def __enter__(self):
        print("deco enter")

    def __exit__(self, *exc):
        print("deco exit", exc[0] and exc[0].__name__)
        return True


@Base()
def fails():
    raise ValueError


print(fails())
with contextlib.nullcontext(3) as n:
    print(n)


@contextlib.contextmanager
def stop():
    yield
    raise StopIteration("s")


try:
    with stop():
        pass
except (RuntimeError, StopIteration) as error:
    print(type(error).__name__, error)
try:
    with tag("stop"):
        raise StopIteration("passes through")
except StopIteration as error:
    print(error)
