"""Tests for docs/: no page is out of reach of a reader."""

import re
from pathlib import Path

DOCS = Path(__file__).parent.parent.parent / "docs"


def test_every_page_is_in_the_navigation() -> None:
    navigation = (DOCS.parent / "mkdocs.yml").read_text(encoding="utf-8")

    pages = {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md") if page.parent.name != "decisions"}
    assert pages - set(re.findall(r"- ([\w/-]+\.md)$", navigation, re.MULTILINE)) == set()


def test_every_decision_is_in_the_index() -> None:
    index = (DOCS / "decisions" / "index.md").read_text(encoding="utf-8")

    records = {record.name for record in (DOCS / "decisions").glob("[0-9]*.md")}
    assert records - set(re.findall(r"\]\(([\w-]+\.md)\)", index)) == set()
