"""Tests for calcharo_vm/machine/frame_clearing.py: frames that are cleared, and the generators of frames."""

import sys

import pytest

from tests.machine.running import assert_same

PROGRAMS = {
    "a frame that has ended": """
        class Finalised:
            def __del__(self): print("finalised")
        def f(argument):
            local = Finalised()
            def g(): return local
            raise ValueError
        try: f(1)
        except ValueError as error: frame = error.__traceback__.tb_next.tb_frame
        print(sorted(frame.f_locals))
        print(frame.clear(), frame.f_locals)
    """,
    "a frame that executes": """
        import sys
        def f(): sys._getframe().clear()
        def g(): g_frame.clear()
        for call in (f, sys._getframe().clear):
            try: call()
            except (RuntimeError, StopIteration) as error: print(repr(error))
    """,
    "generators' frames": """
        def g(argument):
            try: me.gi_frame.clear()
            except (RuntimeError, StopIteration) as error: print(repr(error))
            yield 1
            yield 2
        me = g("running")
        frame = me.gi_frame
        print(next(me))
        try: print(frame.clear())
        except (RuntimeError, StopIteration) as error: print(repr(error))
        print(list(me), frame.clear(), frame.f_locals)
        fresh = g("never started")
        print(fresh.gi_frame.clear(), list(fresh), fresh.gi_frame)
        async def c(): pass
        co = c()
        print(co.cr_frame.clear(), co.cr_frame is None)
        try: co.send(None)
        except (RuntimeError, StopIteration) as error: print(repr(error))
    """,
    "frames of the library": """
        import json
        try: json.loads("{")
        except ValueError as error: frame = error.__traceback__.tb_next.tb_frame
        print(frame.clear(), frame.f_locals, [1].clear())
        class Frame: clear = f_generator = 5
        print(Frame().clear, Frame().f_generator)
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.filterwarnings("ignore")
def test_frames_are_cleared_as_by_cpython(name: str) -> None:
    assert_same(PROGRAMS[name])


@pytest.mark.skipif(sys.version_info < (3, 14), reason="f_generator is new in 3.14")
def test_the_generator_of_a_frame() -> None:
    assert_same("""
        import sys, os
        def g():
            print(sys._getframe().f_generator is it)
            yield
        it = g()
        print(it.gi_frame.f_generator is it, next(it), it.gi_frame.f_generator is it)
        async def c(): pass
        co = c()
        print(co.cr_frame.f_generator is co, co.close(), sys._getframe().f_generator)
        walk = os.walk("/nowhere")
        print(walk.gi_frame.f_generator is walk)
        frame = it.gi_frame
        print(list(it), frame.f_generator)
    """)
