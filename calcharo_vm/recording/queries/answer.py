"""Answers: what a question found, found while somebody looks at it."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Generic, TypeVar, overload

from calcharo_vm.host_builtins import __builtins__

Row_co = TypeVar("Row_co", covariant=True)
Key = TypeVar("Key")


class Answer(Sequence[Row_co], Generic[Row_co]):
    """The rows that answer a question, in order; each is found when it is asked for.

    Iterating goes through the recording only as far as the rows that are taken, and so does an index
    or a slice. `len` has to find all rows, once. From the end, an index, a slice and `reversed` start at the
    recording's end where the question allows it, and find all rows first where it does not. An answer is
    true when it has a row. What has been found is kept, as a number or two for each row, and the rows
    themselves are made anew each time.

    Example:
        >>> answer = Answer(lambda: iter(range(10**9)), lambda key: key * 2)
        >>> answer[3], answer[1:4], bool(answer)
        (6, [2, 4, 6], True)
    """

    def __init__(
        self,
        find: Callable[[], Iterator[Key]],
        make: Callable[[Key], Row_co],
        find_last: Callable[[], Iterator[Key]] | None = None,
    ) -> None:
        """`find` yields a key for each row, `find_last` the same from the end; `make` makes a row of its key."""
        self._found: list[Key] = []
        self._more: Iterator[Key] | None = find()
        self._make = make
        self._find_last = find_last

    def __len__(self) -> int:
        self._find(None)
        return len(self._found)

    def __bool__(self) -> bool:
        self._find(1)
        return bool(self._found)

    @overload
    def __getitem__(self, index: int) -> Row_co: ...

    @overload
    def __getitem__(self, index: slice) -> list[Row_co]: ...  # type: ignore[explicit-any]

    def __getitem__(self, index: int | slice) -> Row_co | list[Row_co]:  # type: ignore[explicit-any]
        if isinstance(index, slice):
            return self._slice(index)
        if index >= 0:
            self._find(index + 1)
        elif self._more is not None and self._find_last is not None:
            for key in islice(self._find_last(), -index - 1, None):
                return self._make(key)
        else:
            self._find(None)
        if not -len(self._found) <= index < len(self._found):
            raise IndexError(f"row {index} was asked for, and the answer has {len(self)}")
        return self._make(self._found[index])

    def _slice(self, index: slice) -> list[Row_co]:  # type: ignore[explicit-any]
        bounds = [0 if bound is None else bound for bound in (index.start, index.stop)]
        is_short = index.stop is not None and min(bounds) >= 0 and (index.step is None or index.step > 0)
        self._find(index.stop if is_short else None)
        return [self._make(key) for key in self._found[index]]

    def __iter__(self) -> Iterator[Row_co]:
        at = 0
        while self._find(at + 1):
            yield self._make(self._found[at])
            at += 1

    def __reversed__(self) -> Iterator[Row_co]:
        if self._more is not None and self._find_last is not None:
            return map(self._make, self._find_last())
        self._find(None)
        return map(self._make, reversed(self._found))

    def __repr__(self) -> str:
        more = " or more" if self._more is not None else ""
        return f"<Answer of {len(self._found)}{more} rows>"

    def _find(self, count: int | None) -> bool:
        """Finds rows until there are so many, or all, and returns whether there are."""
        if self._more is not None and (count is None or len(self._found) < count):
            wanted = None if count is None else count - len(self._found)
            before = len(self._found)
            self._found.extend(islice(self._more, wanted))
            if wanted is None or len(self._found) - before < wanted:
                self._more = None
        return count is None or len(self._found) >= count
