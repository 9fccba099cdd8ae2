"""Module docstring."""

from __future__ import annotations

import typing

value: int = 1
later: Undefined[int]


class Node:
    next: Node | None
    items: list[dict[str, Missing]]

    def link(self, other: Node, *rest: Undefined) -> Node | None:
        inner: Nope = 1
        return other


def f(a: print("never evaluated"), b: 'quoted' = 1) -> (lambda: 5): ...


print(__annotations__, __doc__)
print(Node.__annotations__, Node.link.__annotations__, f.__annotations__)
print(typing.get_type_hints(Node.__dict__["link"], localns={"Undefined": int}))
print(f.__annotations__["return"], annotations.compiler_flag == f.__code__.co_flags & annotations.compiler_flag)
