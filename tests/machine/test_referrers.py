"""Tests for calcharo_vm/machine/referrers.py: what refers to an object is what refers to it on CPython."""

from tests.machine.running import assert_same

SHOW = """
import asyncio, gc, sys
class Item: pass
"""


def test_variables_and_the_value_stack_refer_to_nothing() -> None:
    assert_same(
        SHOW
        + """
def f(item):
    print([], sorted(type(one).__name__ for one in gc.get_referrers(item)), gc.get_referrers())
    held = [item]
    print(gc.get_referrers(item) == [held])
    def read(): return item
    print([type(one).__name__ for one in gc.get_referrers(held)])
    def takes(*more, **named): print(gc.get_referrers(more[0]) == [more], gc.get_referrers(named["k"]) == [named])
    takes(Item(), k=Item())
    print(gc.get_referrers(takes))
    try: raise ValueError
    except ValueError as error:
        print(gc.get_referrers(error))
        frame = sys._getframe()
        print(gc.get_referrers(error), gc.get_referrers(held))
f(Item())
x = Item()
print(gc.get_referrers(x) == [globals()])
"""
    )


def test_a_generator_refers_to_its_variables() -> None:
    assert_same(
        SHOW
        + """
def generate(item):
    yield item
    print([type(one).__name__ for one in gc.get_referrers(item)])
    yield
def f():
    item = Item()
    it = generate(item)
    next(it)
    print(gc.get_referrers(item) == [it])
    next(it)
def show(item): print([type(one).__name__ for one in gc.get_referrers(item)])
async def wait():
    item = Item()
    show(item)
    for _ in range(2):
        print([type(one).__name__ for one in gc.get_referrers(item)])
        await asyncio.sleep(0)
f()
asyncio.run(wait())
"""
    )


def test_frames_do_not_refer_to_their_namespaces() -> None:
    assert_same("""
        import gc
        def f():
            names = {"gc": gc, "type": type}
            def same(): return names
            names["same"] = same
            exec("found = [type(one).__name__ for one in gc.get_referrers(same())]", names)
            print({*names["found"]} - {"function"})
            local = {}
            exec("found = [type(one).__name__ for one in gc.get_referrers(local)]", {"gc": gc, "local": local}, local)
            print(local["found"])
        f()
    """)
