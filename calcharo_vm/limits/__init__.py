"""Limits on sizes and on what a program takes of the system: looked at where it asks, and only if they are set.

Nothing is loaded before such a limit is set.
"""

from typing import Final

__all__ = ["RESOURCES", "SIZES"]

SIZES: Final = ("container_size", "integer_bits", "string_length")
"""The limits that are looked at with each operation."""
RESOURCES: Final = ("open_files", "threads", "processes")
"""The limits that are looked at when the program asks the system for something."""
