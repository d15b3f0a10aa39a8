"""Players that are more than one column: which columns a caller's groups stand for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from minixai.errors import ParameterError, suggestion

__all__ = ["check_groups"]


def check_groups(
    groups: Mapping[str, Sequence[int | str]] | None, feature_names: Sequence[str]
) -> dict[str, list[int]]:
    """Return every player as name -> column indices; columns left out stay players of their own.

    Raises
    ------
    ParameterError
        Not a dict, a column that is not there, in two groups, or a group without columns.
    """
    if not isinstance(groups, (Mapping, type(None))):
        raise ParameterError(
            f"`groups` must be a dict of name -> list of columns, got {groups!r}: name each group, "
            "such as {'first': [0, 1]}."
        )
    index = {name: j for j, name in enumerate(feature_names)}
    players: dict[str, list[int]] = {}
    taken: dict[int, str] = {}
    for group, members in (groups or {}).items():
        if isinstance(members, str) or not np.iterable(members) or len(members) == 0:
            raise ParameterError(
                f"`groups[{group!r}]` must be a list of columns, such as [0, 1], got {members!r}."
            )
        players[str(group)] = []
        for member in members:
            j = _column_index(member, index, len(feature_names), str(group))
            if j in taken:
                raise ParameterError(
                    f"Column {feature_names[j]!r} is in the groups {taken[j]!r} and {group!r}: "
                    "groups must not overlap."
                )
            taken[j] = str(group)
            players[str(group)].append(j)
    for j, name in enumerate(feature_names):
        if j not in taken:
            if name in players:
                raise ParameterError(
                    f"`groups` names a group {name!r}, which is also a column outside of it: "
                    "rename it."
                )
            players[name] = [j]
    return players


def _column_index(member: int | str, index: dict[str, int], n_columns: int, group: str) -> int:
    if isinstance(member, (int, np.integer)) and not isinstance(member, bool):
        if 0 <= member < n_columns:
            return int(member)
        raise ParameterError(
            f"`groups[{group!r}]` names column {member}, and X has {n_columns} columns."
        )
    if isinstance(member, str) and member in index:
        return index[member]
    raise ParameterError(
        f"`groups[{group!r}]` names column {member!r}, which X does not have."
        f"{suggestion(member, index)}"
    )
