"""Tests for the layers of isolation: each is found missing when it is left out, and each holds when it is alone."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from calcharo_vm import IsolationUnavailable, Recording, TracerConfig, execute_and_trace
from calcharo_vm.config import Isolation
from calcharo_vm.isolation import IsolationWarning, Layer, linux, remote, report
from calcharo_vm.isolation.layers import OPTIONAL, WANTED, LayerState
from calcharo_vm.isolation.pool import worker_for
from calcharo_vm.isolation.rules import Rules
from tests.isolation.hostile.world import World

ISOLATED = TracerConfig(isolation="isolated", allow_degraded=True)
is_root = pytest.mark.skipif(os.geteuid() != 0, reason="root alone can stop being root")


def states_without(*layers: Layer) -> dict[Layer, LayerState]:
    with worker_for(Rules.here(Isolation.ISOLATED, without=layers)) as worker:
        return {state.layer: state for state in worker.layers}


def without(monkeypatch: pytest.MonkeyPatch, *layers: Layer) -> None:
    """Has workers leave layers out."""

    def rules(config: TracerConfig) -> Rules:
        return Rules.here(config.isolation, config.readable, without=layers)

    monkeypatch.setattr(remote, "rules_for", rules)
    monkeypatch.setattr(remote, "_warned", set())


def run(source: str, config: TracerConfig = ISOLATED) -> Recording:
    with pytest.warns(IsolationWarning):
        return execute_and_trace(source, config)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as made:
        made.outside.chmod(0o755)
        yield made


@pytest.fixture(scope="module")
def prelude(world: World) -> Iterator[str]:
    queue = linux.new_message_queue()
    yield f"{world.prelude}QUEUE = {queue}\n"
    linux.remove_message_queue(queue)


def test_all_layers_are_in_force_here() -> None:
    found = report()

    assert [] == [f"{state.layer}: {state.why}" for state in found.missing]
    assert tuple(state.layer for state in found.layers) == WANTED[Isolation.ISOLATED]


@pytest.mark.parametrize(
    "layers",
    [
        (
            *(Layer.NETWORK_NAMESPACE, Layer.IPC_NAMESPACE, Layer.MOUNT_NAMESPACE, Layer.PID_NAMESPACE),
            *(Layer.RLIMITS, Layer.LANDLOCK, Layer.SECCOMP),
        ),
        (Layer.USER_NAMESPACE,),
        (Layer.NO_NEW_PRIVILEGES,),
        pytest.param((Layer.DROPPED_ROOT,), marks=is_root),
    ],
)
def test_what_is_tried_shows_that_a_layer_is_missing(layers: tuple[Layer, ...]) -> None:
    states = states_without(*layers)
    for layer in layers:
        state = states[layer]

        assert not state.is_active
        assert any(words in state.why for words in ("was possible", "was there", "otherwise", "does not keep it")), (
            state
        )
        assert state.remedy


LEFT_OUT = tuple(each for each in Layer if each not in {Layer.PROCESS, Layer.USER_NAMESPACE, *OPTIONAL})
MESSAGE_QUEUE = "import ctypes\nif ctypes.CDLL(None).msgctl(QUEUE, 2, bytes(256)) == 0: print('DID')"
ACTS = {
    Layer.NETWORK_NAMESPACE: "import socket; socket.create_connection(('127.0.0.1', PORT)).send(b'x'); print('DID')",
    Layer.IPC_NAMESPACE: MESSAGE_QUEUE,
    Layer.MOUNT_NAMESPACE: "open(OUTSIDE + '/secret').read(); print('DID')",
    Layer.DROPPED_ROOT: "import os; os.setresuid(0, 0, 0); print('DID')",
    Layer.PID_NAMESPACE: "import os; os.kill(VICTIM, 0); print('DID')",
    Layer.RLIMITS: "import os\nfor _ in range(400): os.open('/dev/null', os.O_RDONLY)\nprint('DID')",
    Layer.NO_NEW_PRIVILEGES: "import ctypes\nif ctypes.CDLL(None).prctl(39, 0, 0, 0, 0) == 0: print('DID')",
    Layer.LANDLOCK: "open(OUTSIDE + '/secret').read(); print('DID')",
    Layer.SECCOMP: "import os\nif os.fork() == 0: os._exit(0)\nos.wait(); print('DID')",
}
NEEDED = {Layer.LANDLOCK: (Layer.NO_NEW_PRIVILEGES,), Layer.SECCOMP: (Layer.NO_NEW_PRIVILEGES,)}
NEEDED |= {Layer.DROPPED_ROOT: (Layer.MOUNT_NAMESPACE,)}
"""What a layer needs to be put on at all, or so that the interpreter's files can be read in any case."""


