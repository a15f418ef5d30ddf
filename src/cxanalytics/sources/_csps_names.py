"""Which organization of the UK Civil Service does a published name stand for?

Names change, so an organization is known by an identifier: through the history of names, and where
that lacks a name, through a pattern. A department alone and the same department together with its
agencies are two organizations.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from cxanalytics.columns import plain
from cxanalytics.sources._csps_measures import compile_pattern
from cxanalytics.sources._grid import Grid

NOT_ORGANIZATIONS = ("CSBNCH", "CSMEAN")
"""The publisher's median, and the mean of all civil servants."""

ALONE = "alone"
WITH_AGENCIES = "with its agencies"
_GROUP = re.compile(r"\(group\)$")


@dataclass(frozen=True, slots=True)
class Names:
    """How names lead to organizations.

    Attributes
    ----------
    by_name : mapping of str to str
        Published name, in lower case, to identifier.
    by_pattern : sequence of (pattern, str)
    combined : frozenset of str
        Identifiers of departments together with their agencies.
    """

    by_name: Mapping[str, str]
    by_pattern: Sequence[tuple[re.Pattern[str], str]]
    combined: frozenset[str]

    def organization(self, name: str) -> str:
        """Find the identifier of a name; "" where neither file knows it."""
        key = fold(name)
        if key in self.by_name:
            return self.by_name[key]
        found = {uid for pattern, uid in self.by_pattern if pattern.search(key)}
        return found.pop() if len(found) == 1 else ""


def fold(name: str) -> str:
    """Take case, line ends and repeated spaces from a name."""
    return " ".join(plain(name).split()).lower()


def read_names(patterns: Grid, history: Grid) -> Names:
    """Read the two files that lead from names to organizations.

    Parameters
    ----------
    patterns : Grid
        02_01-org_regex.csv: pattern, identifier, name; blank lines are left out.
    history : Grid
        02_02-org_history.csv: identifier, name, years.

    Returns
    -------
    Names
        Where the two files give one organization two identifiers, that of the history stands.

    Raises
    ------
    DataError
        A column is absent, or a pattern cannot be read.
    """
    by_name = {
        fold(name): plain(uid)
        for name, uid in zip(
            history.column("organisation", "name"), history.column("uid", "uid"), strict=True
        )
    }
    rows = [
        (compile_pattern(plain(pattern), patterns.source), plain(uid), plain(name))
        for pattern, uid, name in zip(
            patterns.column("regex", "pattern"),
            patterns.column("uid_txt", "uid"),
            patterns.column("organisation_name", "name"),
            strict=True,
        )
        if plain(pattern)
    ]
    same = {
        uid: known
        for pattern, uid, _ in rows
        for name, known in by_name.items()
        if pattern.search(name)
    }
    return Names(
        by_name=MappingProxyType(by_name),
        by_pattern=tuple((pattern, same.get(uid, uid)) for pattern, uid, _ in rows),
        combined=frozenset(same.get(uid, uid) for _, uid, name in rows if _GROUP.search(name)),
    )
