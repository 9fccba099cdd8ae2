"""Tests for calcharo_vm/recording/index.py."""

import pytest

from calcharo_vm.recording import Recording, ops
from calcharo_vm.recording.index import Index, Wanted
from calcharo_vm.recording.journal import Journal
from tests.conformance.fuzzing.semantics import SeededChoices
from tests.recording.audit import record
from tests.recording.mutating_programs import write_program
from tests.recording.small_programs import small_program


@pytest.fixture(scope="module")
def recording() -> Recording:
    return record(
        "print('start')\nx = []\nfor k in range(3300): pass\nx.append(1)\nname = k\nfor k in range(3300): pass\n"
        "try: {}[1]\nexcept KeyError: pass\n"
    )


def chunks_by_hand(recording: Recording, wanted: Wanted) -> list[int]:
    """The chunks that have something that is wanted, by looking at every step."""
    journal, found = recording.journal, []
    for step in range(len(recording)):
        has = journal.word(step) in wanted.instructions
        for operation, operands in journal.operations(step):
            is_write = ops.NEW <= operation < ops.DROP
            has |= operation in wanted.operations or (is_write and operands[0] in wanted.oids)
            has |= operation == ops.KEY and operands[1] in wanted.names
        if has:
            found.append(journal.chunk_of(step))
    return sorted(set(found))


@pytest.mark.parametrize("is_noted", [True, False])
@pytest.mark.parametrize("is_known", [True, False])
def test_chunks_that_have_what_is_wanted(
    recording: Recording, monkeypatch: pytest.MonkeyPatch, *, is_known: bool, is_noted: bool
) -> None:
    if not is_noted:
        monkeypatch.setattr(recording.journal, "objects_written", [])
    appending = next(step for step in recording if step.line_number == 4)
    oid = next(each.oid for each in recording[-1].heap.values() if each.kind == "list")
    namespace = recording.frames.globals[0]
    wishes = [
        Wanted(frozenset({recording.journal.word(appending.index)})),
        Wanted(oids=frozenset({oid})),
        Wanted(oids=frozenset({oid, *range(1000, 1010)})),
        Wanted(names=frozenset({"name"})),
        Wanted(names=frozenset({"name", "k", "x"}), namespaces=frozenset({namespace})),
        Wanted(operations=frozenset({ops.OUT})),
        Wanted(operations=frozenset({ops.RAISED})),
        Wanted(operations=frozenset({ops.ERR})),
        Wanted(),
    ]
    numbers = range(len(recording.journal.chunks))
    index = Index(recording.journal)
    for wanted in wishes:
        if is_known:
            assert all(index.writes(number) is not None for number in numbers)
        expected = chunks_by_hand(recording, wanted)

        assert expected == list(index.chunks(wanted, numbers))
        assert expected[::-1] == list(index.chunks(wanted, reversed(numbers)))


def test_names_are_wanted_in_their_namespaces_only(recording: Recording) -> None:
    wanted = Wanted(names=frozenset({"name"}), namespaces=frozenset({999_999}))

    assert [] == list(Index(recording.journal).chunks(wanted, range(len(recording.journal.chunks))))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # finalisers fail, too
@pytest.mark.parametrize("seed", range(12))
def test_the_recorder_notes_the_objects_that_are_written_to(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ops, "CHUNK_STEPS", 50)
    recording = record(write_program(SeededChoices(str(seed))) if seed % 2 else small_program(seed))
    index, noted = Index(recording.journal), recording.journal.objects_written

    assert len(recording.journal.chunks) == len(noted) > 3
    for chunk, oids in enumerate(noted):
        assert oids is not None
        assert sorted(oids) == sorted(index.writes(chunk))


def test_places_of_writes_and_marks(recording: Recording) -> None:
    index, journal = Index(recording.journal), recording.journal
    for chunk, words in enumerate(journal.chunks):
        for oid, places in index.writes(chunk).items():
            for at in places:
                operation, operands = words[at], words[at + 1 : at + 2]
                assert (operation, operands) in [
                    (found, args[:1]) for found, args in journal.operations(index.step(chunk, at))
                ]
                assert oid == operands[0]
        for step, at in index.marks(chunk, frozenset({ops.ENTER, ops.RAISED})):
            assert words[at] in [operation for operation, _operands in journal.operations(step)]


def test_a_name_in_a_table_that_is_replaced() -> None:
    recording = record("class C: pass\nc = C()\nd = {c: 1, 'name': 2}\nd.update({c: 3})\n")
    wanted = Wanted(names=frozenset({"name"}))
    index = Index(recording.journal)
    index.writes(0)

    assert [0] == list(index.chunks(wanted, [0]))


def test_the_step_that_an_operation_is_a_part_of() -> None:
    journal = Journal(None)
    journal.add_chunk(
        (
            *(ops.THREAD, 0, ops.KEY, 5, "a", 1, ops.THREAD, 1, ops.FIRST_STEP, ops.THREAD, 0, ops.FIRST_STEP),
            *(ops.KEY, 5, "b", 1, ops.THREAD, 1, ops.FIRST_STEP),
        )
    )
    index = Index(journal)

    assert {5: [2, 12]} == index.writes(0)
    assert [0, 2] == [index.step(0, at) for at in (2, 12)]
    assert [1, 2] == [index.own_step(0, at) for at in (2, 12)]  # the second never ends
