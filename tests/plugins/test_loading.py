"""Tests for calcharo_vm/plugins/loading.py, and for what plugins provide."""

from __future__ import annotations

import bisect
import fractions
from typing import TYPE_CHECKING

import pytest

from calcharo_vm import Content, ExecutionTracer, TracerConfig, plugins
from calcharo_vm.errors import ConfigurationError, PluginError
from calcharo_vm.plugins import Effect, hookimpl, installed_names, load
from calcharo_vm.recording import ObjectSnapshot
from tests.plugins.plugins import Everything, Noting, trace

if TYPE_CHECKING:
    from pathlib import Path


class NoHooks:
    pass


class Unknown:
    @hookimpl
    def on_stop(self) -> None: ...


class WrongArguments:
    @hookimpl
    def on_step(self, instruction: object) -> None: ...


class Wrapping:
    @hookimpl(wrapper=True)
    def on_step(self) -> object:
        return (yield)


@pytest.mark.parametrize(
    ("plugin", "message"),
    [
        (NoHooks(), "implements no hook; mark"),
        (Unknown(), "implements on_stop; there are on_"),
        (WrongArguments(), "does not fit the hooks"),
        (Wrapping(), "hooks cannot be wrapped"),
        (Everything, "is a class; pass an instance"),
        ("absent", "there is no installed plugin 'absent'"),
    ],
)
def test_what_is_no_plugin_is_refused(plugin: object, message: str) -> None:
    with pytest.raises(PluginError, match=message):
        ExecutionTracer(TracerConfig(plugins=(plugin,)))


@pytest.mark.parametrize("given", [5, {"a": 1}, Everything()])
def test_plugins_are_a_collection(given: object) -> None:
    with pytest.raises(ConfigurationError, match=r"plugins is .*; pass a tuple"):
        TracerConfig(plugins=given)  # type: ignore[arg-type]


def test_names_of_plugins_are_settings_like_others() -> None:
    config = TracerConfig.from_dict({"plugins": ["one", "two"], "plugin_failure": "stop"})

    assert config.plugins == ("one", "two")
    assert TracerConfig.from_dict(config.to_dict()) == config
    assert TracerConfig(plugins=(Everything(), "one")).to_dict()["plugins"] == ["one"]


def test_one_plugin_is_registered_once_and_two_of_a_kind_are_two() -> None:
    first, second = Everything(), Everything()
    trace("x = 1", first, first, second)

    assert len(first.of("start")) == len(second.of("start")) == 1
    names = [found.plugin_name for found in load((first, second), with_installed=False).implementations("on_step")]
    assert sorted(names) == ["Everything", "Everything 2"]


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Announces a plugin that cannot be imported."""
    information = tmp_path / "broken_plugin-1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-plugin\nVersion: 1\n")
    (information / "entry_points.txt").write_text("[calcharo]\nbroken = no_such_module\n")
    monkeypatch.syspath_prepend(tmp_path)
    return "broken"


def test_a_broken_installed_plugin_stops_nobody_who_did_not_name_it(broken: str) -> None:
    assert installed_names() == (broken,)
    assert trace("x = 1").outcome.status == "completed"
    for settings in ({"plugins": (broken,)}, {"plugin_failure": "stop"}):
        with pytest.raises(PluginError, match="cannot be loaded: ModuleNotFoundError") as caught:
            ExecutionTracer(TracerConfig(**settings))
        assert caught.value.plugin == broken
    assert trace("x = 1", installed_plugins=False, plugin_failure="stop").outcome.status == "completed"


class Adapting(Noting):
    @hookimpl
    def provide_adapters(self) -> dict[object, object]:
        def read(value: fractions.Fraction) -> Content:
            return Content(text=f"{value.numerator} over {value.denominator}")

        return {fractions.Fraction: read, "random.Random": lambda _value: Content(text="chance")}


def test_adapters_are_for_the_recordings_of_their_plugin() -> None:
    source = "import fractions, random\nf = fractions.Fraction(1, 2)\nr = random.Random()\n"
    source += "class Random(random.Random): pass\nown = Random()\n"
    adapted, plain = trace(source, Adapting())[-1].variables_state, trace(source)[-1].variables_state

    found = [each for name in ("f", "r", "own") if isinstance(each := adapted[name], ObjectSnapshot)]
    assert [each.text for each in found] == ["1 over 2", "chance", "chance"]
    assert "over" not in repr(plain["f"])


class Knowing(Noting):
    def __init__(self, effect: Effect) -> None:
        super().__init__()
        self.effect = effect

    @hookimpl
    def provide_effects(self) -> dict[object, Effect]:
        return {bisect.insort: self.effect}


@pytest.mark.parametrize(("effect", "items"), [(Effect.FIRST, [0, 1, 2]), (Effect.NONE, [1, 2])])
def test_effects_of_plugins_are_believed_be_they_true_or_not(effect: Effect, items: list[int]) -> None:
    recording = trace("import bisect\nitems = [1, 2]\nbisect.insort(items, 0)\n", Knowing(effect))

    assert recording[-1].variables_state["items"] == items


def test_names_are_loaded_when_they_are_asked_for() -> None:
    assert {getattr(plugins, name) for name in plugins.__all__}
    with pytest.raises(AttributeError, match="has no attribute 'LiveSteps'"):
        plugins.LiveSteps
