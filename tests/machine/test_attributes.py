"""Tests for calcharo_vm/machine/attributes.py: methods are loaded unbound where nobody can tell, else bound."""

import math

import pytest

from calcharo_vm.machine.attributes import load_method, method_getter
from calcharo_vm.machine.values import NULL
from tests.machine.running import assert_same

PROGRAMS = {
    "a metaclass that tells of each question": """
        class Loud(type):
            def __getattribute__(cls, name):
                print("asked for", name)
                return super().__getattribute__(name)
        class A(metaclass=Loud):
            def m(self): return 1
            def __enter__(self): return self
            def __exit__(self, *exception): pass
        class L(list, metaclass=Loud):
            more = list.extend
        with A() as a: print(a.m())
        items = L(); items.append(1); items.more([2])
        print(items)
    """,
    "methods of every kind": """
        class C:
            def m(self, x): return self, x
            @classmethod
            def c(cls, x): return cls, x
            @staticmethod
            def s(x): return x
        c = C()
        print(c.m(1)[0] is c, c.c(2), C.c(3), c.s(4), C.m(c, 5)[1], [].append(1), "a".upper(), (1).__add__(2))
    """,
    "a method of C in an attribute of another name": """
        class L(list):
            def append(self, x): print("mine", x)
        items = L()
        items.grow = list.append.__get__(items)
        items.grow(1)
        items.append(2)
        print(items)
    """,
    "a method of another object": """
        class C:
            def m(self): return self.name
        a, b = C(), C()
        a.name, b.name = "a", "b"
        a.other = b.m
        print(a.other(), a.m())
    """,
    "a bound method that is no method of its class": """
        class C:
            def __init__(self): self.f = self.m
            def m(self): return 1
            def __eq__(self, other): return True
        print(C().f(), type(C().f).__name__)
    """,
    "attributes made up": """
        class Made:
            def __getattr__(self, name):
                if name.startswith("__"): raise AttributeError(name)
                return lambda *arguments: (name, arguments)
        class Watched:
            def __getattribute__(self, name):
                print("asked for", name)
                return object.__getattribute__(self, name)
            def m(self): return 1
        print(Made().anything(1), Watched().m())
    """,
    "methods of modules and classes": """
        import math
        print(math.floor(1.5), dict.fromkeys("a"), type.mro(int) == int.mro(), int.from_bytes(b"\\1", "big"))
    """,
    "attributes that are missing": """
        class C: pass
        for call in (lambda: C().m(), lambda: C.m(), lambda: [].m(), lambda: (1).real.m()):
            try: call()
            except AttributeError as error: print(error)
    """,
    "what super() gives": """
        class A:
            x = 1
            def m(self, *more): return "A", *more
            @classmethod
            def c(cls): return cls
            @staticmethod
            def s(): return "s"
            @property
            def p(self): return "p"
        class B(A):
            def m(self): return super().m(1), super(B, self).m(2), super().x, super().p, super().s(), super().c()
            @classmethod
            def c(cls): return super().c().__name__, super(B, cls).c().__name__
        print(B().m(), B.c())
        class L(list):
            def append(self, x): super().append(x); super(L, self).append(x)
        items = L(); items.append(1)
        print(items)
    """,
    "what super() does not give": """
        class A: pass
        class B(A):
            def m(self): super().m()
            def n(self): return super(B, 1).n
        for call in (B().m, B().n):
            try: call()
            except (AttributeError, TypeError) as error: print(error)
    """,
    "another super": """
        class Other:
            def __init__(self, *arguments): self.arguments = len(arguments)
            def m(self): return "m", self.arguments
        class A:
            def short(self):
                super = Other
                return super().m(), super().arguments
            def long(self):
                super = Other
                return super(A, self).m(), super(A, self).arguments
        print(A().short(), A().long())
        super = Other
        class B:
            def short(self): return super().m(), super().arguments
            def long(self): return super(B, self).m(), super(B, self).arguments
        print(B().short(), B().long())
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_attributes_are_cpythons(name: str) -> None:
    assert_same(PROGRAMS[name])


class Account:
    def show(self) -> str:
        return "shown"


def test_a_method_is_loaded_as_function_and_receiver() -> None:
    items: list[int] = []
    account = Account()

    assert load_method(items, method_getter("append")) == (list.append, items)
    assert load_method(account, method_getter("show")) == (Account.show, account)
    assert load_method(account, method_getter("__repr__")) == (object.__repr__, account)


def test_an_attribute_of_the_instance_is_no_method() -> None:
    account = Account()
    account.__dict__["view"] = account.show
    account.__dict__["text"] = account.__repr__

    assert load_method(account, method_getter("view")) == (account.show, NULL)
    assert load_method(account, method_getter("text")) == (account.__repr__, NULL)


def test_a_class_that_looks_attributes_up_itself_binds_its_methods() -> None:
    class Answers(Account):
        def __getattr__(self, name: str) -> str:
            return name

    answers = Answers()

    assert load_method(answers, method_getter("show")) == (answers.show, NULL)
    assert load_method(math, method_getter("sqrt")) == (math.sqrt, NULL)
