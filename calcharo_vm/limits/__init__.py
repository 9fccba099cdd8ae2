"""Limits on sizes, source and what a program takes of the system: looked at where it asks, and only if they are set.

Nothing is loaded before such a limit is set.
"""

from typing import Final

__all__ = ["RESOURCES", "SIZES", "SOURCE"]

SIZES: Final = ("container_size", "integer_bits", "string_length")
"""The limits that are looked at with each operation."""
SOURCE: Final = ("source_bytes", "source_nesting")
"""The limits that are looked at before anything is compiled."""
RESOURCES: Final = ("open_files", "threads", "processes", *SOURCE)
"""The limits that are looked at when the program asks the system for something, or the compiler."""
