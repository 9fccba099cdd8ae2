"""Tests for calcharo_vm/recording/queries/visits.py."""

import contextlib
import io
import sys
from pathlib import Path
from types import FrameType

import pytest

from tests.recording.audit import record
from tests.recording.racing import record_race
from tests.recording.small_programs import small_program

SOURCE = "def f(n):\n if n:\n  f(n - 1)\n return n\nfor k in (1, 2):\n f(k)\n"


class TestHits:
    recording = record(SOURCE, filename="/somewhere/in/program.py")

    def test_visits_of_a_line(self) -> None:
        hits = self.recording.hits("program.py", 4)

        assert [0, 1, 0, 1, 2] == [hit.step.variables_state["n"] for hit in hits]
        assert {"f"} == {hit.function for hit in hits}
        assert 5 == len({hit.frame for hit in hits})
        assert all(hit.index == hit.step.index for hit in hits)

    def test_from_the_end(self) -> None:
        hits = self.recording.hits("program.py", 2)

        assert list(hits)[::-1] == list(reversed(hits))
        assert hits[4] == hits[-1]

    @pytest.mark.parametrize("file", ["/somewhere/in/program.py", "in/program.py", Path("program.py")])
    def test_files(self, file: str | Path) -> None:
        assert 5 == len(self.recording.hits(file, 2))

    @pytest.mark.parametrize(("file", "line"), [("gram.py", 2), ("other/program.py", 2), ("", 2), ("program.py", 99)])
    def test_what_was_not_visited(self, file: str, line: int) -> None:
        assert not self.recording.hits(file, line)

    def test_making_a_generator_is_no_visit(self) -> None:
        recording = record("def f():\n yield 1\nfor k in f(): pass\n")

        assert 1 == len(recording.hits("program.py", 1))
        assert 1 == len(recording.hits("program.py", 2))

    def test_going_on_after_a_call_is_no_visit(self) -> None:
        assert 3 == len(self.recording.hits("program.py", 3))

    def test_going_on_after_a_call_in_another_chunk_is_no_visit(self) -> None:
        recording = record("def f(n):\n for k in range(n): pass\nx = f(3000) or f(2)\n")

        assert 1 == len(recording.hits("program.py", 3))
        assert 3004 == len(recording.hits("program.py", 2))


class TestLines:
    def test_visits(self) -> None:
        assert [1, 5, 6, 2, 3, 2, 4, 4][:6] == [step.line_number for step in record(SOURCE).lines()][:6]

    def test_from_the_end(self) -> None:
        lines = record(SOURCE * 40).lines()

        assert list(lines)[::-1] == list(reversed(lines))

    def test_each_thread_has_its_own_place(self) -> None:
        source = (
            "import threading\ndef f():\n for k in range(9): e.wait(0.001)\ne = threading.Event()\n"
            "ts = [threading.Thread(target=f) for n in range(2)]\nfor t in ts: t.start()\nfor t in ts: t.join()\n"
        )

        lines = [step for step in record(source).lines() if step.function == "f"]
        assert [10, 10] == [sum(step.thread == thread for step in lines) for thread in (1, 2)]

    @pytest.mark.parametrize("seed", range(3))
    def test_native_line_events_are_among_them(self, seed: int) -> None:
        source = small_program(seed)
        visited: set[tuple[str, int]] = set()

        def trace(frame: FrameType, event: str, _arg: object) -> object:
            if frame.f_code.co_filename != "native":
                return None
            if event == "line":
                visited.add((frame.f_code.co_qualname, frame.f_lineno))
            return trace

        before = sys.gettrace()
        sys.settrace(trace)  # type: ignore[arg-type]
        try:
            exec(compile(source, "native", "exec"), {"__name__": "__main__"})
        finally:
            sys.settrace(before)

        assert visited <= {(step.function, step.line_number) for step in record(source).lines()}


class TestOutput:
    source = (
        "import sys\nprint('a', 'b')\nsys.stderr.write('c\\n')\ndef f(): print('d', end='')\nf()\n"
        "for k in range(2): print(k)\nsys.stdout.write('')\n"
    )

    def test_pieces(self) -> None:
        output = record(self.source).output()

        assert [
            ("a b\n", "stdout", 2),
            ("c\n", "stderr", 3),
            ("d", "stdout", 4),
            ("0\n", "stdout", 6),
            ("1\n", "stdout", 6),
        ] == [(row.text, row.stream, row.line_number) for row in output]
        assert list(output)[::-1] == list(reversed(output))
        assert "1\n" == output[-1].text

    def test_threads_have_their_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        recording = record_race(monkeypatch)
        rows = list(recording.output())

        assert {7} == {row.step.line_number for row in rows}
        assert {"CALL"} == {row.step.opname for row in rows}
        assert recording.stdout == "".join(row.text for row in rows)
        for row in rows:
            told = f"{row.step.variables_state['k']} {row.step.variables_state['i']}\n"
            assert set(row.text) <= set(told), row

    def test_it_is_what_the_program_writes_natively(self) -> None:
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
            exec(self.source, {"__name__": "__main__"})
        recording = record(self.source)
        texts = {"stdout": "", "stderr": ""}
        for row in recording.output():
            texts[row.stream] += row.text
            assert recording[row.index].stdout_snapshot == texts["stdout"]

        assert {"stdout": out.getvalue(), "stderr": err.getvalue()} == texts

    def test_nothing(self) -> None:
        assert not record("x = 17\ny = 18\n").output()
