"""Shows what was measured, and keeps it for the documentation when asked."""

import argparse
import io
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console, RenderableType

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"


def add_write_option(parser: argparse.ArgumentParser) -> None:
    """Adds the option `--write` to a benchmark's command line."""
    parser.add_argument("--write", action="store_true", help="keep the results for the documentation")


def show(results: Iterable[RenderableType], keep_as: str | None, width: int = 110) -> None:
    """Prints tables and lines, and keeps them in a file of the documentation's examples."""
    text = io.StringIO()
    for result in results:
        for console in (Console(width=width), Console(width=width, file=text)):
            console.print(result, highlight=False)
    if keep_as is not None:
        kept = "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"
        (EXAMPLES / keep_as).write_text(kept, encoding="utf-8")
