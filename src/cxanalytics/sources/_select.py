"""Is a query one SELECT, and nothing that changes a database?

The database decides in the end, because the transaction is read-only. This looks first, so that
the message is plain and databases without read-only transactions are guarded too.
"""

from __future__ import annotations

import re

from cxanalytics.errors import ParamsError

STARTS = ("select", "with")
CHANGES = (
    "insert",
    "update",
    "delete",
    "merge",
    "truncate",
    "create",
    "alter",
    "drop",
    "grant",
    "revoke",
    "into",
    "call",
    "copy",
)
# comments, quoted text and names, PostgreSQL's dollar quotes: nothing in them is a command
_QUOTED = re.compile(
    r"--[^\n]*|/\*.*?\*/|(?<![\w$])[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`"
    r"|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$",
    re.DOTALL,
)
_MARKS = "'\"`$eE"
_BIND = re.compile(r"(?<![:\w$\\]):(?=[\w$]+(?![:\w$]))")


def one_select(query: str) -> str:
    """Check that a query is one SELECT.

    Parameters
    ----------
    query : str

    Returns
    -------
    str
        As given, without the semicolon at its end.

    Raises
    ------
    ParamsError
    """
    if any(found[0].startswith("/*") and "/*" in found[0][2:] for found in _QUOTED.finditer(query)):
        raise ParamsError("`query` must not have a comment inside a comment; got '/*' twice.")
    bare = _QUOTED.sub(lambda found: ("'" if found[0][0] in _MARKS else " ") * len(found[0]), query)
    statements = [part for part in bare.split(";") if part.strip()]
    if len(statements) > 1:
        raise ParamsError(f"`query` must be one SELECT; got {len(statements)} statements.")
    words = re.findall(r"[a-z_]+", bare.lower())
    if not words or words[0] not in STARTS:
        got = repr(words[0].upper()) if words else "nothing"
        raise ParamsError(f"`query` must be one SELECT (or WITH ... SELECT); it starts with {got}.")
    for word in words:
        if word in CHANGES:
            raise ParamsError(
                f"`query` must only read; got the command {word.upper()}. A column of that name "
                "needs quotes around it."
            )
    return query[: bare.index(";")] if ";" in bare else query


def without_binds(query: str) -> str:
    """Keep a colon in a query from being taken for a parameter."""
    return _BIND.sub(r"\\:", query)
