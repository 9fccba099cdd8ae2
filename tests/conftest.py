"""What every test shares: how Hypothesis searches, interrupts that arrive, a folder for caches, a recursion limit."""

import os
import signal
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# Tracing makes single examples slow and uneven, so time says nothing about an example.
settings.register_profile("calcharo", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("calcharo")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in a shell's background, and programs would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Has nothing kept in the user's folder for caches."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(autouse=True)
def same_recursion_limit() -> Iterator[None]:
    """Puts the recursion limit back: programs that recurse until it stops them compare tracebacks."""
    limit = sys.getrecursionlimit()
    yield
    sys.setrecursionlimit(limit)
