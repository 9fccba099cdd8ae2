"""Values as JSON, the same for the program's own objects and for what a recording shows of them."""

from collections.abc import Mapping

ANYTHING = "*"
"""Stands for a value that a recording does not show as it is."""

_SCALARS = (int, str, bool, float, type(None), bytes, complex)
_MOST_PARTS = 200


def shown_variables(variables: Mapping[str, object]) -> dict[str, object]:
    """The variables of a frame by name; those that the language makes for itself are left out."""
    return {
        str(name): shown(value)
        for name, value in list(variables.items())
        if not (str(name).startswith((".", "__")) and str(name).endswith(("__", ".type_params")))
    }


def shown(value: object, outer: tuple[int, ...] = ()) -> object:
    """A plain value of scalars, lists, tuples, dictionaries and sets; anything else is `ANYTHING`."""
    kind = type(value)
    if kind in _SCALARS:
        return f"{kind.__name__} {value!r}"
    if id(value) in outer or len(outer) > 20:
        return ANYTHING
    inner = (*outer, id(value))
    if kind is list or kind is tuple:
        return [kind.__name__, *(shown(part, inner) for part in list(value)[:_MOST_PARTS])]  # type: ignore[call-overload]
    if kind is dict:
        entries = list(value.items())[:_MOST_PARTS]  # type: ignore[attr-defined]
        return [kind.__name__, *([shown(key, inner), shown(part, inner)] for key, part in entries)]
    if kind is set or kind is frozenset:
        return [kind.__name__, *sorted(str(shown(part, inner)) for part in value)]  # type: ignore[attr-defined]
    return ANYTHING


def agree(native: object, recorded: object) -> bool:
    """Returns whether two values are the same, as far as the native one is plain."""
    if native == ANYTHING:
        return True
    if isinstance(native, list) and isinstance(recorded, list):
        is_set = native[:1] in (["set"], ["frozenset"]) and any(ANYTHING in str(part) for part in native)
        return is_set or (len(native) == len(recorded) and all(map(agree, native, recorded)))
    return native == recorded
