"""Tests for calcharo_vm/machine/formatting.py: f-strings and template strings."""

import sys

import pytest

from tests.machine.running import assert_same


def test_formatted_strings() -> None:
    assert_same("""
        x, width = "é", 5
        class C:
            def __format__(self, spec): return "C" + spec
            def __repr__(self): return "repr"
            def __str__(self): return "str"
        print(f"{x} {x!r} {x!s} {x!a} {x:>{width}} {x!r:>{width}} {1.5:.2f} {C()} {C()!r}")
        print(f"{C()!s:>4} {C():spec} {x=} {x = !r:>6}")
        print(f"" f"a" f"{x}{x}", f"{x}" is x, f"{{}}", f"{1:{2}{3}}", f"{None}")
        class Bad:
            def __format__(self, spec): return 1
        for call in (lambda: f"{Bad()}", lambda: f"{1:bad}", lambda: f"{[]:5}"):
            try: call()
            except (TypeError, ValueError) as error: print(error)
    """)


@pytest.mark.skipif(sys.version_info < (3, 14), reason="new in 3.14")
def test_template_strings() -> None:
    assert_same("""
        x, width = 5, 3
        def show(template):
            print(template.strings, [(i.value, i.expression, i.conversion,
                i.format_spec) for i in template.interpolations])
        show(t"")
        show(t"text")
        show(t"a{x}b{x!r}c{x!s:>{width}}{x!a}{x:spec}")
        show(t"{x=}" "plain" t"{width + 1}")
        print([type(part).__name__ for part in t"a{x}"])
        try: t"{missing}"
        except NameError as error: print(error)
    """)


@pytest.mark.skipif(sys.version_info < (3, 14), reason="new in 3.14")
def test_template_strings_need_no_module_of_the_library() -> None:
    assert_same("""
        import sys
        known = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "string"}
        template = t"a{1}"
        print([name for name in sys.modules if name.partition(".")[0] == "string"])
        sys.modules.update(known)
        print(type(template).__name__, template.interpolations[0].value)
    """)
