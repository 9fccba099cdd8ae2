"""Tests that honest programs are recorded in workers as in this process.

`python -m tests.isolation.honest` compares all programs of tests/conformance; here is a share of them.
"""

import subprocess
import sys


def test_recordings_are_the_same() -> None:
    command = [sys.executable, "-m", "tests.isolation.honest", "--isolation", "isolated", "--parts", "25"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "programs are the same" in done.stdout
