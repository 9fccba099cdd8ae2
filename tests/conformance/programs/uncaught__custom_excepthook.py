import sys


def hook(kind, error, tb):
    print("hook", kind.__name__, error, file=sys.stderr)
    depth = 0
    while tb:
        print("  ", tb.tb_frame.f_code.co_name, tb.tb_lineno, file=sys.stderr)
        tb = tb.tb_next


sys.excepthook = hook


def f():
    raise LookupError("custom")


f()
