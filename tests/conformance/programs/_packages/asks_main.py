import sys
import warnings

class_from_main = None


def ask():
    import __main__

    return __main__.value


def call(name):
    return getattr(sys.modules["__main__"], name)()


def caller_name():
    return sys._getframe(1).f_globals["__name__"], __name__


def frames():
    frame, found = sys._getframe(), []
    while frame:
        found.append((frame.f_globals["__name__"], frame.f_code.co_name))
        if frame.f_globals["__name__"] == "__main__":
            break
        frame = frame.f_back
    return found


def warn():
    warnings.warn("from module", stacklevel=2)


def fail():
    raise ValueError("in module")
