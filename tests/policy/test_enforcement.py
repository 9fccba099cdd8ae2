"""Tests for calcharo_vm/policy/enforcement.py: what a policy does to a run."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from calcharo_vm import ConfigurationError, Policy, PolicyViolation, TracerConfig, execute_and_trace
from calcharo_vm.code.metadata import TABLE
from calcharo_vm.machine.machine import Machine
from calcharo_vm.policy.opcodes import REVIEWED
from tests.policy.trying import trace

if TYPE_CHECKING:
    from pathlib import Path


def test_a_refusal_ends_a_program_that_does_not_handle_it() -> None:
    recording = trace("x = 1\nimport os\nx = 2")

    outcome = recording.outcome
    assert ("exception", 1) == (outcome.status, outcome.exit_code)
    assert outcome.exception is not None
    assert "PolicyViolation" == outcome.exception.type_name
    assert (
        "the policy refuses the import of 'os'; what may be imported says Policy.imports" in outcome.exception.message
    )
    assert "calcharo_vm/policy" not in outcome.exception.traceback
    assert 'File "<string>", line 2' in recording.stderr


def test_a_refusal_is_recorded_where_it_is_raised() -> None:
    recording = trace("def f():\n    return [].__reduce_ex__\ntry:\n    f()\nexcept Exception:\n    pass")

    (violation,) = recording.violations
    assert (2, "f") == (violation.step.line_number, violation.function)
    assert "completed" == recording.outcome.status
    assert "PolicyViolation" in {step.exception.type_name for step in recording if step.exception is not None}


def test_programs_know_it_by_what_was_asked_for() -> None:
    error = PolicyViolation("text", what="attribute", name="x")

    assert ("text", "attribute", "x") == (str(error), error.what, error.name)


def test_the_interpreter_tier_executes_it_and_says_why() -> None:
    config = TracerConfig(policy="standard", optimization="compiled")

    recording = execute_and_trace("total = 0\nfor n in range(200): total += abs(n)\nimport os", config)

    assert "interpreter" == recording.statistics.tier
    assert "a policy is looked at with each operation" in recording.statistics.reason
    assert "exception" == recording.outcome.status


def test_without_a_policy_the_machine_has_its_own_handlers() -> None:
    assert Machine().link is Machine().link
    assert Machine().policy is None


def test_the_same_steps_are_recorded_as_without() -> None:
    source = "class A:\n    def f(self, x): return '{:>3}'.format(x)\nprint(A().f(1), sorted([2, 1], key=abs))"

    def steps(config: TracerConfig) -> list[object]:
        recording = execute_and_trace(source, config)
        return [(step.function, step.opname, step.line_number, len(step.value_stack)) for step in recording]

    assert steps(TracerConfig()) == steps(TracerConfig(policy="standard"))


def test_what_is_recorded_agrees_with_the_programs_objects() -> None:
    source = """
        import functools, operator
        class A:
            x = 1
            def __setattr__(self, name, value): object.__setattr__(self, name, value)
        a = A()
        a.y = getattr(a, "x") + operator.attrgetter("x")(a)
        print("{0.y}".format(a), [*map("{}".format, [1])], functools.reduce(getattr, ["x"], a))
        setattr(a, "z", [1]); a.z.append(2); print(vars(a), hasattr(a, "q"))
    """
    config = TracerConfig(policy="standard").evolve(capture={"audit": True})

    recording = execute_and_trace(textwrap.dedent(source), config)

    assert "2 ['1'] 1\n{'y': 2, 'z': [1, 2]} False\n" == recording.stdout


def test_functions_of_this_process_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="the source is a function of this process"):
        execute_and_trace(lambda: None, TracerConfig(policy="standard"))


def test_an_opcode_that_nobody_has_looked_at_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calcharo_vm.policy.handlers.REVIEWED", REVIEWED - {"UNARY_NEGATIVE"})

    recording = trace("x = 1\ntry:\n    -x\nexcept Exception as error:\n    print(error.what, error.name)")

    assert "opcode UNARY_NEGATIVE\n" == recording.stdout


def test_all_opcodes_that_the_machine_executes_have_been_looked_at() -> None:
    executed = {TABLE.OPNAMES[opcode] for opcode in Machine().link}

    assert executed - REVIEWED == set()


class TestModules:
    def test_those_of_the_programs_folder_are_its_own(self, tmp_path: Path) -> None:
        (tmp_path / "beside.py").write_text("import math\n_private = 1\ndef f(): return math.pi\nsecret = __builtins__")
        (tmp_path / "package").mkdir()
        (tmp_path / "package" / "__init__.py").write_text("from .inner import value\n")
        inner = "value = 5\ntry:\n    import os\nexcept Exception as e: print(e)\n"
        (tmp_path / "package" / "inner.py").write_text(inner)
        program = tmp_path / "program.py"
        program.write_text(
            textwrap.dedent("""
                import beside, package.inner
                from package import inner
                from beside import *
                print(round(f(), 2), beside._private, inner.value, package.value, beside.__name__)
                print(inner is package.inner)
                beside.changed = 7
                print(beside.changed, "open" in beside.secret, hasattr(beside, "nothing"))
                for name in ("__spec__", "__loader__", "__builtins__"):
                    try: getattr(beside, name)
                    except Exception as error: print(type(error).__name__)
            """)
        )

        recording = execute_and_trace(program, TracerConfig(policy="standard"))

        refused = "PolicyViolation\n" * 3
        told = "the policy refuses the import of 'os'; what may be imported says Policy.imports\n"
        assert f"{told}3.14 1 5 5 beside\nTrue\n7 False False\n{refused}" == recording.stdout

    def test_facades_have_what_the_policy_says(self) -> None:
        policy = Policy(imports={"math": ("pi", "no_such_name"), "os.path": ("join",), "os": ("sep",)})
        source = """
            import math, os.path
            from math import *
            print(math.pi == pi, os.path.join("a", "b"), os.sep, [*vars(math)][-2:])
            for name in ("no_such_name", "_x", "tau"):
                try: getattr(math, name)
                except Exception as error: print(type(error).__name__, error)
            try: from math import tau
            except Exception as error: print(type(error).__name__, error.what)
            try: from math import nothing
            except ImportError as error: print(error.name)
            try: import nowhere_at_all
            except ModuleNotFoundError as error: print(error.name)
        """

        recording = trace(textwrap.dedent(source), policy)

        assert (
            recording.stdout == "True a/b / ['pi', '__all__']\n"
            "AttributeError module 'math' has no attribute 'no_such_name'\n"
            "AttributeError module 'math' has no attribute '_x'\n"
            "PolicyViolation the policy refuses the attribute 'tau' of the module 'math'; what it has says "
            "Policy.imports['math']\n"
            "PolicyViolation attribute\nmath\nnowhere_at_all\n"
        )

    def test_nothing_of_the_library_is_changed(self) -> None:
        import functools
        import string

        before = functools.wraps, string.Formatter, vars(string.Formatter)["get_field"]
        trace(
            "import functools, string\n@functools.wraps(len)\ndef f(): pass\nprint(string.Formatter().format('{}', 1))"
        )

        assert before == (functools.wraps, string.Formatter, vars(string.Formatter)["get_field"])


def test_exec_and_eval_are_for_policies_that_list_them() -> None:
    policy = Policy(builtins=Policy.standard().builtins | {"exec", "eval"})
    source = """
        x = 2
        print(eval("x + 1"), [*map(eval, ["x * 2"])])
        def f():
            y = 5
            return eval("y + x")
        print(f())
        space = {}
        exec("def g(): return open", space)
        try: space["g"]()
        except Exception as error: print(type(error).__name__)
        try: exec("import os")
        except Exception as error: print(type(error).__name__)
    """

    recording = trace(textwrap.dedent(source), policy)

    assert "3 [4]\n7\nPolicyViolation\nPolicyViolation\n" == recording.stdout