class TestALayerAlone:
    def test_everything_is_possible_without_any(self, monkeypatch: pytest.MonkeyPatch, prelude: str) -> None:
        without(monkeypatch, *LEFT_OUT)
        acts = {layer: act for layer, act in ACTS.items() if layer is not Layer.DROPPED_ROOT or os.geteuid() == 0}
        with pytest.warns(IsolationWarning):
            outputs = {layer: execute_and_trace(prelude + act, ISOLATED).stdout for layer, act in acts.items()}

        assert dict.fromkeys(acts, "DID\n") == outputs

    @pytest.mark.parametrize(
        "layer", [each for each in LEFT_OUT if each is not Layer.DROPPED_ROOT or os.geteuid() == 0]
    )
    def test_keeps_a_program_from_it(self, monkeypatch: pytest.MonkeyPatch, prelude: str, layer: Layer) -> None:
        put_on = {layer, *NEEDED.get(layer, ())}
        without(monkeypatch, *(each for each in LEFT_OUT if each not in put_on))
        recording = run(prelude + ACTS[layer])

        assert "DID" not in recording.stdout
        assert layer in recording.isolation


class TestAMissingLayer:
    def test_is_refused_by_name_with_what_to_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        without(monkeypatch, Layer.SECCOMP)
        with pytest.raises(IsolationUnavailable) as caught:
            execute_and_trace("print(1)", TracerConfig(isolation="isolated"))

        assert "seccomp is missing (making a socket was possible)" in str(caught.value)
        assert "Remedy: use Linux 3.17" in str(caught.value)
        assert "allow_degraded=True" in str(caught.value)

    def test_is_warned_of_once_and_told_by_each_recording(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        without(monkeypatch, Layer.SECCOMP)
        first = run("print(1)")
        second = execute_and_trace("print(2)", ISOLATED)  # a warning would be an error

        for recording in (first, second):
            assert recording.isolation[0] == "isolated"
            assert "landlock" in recording.isolation
            assert "without seccomp: making a socket was possible" in recording.isolation
            assert "seccomp" not in recording.isolation
            for name in ("a.calcharo", "a.json"):
                recording.save(tmp_path / name)
                assert Recording.open(tmp_path / name).isolation == recording.isolation


def test_what_is_granted_can_be_read_and_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "data.txt").write_text("granted")
    config = TracerConfig(isolation="isolated", readable=[tmp_path])
    name = str(tmp_path / "data.txt")

    assert "granted\n" == execute_and_trace(f"print(open({name!r}).read())", config).stdout
    refused = execute_and_trace(f"open({name!r}, 'a')", config).outcome.exception
    assert refused is not None
    assert refused.type_name in {"PermissionError", "OSError"}


def test_a_program_has_a_folder_of_its_own() -> None:
    source = "import os\nprint(os.listdir())\nopen('mine', 'w').write('x')\nprint(os.listdir())"
    config = TracerConfig(isolation="isolated")

    assert ["[]\n['mine']\n"] * 2 == [execute_and_trace(source, config).stdout for _ in range(2)]
