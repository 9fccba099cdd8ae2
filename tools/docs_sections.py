"""Lets the API reference show an `Example:` of a docstring as code, as it shows `Examples:`."""

import griffe


class ExampleSections(griffe.Extension):
    """Renames the section before the docstring is parsed."""

    def on_object(self, *, obj: griffe.Object, **_options: object) -> None:
        """Is called for each module, class, function and attribute that was loaded."""
        if obj.docstring is not None:
            obj.docstring.value = obj.docstring.value.replace("Example:\n", "Examples:\n")
