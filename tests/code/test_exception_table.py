import pytest

from calcharo_vm.code.exception_table import HandlerEntry, encode_entry, parse_exception_table


@pytest.mark.parametrize(
    "entry",
    [
        HandlerEntry(start=0, end=4, target=10, depth=0, lasti=False),
        HandlerEntry(start=126, end=128, target=130, depth=1, lasti=True),
        HandlerEntry(start=9000, end=2_000_000, target=300, depth=70, lasti=True),
    ],
)
def test_encoded_entries_are_read_back(entry: HandlerEntry) -> None:
    assert list(parse_exception_table(encode_entry(entry) * 2)) == [entry, entry]


def test_tables_of_cpython_are_encoded_as_cpython_does() -> None:
    source = "def f():\n" + "".join(f"  try: a{i}\n  except b{i} as c{i}: d{i}\n" for i in range(200))
    code = compile(source, "<source>", "exec").co_consts[0]

    assert b"".join(map(encode_entry, parse_exception_table(code.co_exceptiontable))) == code.co_exceptiontable
