"""What every explainer shares: options kept as given, a model's outputs by name, its fingerprint.

An explainer stores the arguments of its ``__init__`` unchanged under their own names, so that
``with_options`` can make another one with some of them changed.
"""

from __future__ import annotations

import inspect
from typing import Any, Self

from minixai._validation import fingerprint
from minixai.errors import ParameterError, suggestion

__all__ = ["OptionedExplainer", "model_fingerprint", "output_index", "output_names_of"]


class OptionedExplainer:
    """Base of explainers: a model and options, kept under the names of the arguments."""

    def with_options(self, **changes: Any) -> Self:
        """Return the same explainer with some options changed.

        Parameters
        ----------
        **changes : any
            New values by the names of the constructor's arguments.

        Returns
        -------
        explainer of the same class
            This one stays as it is.

        Raises
        ------
        ParameterError
            An option that the constructor does not have.
        """
        options = self._options()
        for name in changes:
            if name not in options:
                raise ParameterError(
                    f"{type(self).__name__} has no option {name!r}; it has "
                    f"{', '.join(map(repr, options))}.{suggestion(name, options)}"
                )
        return type(self)(**(options | changes))

    def _options(self) -> dict[str, Any]:
        names = inspect.signature(type(self).__init__).parameters
        return {name: getattr(self, name) for name in names if name != "self"}

    def __repr__(self) -> str:
        options = ", ".join(f"{name}={value!r}" for name, value in self._options().items())
        return f"{type(self).__name__}({options})"


def output_names_of(model: Any) -> list[str] | None:
    """Return the names of a model's raw outputs: a classifier's labels (binary: that of class 1).

    None where the outputs have no names.
    """
    classes = getattr(model, "classes_", None)
    if classes is None:
        return None
    names = [str(label) for label in classes]
    return names[1:] if len(names) == 2 else names


def output_index(output: int | str | None, names: list[str] | None) -> int | None:
    """Return the index of an output given by index or name; None stays None.

    Raises
    ------
    ParameterError
        A name or an index that the model does not have.
    """
    if output is None:
        return None
    if isinstance(output, str):
        if names is None:
            raise ParameterError(
                f"`output` is {output!r}, and the model's outputs have no names: give an index."
            )
        if output not in names:
            raise ParameterError(
                f"`output` must be an index or one of {', '.join(map(repr, names))}, got "
                f"{output!r}.{suggestion(output, names)}"
            )
        return names.index(output)
    if isinstance(output, bool) or not hasattr(output, "__index__"):
        raise ParameterError(f"`output` must be a name, an index or None, got {output!r}.")
    index = output.__index__()
    if index < 0 or (names is not None and index >= len(names)):
        held = "" if names is None else f" of a model with {len(names)}: {names}"
        raise ParameterError(f"`output` must be the index of an output{held}, got {output!r}.")
    return index


def model_fingerprint(model: Any) -> str | None:
    """Return 16 hexadecimal digits that stand for the model's parameters; None without any."""
    parameters = getattr(model, "parameters", None)
    if not callable(parameters):
        return None
    return fingerprint(*(part for item in sorted(parameters().items()) for part in item))
