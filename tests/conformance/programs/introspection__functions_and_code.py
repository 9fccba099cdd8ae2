import dis
import inspect


def sample(a, b: int = 2, /, c="x", *args, d, e=None, **kwargs) -> str:
    """Doc of sample."""
    total = a + b

    def inner():
        return total, c

    return inner


code = sample.__code__
print(code.co_name, code.co_qualname, code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount)
print(code.co_varnames, code.co_cellvars, code.co_freevars, code.co_nlocals, code.co_firstlineno, code.co_flags & 0x0C)
print(inspect.signature(sample), sample.__annotations__)
print(inspect.getsource(sample).splitlines()[0], inspect.getsourcelines(sample)[1], inspect.getdoc(sample))
inner = sample(1, d=0)
print(inner.__qualname__, inner.__code__.co_freevars, inspect.getclosurevars(inner).nonlocals, inner())
print(inspect.isfunction(sample), inspect.isroutine(len), inspect.ismethod(sample), callable(sample))
print([i.opname for i in dis.get_instructions(lambda: None)][-1].startswith("RETURN"))
print(len(list(dis.get_instructions(sample))) > 10, code.co_code == sample.__code__.co_code, code is sample.__code__)


class K:
    def method(self, x, *, y=1): ...

    @classmethod
    def cm(cls): ...

    @staticmethod
    def sm(q): ...

    def __call__(self, z): ...


print(inspect.signature(K().method), inspect.signature(K.method), inspect.signature(K.cm), inspect.signature(K.sm), inspect.signature(K()))
print([name for name, _ in inspect.getmembers(K, inspect.isfunction)], K.cm.__func__.__qualname__)
print(inspect.getfullargspec(sample).kwonlydefaults, inspect.signature(sample).bind(1, d=2).arguments)
print(inspect.getmodule(sample).__name__, inspect.isclass(K), inspect.getmro(K)[0].__name__)
print(list(code.co_lines())[0][2], len(list(code.co_positions())) == len(code.co_code) // 2)
print(inspect.iscoroutinefunction(sample), inspect.unwrap(sample) is sample)
bound = K().method
print(bound.__func__ is K.method, bound.__self__.__class__.__name__, bound.__name__)
print(repr(sample).split(" at ")[0], repr(K.method).split(" at ")[0], repr(bound).split(" of ")[0])
print(inspect.getsource(K.sm).strip(), inspect.getcomments(K))
