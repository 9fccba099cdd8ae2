"""Tests for calcharo_vm/recording/queries/objects.py and aliases.py."""

import pytest

from calcharo_vm.errors import RecordingError
from calcharo_vm.recording import Alias, AliasKind, ExecutionStep, ObjectSnapshot, ObjectWriteKind, Recording, Ref
from calcharo_vm.types import Oid
from tests.recording.audit import record
from tests.recording.racing import record_race

SEEN, SET, INSERTED = ObjectWriteKind.SEEN, ObjectWriteKind.SET, ObjectWriteKind.INSERTED
DELETED, REPLACED = ObjectWriteKind.DELETED, ObjectWriteKind.REPLACED


def oid_of(recording: Recording, name: str) -> Oid:
    """The object that a global variable stands for at the end."""
    step = recording[-1]
    (modules,) = [each for each in step.heap.values() if each.kind == "namespace" and ("mark", 1) in each.items]
    for item in modules.items:
        assert isinstance(item, tuple)
        if item[0] == name:
            assert isinstance(item[1], Ref)
            return item[1].oid
    raise KeyError(name)


def written(source: str, slot: object = None) -> list[tuple[ObjectWriteKind, object, object]]:
    """Kinds, slots and values of the writes to the object x of a program."""
    recording = record(f"mark = 1\n{source}")
    rows = recording.writes(oid_of(recording, "x"), slot)
    assert list(rows)[::-1] == list(reversed(rows)) or not rows
    assert all(row.index == row.step.index and row.oid == oid_of(recording, "x") for row in rows)
    return [(row.kind, row.slot, row.value) for row in rows]


class TestWrites:
    def test_to_a_list(self) -> None:
        source = "x = [1, 2]\nx[0] = 3\nx.append(4)\nx.insert(0, 5)\ndel x[1]\nx[0:2] = [6, 7, 8]\nx.extend((9, 0))\n"

        assert [
            (SET, 0, 3),
            (INSERTED, 2, 4),
            (INSERTED, 0, 5),
            (DELETED, 1, None),
            (REPLACED, slice(0, 3), [6, 7, 8]),
            (INSERTED, slice(4, 6), [9, 0]),
        ] == written(source)[1:]

    def test_clearing_a_list(self) -> None:
        assert (DELETED, slice(0, 2), []) == written("x = [1, 2]\nx.clear()")[-1]

    def test_to_a_dictionary_and_a_set(self) -> None:
        assert [(SEEN, None, {"a": 1}), (SET, "b", 2), (DELETED, "a", None)] == written(
            "x = dict(a=1)\nx['b'] = 2\ndel x['a']"
        )
        assert [(SEEN, None, {1}), (SET, 2, 2), (DELETED, 1, None)] == written("x = {1}\nx.add(2)\nx.remove(1)")

    def test_to_all_of_a_dictionary(self) -> None:
        source = "class K: pass\nk = K()\nx = {k: 1}\nx.update({2: 3})\ny = x.pop(k)\n"

        assert REPLACED in [kind for kind, _slot, _value in written(source)]

    def test_to_an_instance(self) -> None:
        source = "class C: pass\nx = C()\nx.a = 1\nx.a = [2]\ndel x.a\nx.__dict__ = {'b': 3}\n"
        found = written(source)

        assert [(SET, "a", 1), (SET, "a", [2]), (DELETED, "a", None)] == found[1:4]
        assert isinstance(found[4][2], ObjectSnapshot) or found[4] == (SET, "b", 3)

    def test_to_one_slot(self) -> None:
        assert [(SEEN, None, [1, 2]), (SET, 1, 4)] == written("x = [1, 2]\nx[0] = 3\nx[1] = 4", 1)
        assert [(SEEN, None, [1, 2]), (INSERTED, 0, 0)] == written("x = [1, 2]\nx.append(3)\nx.insert(0, 0)", 1)
        assert [(SET, "b", 2)] == written("class C: pass\nx = C()\nx.a = 1\nx.b = 2", "b")[1:]
        assert [(SET, 1, 3)] == written("x = {}\nx[1] = 3\nx['1'] = 4", 1)[1:]

    def test_to_a_key_that_is_an_object(self) -> None:
        recording = record("mark = 1\nclass K: pass\nk = K()\nx = {}\nx[k] = 1\nx[2] = 3\n")
        rows = recording.writes(oid_of(recording, "x"), Ref(oid_of(recording, "k")))

        assert [SEEN, SET] == [row.kind for row in rows]
        assert isinstance(rows[1].slot, ObjectSnapshot)

    def test_objects_that_are_not_there(self) -> None:
        assert not record("x = 1").writes(10_000)
        assert not record("x = 1").writes(-1)
        with pytest.raises(RecordingError, match="the oid of an object was wanted, not 'x'"):
            record("x = 1").writes("x")  # type: ignore[arg-type]

    def test_another_class_is_the_object_anew(self) -> None:
        assert [SEEN, SEEN] == [
            kind
            for kind, _slot, _value in written("class C: pass\nclass D: pass\nx = C()\nx.__class__ = D\n")
            if kind is SEEN
        ]


def places(rows: list[Alias]) -> list[tuple[AliasKind, object, str | None]]:
    return [(row.kind, row.slot, row.function) for row in rows]


