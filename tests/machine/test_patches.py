"""Tests for calcharo_vm/machine/patches.py: library functions that look beyond their caller see the guest."""

import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from calcharo_vm.machine import Machine
from tests.machine.running import assert_same, natively, on_machine

RECORDED = """
import warnings
def show(): print([(str(w.message), w.category.__name__, w.lineno, w.filename.rpartition("/")[2]) for w in seen])
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
{body}
show()
"""
WARNINGS = {
    "at every level": """
        def warn(level): warnings.warn("w", stacklevel=level)
        def f(level): warn(level)
        for level in (-1, 0, 1, 2, 3, 500): f(level)
    """,
    "of every category": """
        warnings.warn("text")
        warnings.warn("text", DeprecationWarning)
        warnings.warn(FutureWarning("an instance"))
        warnings.warn(FutureWarning("an instance"), UserWarning)
        for category in (int, 5, ValueError):
            try: warnings.warn("text", category)
            except TypeError as error: print("TypeError")
        warnings.warn("by keyword", category=UserWarning, stacklevel=1, source=None)
    """,
    "through native code": """
        import functools
        sorted([1], key=lambda x: warnings.warn("in a key", stacklevel=2))
        functools.reduce(lambda a, b: warnings.warn("in reduce"), [1, 2])
        def deprecated():
            import contextlib
            warnings.warn("deprecated", DeprecationWarning, stacklevel=2)
        deprecated()
    """,
    "from code without a name": """
        exec("import warnings; warnings.warn('nameless')", {})
        exec("import warnings; warnings.warn('named')", {"__name__": "named"})
    """,
    "from instructions": """
        async def never(): pass
        never()
        def f(): never()
        f()
        eval("1 is 1")
    """,
}


@pytest.mark.parametrize("name", WARNINGS)
@pytest.mark.filterwarnings("ignore")
def test_warnings_are_cpythons(name: str) -> None:
    from textwrap import dedent, indent

    assert_same(RECORDED.format(body=indent(dedent(WARNINGS[name]), "    ")))


@pytest.mark.parametrize("action", ["always", "default", "module", "once", "ignore", "error"])
@pytest.mark.filterwarnings("ignore")
def test_warnings_of_c_code_are_shown_at_the_guests_place(action: str) -> None:
    assert_same(f"""
        import warnings
        class C:
            def __int__(self): return True
        class D(C): pass
        def f(value): return int(value)
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("{action}")
            try:
                for _ in range(2): f(C()); int(C())
                int(D())
            except DeprecationWarning as error: print(repr(error))
        print([(w.lineno, w.filename, w.category.__name__, str(w.message)) for w in seen])
    """)


@pytest.mark.filterwarnings("ignore")
def test_filters_by_module_decide_about_warnings_of_c_code() -> None:
    assert_same("""
        import warnings
        class C:
            def __int__(self): return True
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("default")
            warnings.filterwarnings("ignore", module="elsewhere")
            int(C())
            warnings.filterwarnings("ignore", module=__name__)
            int(C())
            warnings.filterwarnings("error", module=__name__)
            try: int(C())
            except DeprecationWarning as error: print("raised")
        print([w.lineno for w in seen])
    """)


def test_library_code_warns_at_its_own_place() -> None:
    def library() -> None:
        warnings.warn("of the library", stacklevel=1)
        warnings.warn("of its caller", stacklevel=2)

    source = """
        import warnings
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            library()
        found = [(str(w.message), w.filename, w.lineno) for w in seen]
    """

    assert on_machine(source, library=library)["found"] == natively(source, library=library)["found"]


@pytest.mark.filterwarnings("ignore")
def test_a_warning_is_shown_once_a_place() -> None:
    assert_same("""
        import warnings, sys
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("default")
            for _ in range(3): warnings.warn("in the loop")
            warnings.warn("in the loop")
        print([w.lineno for w in seen])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.warn("as an error")
    """)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="skip_file_prefixes is new in 3.12")
