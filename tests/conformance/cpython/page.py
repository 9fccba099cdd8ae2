"""Writes docs/conformance.md."""

from collections.abc import Iterable

from tests.conformance.cpython.catalogue import LEFT_OUT, MODULES
from tests.conformance.cpython.comparison import ModuleComparison
from tests.conformance.cpython.known import KNOWN
from tests.conformance.cpython.report import Results, cell, total

INTRODUCTION = """\
# Conformance

CPython's own tests run on the machine: this page says how many of the cases that pass on CPython pass here.
`tools/conformance --tier 1 --tier 2 --write` and `tools/conformance --everything --write` measure and write it.

A test module is imported and run twice, each time in a process of its own: by CPython, and on the machine.
On the machine the test module is interpreted and the standard library runs natively; where a library module runs the
tests' own code (`doctest`, `annotationlib`), it is interpreted too.
Outcomes are compared case by case; a case passes when all its subtests pass, and as many run as on CPython.

Two guards keep a run from passing by mistake.
A case during which CPython itself ran a function of an interpreted file does not count as passed.
Tests that must fail run beside every module, and when they are not reported as failed, nothing of the module counts.

Cases that fail or are skipped on CPython as well are left out, and so is what starts another interpreter to test that.
"""
EVERYTHING_INTRODUCTION = """\
The first tier again, with the standard library interpreted too: `unittest` runs on the machine, and so does every
module written in Python that it and the tests import.
Only what the interpreter itself has loaded stays native: frozen modules such as `os`, `abc` and `io`, and `encodings`,
`linecache`, `threading`, `warnings` and `weakref`.
The guards count the library's functions as well.
"""
_MANY = 8
TIERS = {1: "First tier: the language", 2: "Second tier: frames, code and the library closest to the language"}
EVERYTHING = "Everything interpreted"
NOT_RUN = "Modules that are not run"


def page(previous: str, results: Results, *, everything: bool = False) -> str:
    """The text of the page: new sections for what was measured, and those of the previous page for the rest."""
    sections = {EVERYTHING: _everything(results)} if everything else _tiers(results)
    parts = [INTRODUCTION]
    for heading in (*TIERS.values(), EVERYTHING):
        text = sections.get(heading) or _section(previous, heading)
        parts += [f"## {heading}\n\n{text.strip()}\n"] if text else []
    parts += [f"## {NOT_RUN}\n"]
    parts += [f"- `{name}`: {reason}." for name, reason in sorted(LEFT_OUT.items())]
    return "\n".join(parts) + "\n"


def _section(text: str, heading: str) -> str:
    """What a page has below a heading, up to the next one."""
    return text.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def _tiers(results: Results) -> dict[str, str]:
    sections = {}
    for tier, heading in TIERS.items():
        names = [module.name for module in MODULES if module.tier == tier]
        sections[heading] = "\n".join([*_table(results, names), "", *_differences(results, names, tier)])
    return sections


def _everything(results: Results) -> str:
    names = [module.name for module in MODULES if module.tier == 1]
    return "\n".join([EVERYTHING_INTRODUCTION, *_table(results, names), "", *_differences(results, names, 1)])


def _table(results: Results, names: list[str]) -> Iterable[str]:
    versions = list(results)
    yield f"| module | {' | '.join(versions)} |"
    yield f"|---|{'---:|' * len(versions)}"
    for name in sorted(names):
        cells = [cell(results[version].get(name)) for version in versions]
        if any(text != "-" for text in cells):
            yield f"| `{name}` | {' | '.join(cells)} |"
    sums = [total(_of(results, version, names)) for version in versions]
    yield f"| all | {' | '.join(sums)} |"


def _of(results: Results, version: str, names: list[str]) -> list[ModuleComparison]:
    return [comparison for name, comparison in results[version].items() if name in names]


def _differences(results: Results, names: list[str], tier: int) -> Iterable[str]:
    versions: dict[str, set[str]] = {}
    for version in results:
        for comparison in _of(results, version, names):
            for difference in comparison.differences:
                versions.setdefault(difference.case, set()).add(version)
    if not versions:
        return
    if tier == 1:
        yield "Each case that does not pass is explained in [fidelity](fidelity.md).\n"
        yield "| case | versions | section |"
        yield "|---|---|---|"
        for case, where in sorted(versions.items()):
            yield f"| `{_short(case)}` | {', '.join(sorted(where))} | {KNOWN.get(case, '')} |"
    else:
        yield "The cases that do not pass, and classes of which many do not:\n"
        yield "| case | versions |"
        yield "|---|---|"
        for text, where in sorted(_by_class(versions).items()):
            yield f"| {text} | {', '.join(sorted(where))} |"


def _by_class(versions: dict[str, set[str]]) -> dict[str, set[str]]:
    """Puts the cases of a class together when there are many."""
    classes: dict[str, list[str]] = {}
    for case in versions:
        classes.setdefault(case.rpartition(".")[0], []).append(case)
    rows: dict[str, set[str]] = {}
    for name, cases in classes.items():
        if len(cases) > _MANY:
            rows[f"`{_short(name)}`: {len(cases)} cases"] = set().union(*(versions[case] for case in cases))
        else:
            rows.update({f"`{_short(case)}`": versions[case] for case in cases})
    return rows


def _short(case: str) -> str:
    return case.removeprefix("test.")
