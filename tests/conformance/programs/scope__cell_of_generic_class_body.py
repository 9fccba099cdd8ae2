# requires: 3.12
"""The cell that a class body has for generic methods (PEP 695)."""


class Generic:
    def method[T](item=sorted(name for name in dir())):
        pass

    print(method.__defaults__, sorted(locals()), sorted(vars()))


print(sorted(vars(Generic)))