@pytest.mark.filterwarnings("ignore")
def test_warnings_skip_files_of_the_guest() -> None:
    assert_same("""
        import warnings
        source = "import warnings\\ndef f(): warnings.warn('w', skip_file_prefixes=('/skipped',))\\ndef g(): f()"
        space = {"__name__": "skipped"}
        exec(compile(source, "/skipped/file.py", "exec"), space)
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            space["f"]()
            space["g"]()
            def h(): warnings.warn("w", skip_file_prefixes=("/elsewhere",))
            h()
        print([(w.lineno, w.filename) for w in seen])
    """)


def test_a_thread_of_the_host_warns_as_ever() -> None:
    with Machine().activate(), warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        warnings.warn("from the host", stacklevel=1)
        if sys.version_info >= (3, 12):
            warnings.warn("from the host", skip_file_prefixes=("/nowhere",))

    assert all(str(warning.message) == "from the host" for warning in seen)
    assert seen[0].filename == __file__


def test_a_host_warning_is_shown_as_ever() -> None:
    with Machine().activate(), warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        warnings.warn_explicit("explicit", UserWarning, "somewhere.py", 5)

    assert [(warning.filename, warning.lineno) for warning in seen] == [("somewhere.py", 5)]


def test_a_thread_of_the_host_sees_its_own_frames() -> None:
    found: list[str] = []
    names: list[str | None] = []

    def run() -> None:
        found.append(sys._getframe().f_code.co_name)
        found.append(sys._getframe(0).f_code.co_name)
        if sys.version_info >= (3, 12):
            names.append(sys._getframemodulename(0))
            names.append(sys._getframemodulename(10**6))

    with Machine().activate():
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()

    assert found == ["run", "run"]
    assert names == ([__name__, None] if sys.version_info >= (3, 12) else [])


def test_frames_by_depth() -> None:
    assert_same("""
        import sys
        def name(depth): return sys._getframe(depth).f_code.co_name
        def f(): return name(0), name(1), name(2), name(-5)
        print(f())
        try: sys._getframe(10 ** 6)
        except ValueError as error: print(error)
    """)


def test_native_code_sets_the_guests_recursion_limit() -> None:
    assert_same("""
        import sys
        limit = sys.getrecursionlimit()
        def depth(n):
            try:
                return depth(n + 1)
            except RecursionError:
                return n
        before = depth(0)
        list(map(sys.setrecursionlimit, [limit + 500]))
        print(sys.getrecursionlimit() - limit, list(map(lambda f: f() - limit, [sys.getrecursionlimit])))
        print(depth(0) - before)
        for wrong in (0, -1, 1 << 40, "many", None):
            try: sys.setrecursionlimit(wrong)
            except (TypeError, ValueError, OverflowError) as error: print(type(error).__name__, error)
        try: sys.setrecursionlimit(limit=100)
        except TypeError as error: print(error)
        sys.setrecursionlimit(limit)
    """)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="objects became immortal in 3.12")
@pytest.mark.parametrize("value", ["None", "0", "'text that is not interned'.upper()", "()"])
def test_reference_counts_of_immortal_objects_are_cpythons(value: str) -> None:
    assert_same(f"""
        import sys
        value = {value}
        print(sys.getrefcount(value) > 1 << 29 or sys.getrefcount(value))
    """)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="bool has been warned of since 3.12")
@pytest.mark.parametrize("action", ["default", "always", "once", "ignore", "error", "module"])
@pytest.mark.parametrize("module", ["", "__main__", "elsewhere"])
def test_warnings_of_instructions_are_judged_by_the_programs_module(action: str, module: str) -> None:
    assert_same(f"""
        import warnings
        value = True
        with warnings.catch_warnings(record=True) as seen:
            warnings.resetwarnings()
            warnings.filterwarnings({action!r}, module={module!r})
            for _ in range(3):
                try: ~value
                except DeprecationWarning as error: print("raised")
            try: ~value
            except DeprecationWarning as error: print("raised")
        print([(each.lineno, each.category) for each in seen])
    """)


def what_the_process_has() -> list[object]:
    sys_functions = ("_getframe", "settrace", "setprofile", "getrecursionlimit", "setrecursionlimit", "unraisablehook")
    return [
        *(vars(sys)[name] for name in sys_functions),
        *(warnings.warn, vars(warnings)["_showwarnmsg"]),
        *(vars(threading).get(name) for name in ("_start_new_thread", "_start_joinable_thread")),
        sys.getrecursionlimit(),
        list(sys.meta_path),
    ]


