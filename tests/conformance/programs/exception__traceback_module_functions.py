import io
import sys
import traceback


def inner(n):
    local = n * 2
    raise ValueError(f"bad {local}")


def outer():
    inner(21)


try:
    outer()
except ValueError as error:
    te = traceback.TracebackException.from_exception(error, capture_locals=True)
    print("".join(te.format()))
    print(traceback.format_exception_only(error))
    print(traceback.format_tb(error.__traceback__, limit=2))
    stream = io.StringIO()
    traceback.print_tb(error.__traceback__, file=stream)
    print(stream.getvalue())
    print([(f.name, f.lineno) for f in traceback.extract_tb(error.__traceback__)])
    for frame, lineno in traceback.walk_tb(error.__traceback__):
        print(frame.f_code.co_name, lineno)


def here():
    return traceback.extract_stack(limit=2)


stack = here()
print([(f.name, f.line) for f in stack][-2:])


def show():
    traceback.print_stack(limit=2, file=sys.stdout)


show()
print(traceback.format_stack(limit=1)[-1])


def recursive(n):
    if n == 0:
        raise KeyError("bottom")
    recursive(n - 1)


try:
    recursive(10)
except KeyError:
    print(traceback.format_exc())
try:
    exec(compile("x = 1\nraise ValueError('in exec')", "<guest-code>", "exec"))
except ValueError:
    print(traceback.format_exc())
try:
    eval("1 +")
except SyntaxError:
    print(traceback.format_exc())
try:
    compile("def f(:\n  pass", "file.py", "exec")
except SyntaxError as error:
    print("".join(traceback.format_exception(error)))
print(traceback.format_exc())
