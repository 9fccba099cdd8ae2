"""What the commands tell the shell, beside what a program itself exits with."""

from typing import Final

NOT_COMPILED: Final = 1
"""The program does not compile, as `python` says it."""
FAILED: Final = 2
"""The command was used wrongly, or something stood in its way."""
LIMIT_REACHED: Final = 124
"""A limit stopped the program: what the command `timeout` gives."""