def test_machines_that_end_in_another_order_leave_the_process_as_it_was() -> None:
    before = what_the_process_has()
    first, second = Machine().activate(), Machine().activate()
    first.__enter__()
    second.__enter__()
    assert before != what_the_process_has()

    first.__exit__(None, None, None)
    assert before != what_the_process_has()
    second.__exit__(None, None, None)

    assert before == what_the_process_has()


def test_the_innermost_of_nested_machines_that_executes_a_frame_answers() -> None:
    outer, inner = Machine(), Machine()
    program = compile("import sys; limit, name = ask(), sys._getframe().f_code.co_filename", "<inner>", "exec")
    names: dict[str, Any] = {"ask": sys.getrecursionlimit}

    def run_inner() -> list[int]:
        limits = [sys.getrecursionlimit()]
        with inner.activate():
            limits.append(sys.getrecursionlimit())  # it is active, but the outer one's program still executes
            callers.append(found["name_of_caller"]())
            names["ask"] = sys.getrecursionlimit
            inner.run_code(program, names)
        return [*limits, sys.getrecursionlimit()]

    inner.recursion_limit, outer.recursion_limit = 1200, 1300
    found: dict[str, Any] = {"run_inner": run_inner, "sys": sys}
    callers: list[str] = []
    source = "def name_of_caller(): return sys._getframe().f_back.f_code.co_name\nlimits = run_inner()"
    with outer.activate():
        outer.run_code(compile(source, "<outer>", "exec"), found)

    assert found["limits"] == [1300, 1300, 1300]
    assert callers == ["run_inner"]
    assert (names["limit"], names["name"]) == (1200, "<inner>")


def test_threads_of_the_process_keep_what_is_theirs() -> None:
    names = ["gettrace", "getprofile", "getrecursionlimit"]
    machine = Machine()
    machine.recursion_limit = sys.getrecursionlimit() + 100

    def trace(*_: object) -> None:
        pass

    def ask(name: str, *arguments: object) -> object:
        return getattr(sys, name)(*arguments)

    def start_thread() -> None:
        thread = threading.Thread(target=lambda: owned.append(machine.runs_here))
        thread.start()
        thread.join()

    owned: list[bool] = []

    with ThreadPoolExecutor(1) as process_thread:
        traced, limit = process_thread.submit(ask, "gettrace").result(), sys.getrecursionlimit()
        with machine.activate():
            process_thread.submit(ask, "settrace", trace).result()
            process_thread.submit(ask, "setprofile", trace).result()
            found = [process_thread.submit(ask, name).result() for name in names[:2]]
            process_thread.submit(ask, "settrace", traced).result()
            process_thread.submit(ask, "setprofile", None).result()
            host_limit = process_thread.submit(ask, "getrecursionlimit").result()
            process_thread.submit(ask, "setrecursionlimit", host_limit).result()
            assert sys.getrecursionlimit() == machine.recursion_limit
            process_thread.submit(start_thread).result()
            start_thread()

        assert owned == [False, True]
        assert found == [trace, trace]
        assert machine.context.trace_function is None
        assert host_limit != machine.recursion_limit
        assert sys.getrecursionlimit() == limit


def test_threads_that_the_program_starts_through_the_library_are_its_own() -> None:
    assert_same("""
        import sys, threading
        from concurrent.futures import ThreadPoolExecutor
        told = []
        def trace(frame, event, argument):
            if frame.f_code.co_name == "work": told.append((event, frame.f_lineno))
            return trace
        def work(): return sys.gettrace() is trace, sys.getrecursionlimit()
        threading.settrace(trace)
        sys.setrecursionlimit(1111)
        with ThreadPoolExecutor(1) as pool: found = [pool.submit(work).result()]
        timer = threading.Timer(0, lambda: found.append(work()))
        timer.start()
        timer.join()
        threading.settrace(None)
        print(found, told)
        sys.setrecursionlimit(1000)
    """)
