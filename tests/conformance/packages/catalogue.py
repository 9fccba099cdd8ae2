"""The packages whose own tests are run on the machine, package and tests interpreted.

They are of different kinds, so that different sides of the language are met.
"""

from typing import NamedTuple


class Package(NamedTuple):
    """A package of the Python Package Index, in the release whose source archive has the tests.

    Attributes:
        name: Its name on the index.
        release: The version that is fetched.
        kind: What it stands for.
        tests: What pytest is given, relative to the folder of the archive.
        include: Patterns of the modules that are interpreted: the package's and its tests'.
        requires: What the tests need besides.
        options: Further options for pytest.
    """

    name: str
    release: str
    kind: str
    tests: tuple[str, ...]
    include: tuple[str, ...]
    requires: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


PACKAGES = (
    Package(
        "anyio",
        "4.11.0",
        "task groups, cancellation, threads",
        (
            *("tests/test_contextmanagers.py", "tests/test_from_thread.py", "tests/test_synchronization.py"),
            *("tests/test_taskgroups.py", "tests/test_to_thread.py", "tests/streams/test_buffered.py"),
            *("tests/streams/test_memory.py", "tests/streams/test_stapled.py", "tests/streams/test_text.py"),
        ),
        ("anyio", "tests"),
        ("psutil", "pytest-mock", "trustme"),
        # The last three are races: they count all threads, or want no warning of a slow event loop.
        ("-k", "not (trio or uvloop or test_single_thread or thread_pooling or test_asyncio_run_sync_called)"),
    ),
    Package("asyncstdlib", "3.14.0", "asynchronous iterators", ("unittests",), ("asyncstdlib", "unittests")),
    Package("attrs", "25.3.0", "classes, property-based tests", ("tests",), ("attr", "attrs", "tests")),
    Package("blinker", "1.9.0", "weak references, async", ("tests",), ("blinker", "test*"), ("pytest-asyncio",)),
    Package("cachetools", "6.1.0", "data structures", ("tests",), ("cachetools", "tests")),
    Package(
        "click",
        "8.2.1",
        "command line",
        ("tests",),
        ("click", "test*", "conftest"),
        options=("-k", "not test_echo_via_pager"),  # a race: what a pager prints before it is killed
    ),
    Package("decorator", "5.2.1", "decorators", ("tests/test.py",), ("decorator", "test*", "documentation")),
    Package(
        "jinja2",
        "3.1.6",
        "compiler of templates",
        ("tests",),
        ("jinja2", "test*", "conftest", "res", "__init__"),  # a package of the tests is imported by two names
        ("trio",),
    ),
    Package(
        "lark",
        "1.2.2",
        "parsing",
        ("tests/test_grammar.py", "tests/test_lexer.py", "tests/test_trees.py", "tests/test_reconstructor.py"),
        ("lark", "tests"),
    ),
    Package("markdown", "3.8", "text", ("tests",), ("markdown", "tests"), ("pyyaml",)),
    Package(
        "marshmallow",
        "4.0.0",
        "metaclasses, descriptors",
        ("tests",),
        ("marshmallow", "tests"),
        ("simplejson",),
        ("-k", "not test_invalid_datetime_deserialization"),  # its name has the time of day in it
    ),
    Package("more-itertools", "10.5.0", "iterators", ("tests/test_recipes.py",), ("more_itertools", "tests")),
    Package("pyparsing", "3.2.3", "parsing with operators", ("tests/test_simple_unit.py",), ("pyparsing", "tests")),
    Package("toolz", "1.0.0", "functional programming", ("toolz",), ("toolz", "tlz")),
)
