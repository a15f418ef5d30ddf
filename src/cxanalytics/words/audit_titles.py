"""What does each figure of the audit show, in at most 15 words?

A title is a finding, computed from the table behind the figure.
"""

from __future__ import annotations

import pandas as pd

from cxanalytics.claims import COULD_BE_TESTED
from cxanalytics.formats import count, number_word, percent
from cxanalytics.words.grammar import capital, counted, none_or, verb
from cxanalytics.words.nouns import Nouns


def say_title_rows(table: pd.DataFrame) -> str:
    """Title the chart from rows read to rows kept.

    Parameters
    ----------
    table : DataFrame
        Columns `rows kind`.

    Returns
    -------
    str
    """
    out = float(table.loc[table["kind"] == "left out", "rows"].sum())
    read = table.loc[table["kind"] == "read", "rows"]
    whole = float(read.iloc[0]) if len(read) else float(table["rows"].max())
    if not out:
        return f"All {count(whole)} rows are kept"
    return f"{count(out)} of {count(whole)} rows are left out"


def say_title_who(table: pd.DataFrame, *, nouns: Nouns) -> str:
    """Title the chart of answers by agency and wave.

    Parameters
    ----------
    table : DataFrame
        Columns `period n`.
    nouns : Nouns

    Returns
    -------
    str
    """
    last = table.loc[table["period"] == table["period"].max(), "n"].dropna()
    if last.empty:
        return f"No {nouns.organization} has enough answers to be shown"
    if last.nunique() == 1:
        return f"{count(last.iloc[0])} answers in each {nouns.organization} shown"
    least, most = count(last.min()), count(last.max())
    wave = str(table["period"].max())
    when = f" in {wave}" if table["period"].nunique() > 1 else ""
    return f"{capital(nouns.organizations)} shown have between {least} and {most} answers{when}"


def say_title_missing(table: pd.DataFrame) -> str:
    """Title the chart of missing answers.

    Parameters
    ----------
    table : DataFrame
        Columns `label share`, most missing first.

    Returns
    -------
    str
    """
    first = table.iloc[0]
    return f"“{first['label']}” is left without an answer most often, {percent(first['share'], 1)}"


def say_title_scales(table: pd.DataFrame) -> str:
    """Title the small charts of answers.

    Parameters
    ----------
    table : DataFrame
        Columns `question answer most`.

    Returns
    -------
    str
    """
    upper = 0
    parts = list(table.groupby("question", sort=False))
    for _, part in parts:
        middle = (part["answer"].min() + part["answer"].max()) / 2
        tops = part.loc[part["most"], "answer"]
        upper += bool(len(tops) and (tops > middle).all())
    if len(parts) == 1:
        where = "in the upper half" if upper else "not in the upper half"
        return f"The most frequent answer is {where} of the scale"
    of_all = f"{none_or(upper)} of {number_word(len(parts))} questions"
    if upper == len(parts):
        of_all = "both questions" if upper == 2 else f"all {number_word(upper)} questions"
    return f"The most frequent answer is a high one in {of_all}"


def say_title_response(table: pd.DataFrame) -> str:
    """Title the steps from customers to answers.

    Parameters
    ----------
    table : DataFrame
        Columns `step people share`.

    Returns
    -------
    str
    """
    people = dict(zip(table["step"], table["people"], strict=True))
    if "Asked" not in people or "Answered" not in people:
        return "From the people asked to the people who answered"
    return f"Of {count(people['Asked'])} people asked, {count(people['Answered'])} answered"


def say_title_bound(table: pd.DataFrame) -> str:
    """Title the bound of the people who did not answer.

    Parameters
    ----------
    table : DataFrame
        Columns `score high`.

    Returns
    -------
    str
    """
    most = float((table["high"] - table["score"]).max())
    return f"People who did not answer could move scores by up to {100 * most:.1f} points"


def say_title_small(table: pd.DataFrame, *, nouns: Nouns) -> str:
    """Title the chart of units by size.

    Parameters
    ----------
    table : DataFrame
        Columns `level units full`.
    nouns : Nouns

    Returns
    -------
    str
    """
    last = table.iloc[-1]
    names = {"agency": nouns.organizations}
    plural = names.get(str(last["level"]), f"{last['level']}s")
    full, units = int(last["full"]), int(last["units"])
    return (
        f"{capital(none_or(full))} of {number_word(units)} {plural} "
        f"{verb(full, 'has', 'have')} enough answers for any use"
    )


def say_title_coverage(table: pd.DataFrame) -> str:
    """Title the chart of linked names.

    Parameters
    ----------
    table : DataFrame
        Column `none`.

    Returns
    -------
    str
    """
    absent = int(table["none"].sum())
    told = counted(absent, "name is", "names are")
    return f"{capital(told)} not linked" if absent else "Every name is linked"


def say_title_claims(table: pd.DataFrame) -> str:
    """Title the tiles of claims.

    Parameters
    ----------
    table : DataFrame
        Columns `claims` and one per status.

    Returns
    -------
    str
    """
    ready, number = int(table[COULD_BE_TESTED].sum()), int(table["claims"].sum())
    need = "all it needs" if ready == 1 else "all they need"
    return f"{capital(none_or(ready))} of {number} claims {verb(ready, 'has', 'have')} {need}"


def say_title_ingredients(table: pd.DataFrame) -> str:
    """Title the chart of missing ingredients.

    Parameters
    ----------
    table : DataFrame
        Columns `ingredient alone`, most opening first.

    Returns
    -------
    str
    """
    first = table.iloc[0]
    alone = int(first["alone"])
    name = capital(str(first["ingredient"]))
    if not alone:
        return "No claim lacks one thing only"
    return f"“{name}” alone would open {counted(alone, 'claim', 'claims')}"