class TestAliases:
    def test_of_the_object_that_a_name_stands_for(self) -> None:
        recording = record("mark = 1\nx = []\ny = [x]\nz = 1\n")

        assert list(recording.aliases(-1, oid_of(recording, "x"))) == list(recording.aliases(-1, "x"))
        assert not recording.aliases(-1, "z")
        assert not recording.aliases(-1, "nothing")

    def test_of_every_kind(self) -> None:
        recording = record(
            "mark = 1\nx = []\nclass C: pass\nc = C()\nc.a = x\nt = (x, 0)\nd = {'k': x}\n"
            "def f(p):\n def g(): return p\n return g\ng = f(x)\nm = x.append\nclass D:\n def h(self): pass\n"
        )
        rows = recording.aliases(-1, oid_of(recording, "x"))

        assert [
            (AliasKind.NAME, "x", None),
            (AliasKind.FIELD, "a", None),
            (AliasKind.ITEM, 0, None),
            (AliasKind.ITEM, "k", None),
            (AliasKind.FIELD, "cell_contents", None),
        ] == [place for place in places(list(rows)) if place[1] != "__self__"]
        assert all(row.step == recording[-1] for row in rows)
        assert {oid_of(recording, "c"), oid_of(recording, "t")} <= {row.owner for row in rows}

    def test_in_frames(self) -> None:
        recording = record("mark = 1\nx = []\ndef f(p):\n q = p\n r = [0, p]\n return lambda: q\nf(x)\n")
        step = next(step for step in recording if step.line_number == 5 and step.opname.startswith("BUILD"))
        rows = list(recording.aliases(step, oid_of(recording, "x")))

        assert [
            (AliasKind.LOCAL, "p", "f"),
            (AliasKind.CELL, "q", "f"),
            (AliasKind.NAME, "x", None),
            (AliasKind.ITEM, 1, None),
        ] == places(rows)
        before = places(list(recording.aliases(step.index - 1, oid_of(recording, "x"))))
        assert (AliasKind.STACK, 1, "f") in before

    def test_keys_and_elements(self) -> None:
        recording = record("mark = 1\nclass C: pass\nx = C()\nd = {x: 1}\ns = {x}\nz = {(x,)}\n")
        found = [(row.kind, row.owner) for row in recording.aliases(-1, oid_of(recording, "x"))]

        assert (AliasKind.KEY, oid_of(recording, "d")) in found
        assert (AliasKind.ITEM, oid_of(recording, "s")) in found

    def test_a_method_refers_to_its_receiver(self) -> None:
        recording = record("mark = 1\nclass C:\n def m(self): pass\nx = C()\nf = x.m\n")

        assert (AliasKind.FIELD, "__self__", None) in places(list(recording.aliases(-1, oid_of(recording, "x"))))

    def test_of_a_suspended_generator(self) -> None:
        recording = record("mark = 1\nx = []\ndef g(p): yield\nh = g(x)\nnext(h)\ny = 2\n")

        assert (AliasKind.LOCAL, "p", "g") in places(list(recording.aliases(-1, oid_of(recording, "x"))))

    def test_of_what_is_not_there(self) -> None:
        recording = record("mark = 1\nx = []\n")

        assert not recording.aliases(0, oid_of(recording, "x"))
        assert not recording.aliases(-1, 10_000)

    def test_they_are_the_references_of_the_heap(self) -> None:
        recording = record(
            "a = [1]\nb = {'a': a, 'b': [a, a]}\nclass C: pass\nc = C()\nc.a = a\nc.b = b\n"
            "def f(p, n):\n q = (p, b)\n if n: f(q, n - 1)\n a.append(q)\n return q\nf(a, 3)\nz = [b, c, b]\n"
        )
        for step in recording[::7]:
            expected = references(step)
            for oid in step.heap:
                found = sorted(
                    (row.owner, str(row.slot))
                    for row in recording.aliases(step, oid)
                    if row.kind not in (AliasKind.LOCAL, AliasKind.STACK)
                )
                assert sorted(expected.get(oid, [])) == found


def references(step: ExecutionStep) -> dict[Oid, list[tuple[Oid, str]]]:
    """Owner and slot of each reference in the heap of a step, by the object referred to."""
    found: dict[Oid, list[tuple[Oid, str]]] = {}

    def note(part: object, owner: Oid, slot: object) -> None:
        if isinstance(part, Ref):
            found.setdefault(part.oid, []).append((owner, str(slot)))

    for oid, thing in step.heap.items():
        for at, item in enumerate(thing.items):
            if thing.kind in ("dict", "namespace"):
                assert isinstance(item, tuple)
                note(item[0], oid, item[0])
                note(item[1], oid, item[0])
            else:
                note(item, oid, at)
        for name, part in thing.fields.items():
            note(part, oid, name)
    return found


def test_writes_are_told_of_the_threads_own_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    recording = record("mark = 1\nx = []\nx.append(5)\ny = 2")
    (_made, before) = recording.writes(oid_of(recording, "x"))
    monkeypatch.setattr(recording.chunk_index, "own_step", lambda _chunk, _at: before.index + 1)
    (_made, after) = recording.writes(oid_of(recording, "x"))

    assert (before.index + 1, before.kind, before.value) == (after.index, after.kind, after.value)


def test_what_threads_write_is_told_of_one_that_writes_or_that_notices(monkeypatch: pytest.MonkeyPatch) -> None:
    recording = record_race(monkeypatch)
    writes = [write for write in recording.writes(oid_of(recording, "x")) if write.step.opname == "STORE_SUBSCR"]

    assert len(writes) > 30
    assert all(write.value == write.step.variables_state["k"] for write in writes)
