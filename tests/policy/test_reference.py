"""The reference of the standard policy is up to date."""

from __future__ import annotations

from tools.standard_policy import PAGE, page


def test_the_page_is_what_the_policy_says() -> None:
    written = PAGE.read_text(encoding="utf-8")

    assert page() == written, "run python -m tools.standard_policy"
