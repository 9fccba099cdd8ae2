"""A package for the import programs."""

from . import circle, square
from .circle import Circle
from .helpers.tools import area_of

__all__ = ["Circle", "area_of", "square"]
_private = "hidden"
loaded = True
