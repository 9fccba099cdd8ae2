"""Tests for calcharo_vm/machine/library.py: library functions in Python that look at frames see the guest's."""

import pytest

from tests.machine.running import assert_same

PROGRAMS = {
    "the current frame": """
        import inspect
        from inspect import currentframe
        def f(): return currentframe()
        frame = f()
        print(frame.f_code.co_name, inspect.currentframe().f_globals is globals())
    """,
    "locals of generators": """
        import inspect
        def g(a):
            b = yield a
            yield
        it = g(1)
        print(inspect.getgeneratorlocals(it))
        next(it); it.send(2)
        print(inspect.getgeneratorlocals(it))
        it.close()
        print(inspect.getgeneratorlocals(it))
        async def c(x): return x
        co = c(1)
        print(inspect.getcoroutinelocals(co))
        co.close()
        print(inspect.getcoroutinelocals(co))
        for wrong in (1, None):
            try: inspect.getgeneratorlocals(wrong)
            except TypeError as error: print(error)
        import os
        print(sorted(inspect.getgeneratorlocals(os.walk("/nowhere")))[:1])
    """,
    "signal handlers": """
        import signal, os
        seen = []
        def handler(number, frame): seen.append((signal.Signals(number).name, frame.f_code.co_name))
        old = signal.signal(signal.SIGUSR2, handler)
        def f(): os.kill(os.getpid(), signal.SIGUSR2); return len(seen)
        print(f(), seen, signal.getsignal(signal.SIGUSR2) is handler)
        print(signal.signal(signal.SIGUSR2, signal.SIG_IGN) is handler, signal.getsignal(signal.SIGUSR2))
        print(signal.signal(signal.SIGUSR2, signal.default_int_handler), old)
        signal.signal(signal.SIGUSR2, signal.SIG_DFL)
        for wrong in (lambda: signal.signal(signal.SIGUSR2, "x"), lambda: signal.signal(10 ** 3, handler)):
            try: wrong()
            except (TypeError, ValueError) as error: print(type(error).__name__)
    """,
    "signal handlers that _signal sets": """
        import _signal, os
        seen = []
        def handler(number, frame): seen.append(frame.f_code.co_name)
        old = _signal.signal(_signal.SIGUSR2, handler)
        def f(): os.kill(os.getpid(), _signal.SIGUSR2); return len(seen)
        print(f(), seen, _signal.getsignal(_signal.SIGUSR2) is handler)
        print(_signal.signal(_signal.SIGUSR2, old) is handler, _signal.getsignal(_signal.SIGUSR2) is old)
        for wrong in ((_signal.signal, _signal.SIGUSR2, "x"), (_signal.getsignal,), (_signal.signal, 1)):
            try: wrong[0](*wrong[1:])
            except TypeError as error: print(error)
    """,
    "signal handlers in library code": """
        import signal, time
        seen = []
        def handler(number, frame): seen.append(frame is not None)
        old = signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        def wait():
            end = time.monotonic() + 5
            while not seen and time.monotonic() < end: time.sleep(0.005)
        wait()
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        import textwrap
        end = time.monotonic() + 5
        while len(seen) < 2 and time.monotonic() < end: textwrap.wrap("some words " * 500)
        signal.signal(signal.SIGALRM, old)
        print(seen)
    """,
    "functions that become coroutine functions": """
        import types
        def g(): yield 1
        def f(): return 5
        async def c(): pass
        class Callable:
            def __call__(self): return 6
        print(types.coroutine(g) is g, types.coroutine(func=g) is g, types.coroutine(c) is c, list(g()))
        print(types.coroutine(f) is f, types.coroutine(f)(), types.coroutine(Callable())(), types.coroutine(len)("ab"))
        try: types.coroutine(5)
        except TypeError as error: print(error)
    """,
    "arguments by name": """
        import inspect, signal
        def g(x): yield
        async def c(y): pass
        async def a(z): yield
        co = c(2)
        print(inspect.getgeneratorlocals(generator=g(1)), inspect.getcoroutinelocals(coroutine=co))
        co.close()
        print(signal.signal(signalnum=signal.SIGUSR2, handler=signal.SIG_DFL))
        print(signal.getsignal(signalnum=signal.SIGUSR2))
    """,
    "disassembly": """
        import dis, io
        def f(x): return x + 1
        class C:
            def m(self): return [self]
        def shown(*arguments, **named):
            out = io.StringIO()
            dis.dis(*arguments, file=out, **named)
            return out.getvalue().splitlines()
        print(shown(f) == shown(f.__code__), shown(C.m) == shown(C().m), shown("1 + 1")[-1:])
        print(len(list(dis.get_instructions(f))), dis.code_info(f) == dis.code_info(f.__code__),
            dis.Bytecode(f).codeobj is f.__code__)
        print(shown(x=f) == shown(f.__code__), dis.code_info(x=C().m) == dis.code_info(C.m.__code__),
            dis.Bytecode(x=f).codeobj is f.__code__)
        try: dis.dis(5)
        except TypeError as error: print(error)
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_library_functions_are_cpythons(name: str) -> None:
    assert_same(PROGRAMS[name])


def test_dis_and_inspect_find_the_guests_code_in_tracebacks_and_functions() -> None:
    assert_same("""
        import dis, inspect
        limit = 3
        def outer(x):
            def inner(): return x + limit
            return inner
        class A:
            def m(self): return limit
        for callable in (outer(1), A().m, len):
            try: print(inspect.getclosurevars(callable))
            except TypeError as error: print(error)
        try: outer(None)()
        except TypeError as error: found = dis.Bytecode.from_traceback(error.__traceback__)
        print([(one.offset, one.opname) for one in found], found.current_offset)
    """)
