"""Which of CPython's own test modules are run, by tier and version, and what is left out and why."""

from typing import NamedTuple

from tests.conformance.program import version_of


class CPythonModule(NamedTuple):
    """One module of CPython's test package.

    Attributes:
        name: Its name in the package `test`.
        tier: 1 for the language itself, 2 for what shows frames and code, and the library closest to the language.
        first_version: The first version that has it.
        also: What else is interpreted, since it runs the module's code: `doctest` its examples, `annotationlib`
            functions that it makes of the module's code objects.
    """

    name: str
    tier: int
    first_version: tuple[int, int]
    also: tuple[str, ...]

    def include(self) -> tuple[str, ...]:
        """What is interpreted."""
        return (f"test.{self.name}", *self.also)

    def runs_on(self, version: tuple[int, int]) -> bool:
        """Tells whether a version of CPython has the module."""
        return version >= self.first_version


_WITH_DOCTESTS = """
    test_collections test_coroutines test_descr test_enum test_extcall test_generators test_genexps test_itertools
    test_listcomps test_metaclass test_patma test_setcomps test_syntax test_types test_typing test_unpack
    test_unpack_ex test_weakref
"""
_FIRST_TIER = """
    test_abc test_asyncgen test_augassign test_baseexception test_binop test_call test_class test_compare test_contains
    test_contextlib test_contextlib_async test_coroutines test_dataclasses test_decorators test_descr test_dictcomps
    test_enum test_enumerate test_except_star test_exception_group test_exception_hierarchy test_exception_variations
    test_exceptions test_extcall test_fstring test_funcattrs test_generator_stop test_generators test_genexps
    test_global test_grammar test_iter test_keywordonlyarg test_listcomps test_metaclass test_named_expressions
    test_opcodes test_patma test_positional_only_arg test_property test_raise test_richcmp test_scope test_setcomps
    test_subclassinit test_super test_syntax test_type_annotations test_unpack test_unpack_ex test_with test_yield_from
"""
_FIRST_TIER_SINCE = {
    "test_type_aliases": "3.12",
    "test_type_params": "3.12",
    "test_annotationlib": "3.14",
    "test_tstring": "3.14",
    "test_lazy_import": "3.15",
}
_SECOND_TIER = """
    test_asyncio.test_futures test_asyncio.test_locks test_asyncio.test_pep492 test_asyncio.test_queues
    test_asyncio.test_runners test_asyncio.test_taskgroups test_asyncio.test_tasks test_asyncio.test_timeouts
    test_builtin test_code test_collections test_copy test_dis test_frame test_functools test_gc test_inspect
    test_itertools test_pickle test_sys_settrace test_traceback test_types test_typing test_weakref
"""


def _modules(names: str, tier: int, since: str = "3.11") -> list[CPythonModule]:
    return [CPythonModule(name, tier, version_of(since), _also(name)) for name in names.split()]


def _also(name: str) -> tuple[str, ...]:
    if name in _WITH_DOCTESTS.split():
        return ("doctest",)
    return ("annotationlib",) if name == "test_annotationlib" else ()


MODULES = (
    *_modules(_FIRST_TIER, 1),
    *(module for name, since in _FIRST_TIER_SINCE.items() for module in _modules(name, 1, since)),
    *_modules(_SECOND_TIER, 2),
)

LEFT_OUT = {
    "test_cmd_line_script": "it starts other interpreters, and nothing of it runs on the machine",
    "test_pdb": "it starts other interpreters and waits for terminals",
    "test_threading": "it leaves processes behind, and times what threads do",
    "test_unparse": "it parses the whole library and compiles nothing",
}
"""Modules near the language that are not run, with the reason."""
