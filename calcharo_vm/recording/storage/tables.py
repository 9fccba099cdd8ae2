"""The tables of code objects and instructions in a recording's file, read when they are needed."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final, TypeVar, overload

import attrs

from calcharo_vm.errors import RecordingFormatError
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.journal import CodeInfo, InstructionInfo
from calcharo_vm.recording.storage.packing import DAMAGES, unpack
from calcharo_vm.recording.storage.records import Kind, RecordFile

_NAMES: Final = [field.name for field in attrs.fields(InstructionInfo)]
_COLUMNS: Final = len(_NAMES)
_Row = TypeVar("_Row", CodeInfo, InstructionInfo)


def table_words(codes: Sequence[CodeInfo], instructions: Sequence[InstructionInfo]) -> list[object]:
    """The words of code objects and of their instructions."""
    words: list[object] = [len(codes)]
    for code in codes:
        words += (code.filename, code.function, code.first_line, code.parameters, code.is_namespace, code.first)
        words.append(code.has_source)
        words += (len(code.slots), *code.slots, len(code.cells), *code.cells)
    for instruction in instructions:
        words += attrs.astuple(instruction)
    return words


@attrs.define
class _Table:
    """One record with code objects and instructions."""

    codes: list[CodeInfo]
    words: tuple[object, ...]

    @classmethod
    def of(cls, words: tuple[object, ...]) -> "_Table":
        codes, at = [], 1
        for _ in range(words[0]):  # type: ignore[call-overload]
            filename, function, first_line, parameters, is_namespace, first, has_source, slots = words[at : at + 8]
            at += 8 + slots  # type: ignore[operator]
            names, cells = words[at - slots : at], words[at]  # type: ignore[operator]
            at += 1 + cells  # type: ignore[operator]
            codes.append(
                CodeInfo(
                    *(filename, function, first_line, names, parameters, is_namespace),  # type: ignore[arg-type]
                    cells=words[at - cells : at],  # type: ignore[operator, arg-type]
                    first=first,  # type: ignore[arg-type]
                    has_source=has_source,  # type: ignore[arg-type]
                )
            )
        return cls(codes, words[at:])


class StoredTables:
    """The tables of a file."""

    def __init__(self, file: RecordFile) -> None:
        self._file = file
        self._first_codes: list[int] = []
        self._first_instructions: list[int] = []
        self._places: list[int] = []
        self._codes = 0
        self._tables: dict[int, _Table] = {}

    def add(self, codes: int, first_instruction: int, at: int) -> None:
        """Takes note of one more record, with so many code objects."""
        self._first_codes.append(self._codes)
        self._first_instructions.append(first_instruction)
        self._places.append(at)
        self._codes += codes

    def set(self, tables: list[tuple[int, int, int]]) -> None:
        """Takes note of all records: how many code objects each has, its first instruction, and where it is."""
        self._codes = 0
        self._first_codes, self._first_instructions, self._places = [], [], []
        for table in tables:
            self.add(*table)

    def column(self, name: str) -> list[int]:
        """A number that each instruction has, by its name."""
        first = _NAMES.index(name)
        words = (self._table(number).words for number in range(len(self._places)))
        return [number for each in words for number in each[first::_COLUMNS]]  # type: ignore[misc]

    def code_count(self) -> int:
        """The number of code objects."""
        return self._codes

    def instruction_count(self) -> int:
        """The number of instructions."""
        return self._first_instructions[-1] + len(self._table(-1).words) // _COLUMNS if self._places else 0

    def code(self, number: int) -> CodeInfo:
        """A code object, by its number."""
        at = bisect_right(self._first_codes, number) - 1
        return self._table(at).codes[number - self._first_codes[at]]

    def instruction(self, number: int) -> InstructionInfo:
        """An instruction, by its number."""
        at = bisect_right(self._first_instructions, number) - 1
        start = (number - self._first_instructions[at]) * _COLUMNS
        return InstructionInfo(*self._table(at).words[start : start + _COLUMNS])  # type: ignore[arg-type]

    def _table(self, number: int) -> _Table:
        at = self._places[number]
        if at not in self._tables:
            _header, data = self._file.record(at, Kind.TABLE)
            try:
                self._tables[at] = _Table.of(unpack(data, None))
            except (*DAMAGES, TypeError) as error:
                raise self._file.error(at, f"a TABLE record makes no sense ({error})") from error
        return self._tables[at]


class _Rows(Sequence[_Row]):
    """Rows of a table, each made when it is asked for the first time."""

    def __init__(self, tables: StoredTables) -> None:
        self._tables = tables
        self._made: dict[int, _Row] = {}

    def _make(self, number: int) -> _Row:
        raise NotImplementedError  # pragma: no cover - those derived say how

    @overload
    def __getitem__(self, number: int) -> _Row: ...

    @overload
    def __getitem__(self, number: slice) -> list[_Row]: ...  # type: ignore[explicit-any]

    def __getitem__(self, number: int | slice) -> _Row | list[_Row]:  # type: ignore[explicit-any]
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        row = self._made.get(number)
        if row is None:
            if not 0 <= number < len(self):
                raise RecordingFormatError(f"the recording has no {self.what} {number}: record again")
            row = self._made[number] = self._make(number)
        return row

    what = "row"

    def __iter__(self) -> Iterator[_Row]:
        return (self[number] for number in range(len(self)))


class StoredCodes(_Rows[CodeInfo]):
    """The code objects of a file."""

    what = "code"

    def __len__(self) -> int:
        return self._tables.code_count()

    def _make(self, number: int) -> CodeInfo:
        return self._tables.code(number)


class StoredInstructions(_Rows[InstructionInfo]):
    """The instructions of a file."""

    what = "instruction"

    def __len__(self) -> int:
        return self._tables.instruction_count()

    def _make(self, number: int) -> InstructionInfo:
        return self._tables.instruction(number)
