"""What functions of the standard library that are written in Python do to the objects they are given.

They are known by the names of their module and their code, so that no module is imported for them. What is
said here holds of the code in the library's own files: a function that the program puts in the place of one
of these is another.
"""

import os
from types import CodeType, FunctionType, GeneratorType
from typing import Final

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.effect import Effect
from calcharo_vm.recording.layouts import descriptor

_EFFECTS: Final[dict[str, dict[Effect, str]]] = {
    "collections": {
        Effect.NONE: "namedtuple.<locals>._replace namedtuple.<locals>._asdict namedtuple.<locals>.__getnewargs__",
        Effect.CONSUMES: "namedtuple.<locals>._make Counter.most_common Counter.elements Counter.total",
        Effect.UPDATES: "Counter.update Counter.subtract",
    },
    "contextlib": {
        Effect.WRAPS: "contextmanager.<locals>.helper asynccontextmanager.<locals>.helper",
        Effect.MANAGES: "_GeneratorContextManager.__enter__ _GeneratorContextManager.__exit__",
        Effect.NONE: """contextmanager asynccontextmanager suppress.__enter__ suppress.__exit__ nullcontext.__enter__
            nullcontext.__exit__""",
    },
    "dataclasses": {Effect.NONE: "field fields is_dataclass"},
    "enum": {Effect.NONE: "Enum.name Enum.value"},
    "functools": {
        Effect.NONE: """_gt_from_lt _le_from_lt _ge_from_lt _ge_from_le _lt_from_le _gt_from_le _lt_from_gt
            _ge_from_gt _le_from_gt _le_from_ge _gt_from_ge _lt_from_ge wraps""",
        Effect.FIRST: "update_wrapper",
    },
    "heapq": {Effect.CONSUMES: "nlargest nsmallest"},
    "json": {Effect.CONSUMES: "dumps loads"},
    "random": {
        Effect.READS: """Random.seed Random.randbytes Random.randrange Random.randint Random.choice Random.sample
            Random.choices Random.uniform Random.triangular Random.normalvariate Random.gauss Random.lognormvariate
            Random.expovariate Random.vonmisesvariate Random.gammavariate Random.betavariate Random.paretovariate
            Random.weibullvariate Random.binomialvariate Random.getstate""",
        Effect.REORDERS: "Random.shuffle",
    },
    "re": {Effect.CONSUMES: "match prefixmatch fullmatch search sub subn split findall finditer compile escape"},
    "reprlib": {Effect.WRAPS: "recursive_repr.<locals>.decorating_function.<locals>.wrapper"},
    "statistics": {
        Effect.CONSUMES: """mean fmean geometric_mean harmonic_mean median median_low median_high median_grouped
            mode multimode pstdev pvariance stdev variance quantiles correlation covariance linear_regression"""
    },
    "string": {Effect.NONE: "capwords"},
    "textwrap": {Effect.NONE: "wrap fill shorten dedent indent"},
}

_GENERATORS: Final = frozenset(
    {("enum", "EnumType.__iter__.<locals>.<genexpr>"), ("enum", "EnumType.__reversed__.<locals>.<genexpr>")}
)
"""Generators that change nothing when they go on."""

_by_name: Final = {
    (module, name): effect
    for module, effects in _EFFECTS.items()
    for effect, names in effects.items()
    for name in names.split()
}
_WRAPPED: Final = ("func", "user_function")
_GENERATES: Final = 0x20 | 0x80 | 0x200  # CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR
_FOLDER: Final = os.path.dirname(os.__file__)  # noqa: PTH120 - pathlib is slow to import
_code = descriptor(FunctionType, "__code__")
_globals = descriptor(FunctionType, "__globals__")
_closure = descriptor(FunctionType, "__closure__")


def effect_of_library(function: object) -> Effect | None:
    """What a function that the machine does not execute does, None if that is not known."""
    code = _code(function)
    assert isinstance(code, CodeType)
    if code.co_flags & _GENERATES:  # it only makes an object
        return Effect.NONE
    return _by_name.get(_name(code, _globals(function))) if _is_of_library(code) else None


def is_pure_generator(generator: "GeneratorType[object, object, object]") -> bool:
    """Returns whether a generator of the library, which has not ended, changes nothing when it goes on."""
    code, frame = generator.gi_code, generator.gi_frame
    return _is_of_library(code) and frame is not None and _name(code, frame.f_globals) in _GENERATORS


def wrapped(function: object) -> object:
    """The function that one of the library's calls in its turn."""
    code, cells = _code(function), _closure(function)
    assert isinstance(code, CodeType)
    assert isinstance(cells, tuple)
    return next(cell.cell_contents for name, cell in zip(code.co_freevars, cells, strict=True) if name in _WRAPPED)


def _name(code: CodeType, names: object) -> tuple[str, str]:
    module = dict.get(names, "__name__")  # type: ignore[call-overload]
    return (module if type(module) is str else ""), code.co_qualname


def _is_of_library(code: CodeType) -> bool:
    return code.co_filename.startswith(_FOLDER) and "-packages" not in code.co_filename
