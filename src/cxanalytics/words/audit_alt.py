"""What do the figures of the audit say to a reader who cannot see them?

At most 60 words each, every number from the table behind the figure.
"""

from __future__ import annotations

import pandas as pd

from cxanalytics.claims import COULD_BE_TESTED, NOT_TESTABLE, NOT_WITH_THESE_DATA
from cxanalytics.formats import count, percent, share_range
from cxanalytics.words.alt import _named
from cxanalytics.words.grammar import capital, counted, verb
from cxanalytics.words.nouns import Nouns


def say_alt_rows(table: pd.DataFrame) -> str:
    """Describe the chart from rows read to rows kept.

    Parameters
    ----------
    table : DataFrame
        Columns `step rows kind`.

    Returns
    -------
    str
    """
    told = [f"{row['step'].lower()} {count(row['rows'])}" for row in table.to_dict("records")[:6]]
    return f"Bar chart of {counted(len(table), 'step', 'steps')}: {', '.join(told)}."


def say_alt_who(table: pd.DataFrame, *, nouns: Nouns) -> str:
    """Describe the chart of answers by agency and wave.

    Parameters
    ----------
    table : DataFrame
        Columns `agency period n kind`, one row per agency and wave.
    nouns : Nouns

    Returns
    -------
    str
    """
    agencies = counted(table["agency"].nunique(), nouns.organization, nouns.organizations)
    waves = counted(max(table["period"].nunique(), 1), "wave", "waves")
    text = f"Answers of {agencies} in {waves}, most answers first."
    shown = table.dropna(subset=["n"])
    if len(shown):
        least, most = count(shown["n"].min()), count(shown["n"].max())
        text += f" Shown numbers run from {least} to {most}."
    hidden = int((table["kind"] == "hidden").sum())
    if hidden:
        text += f" {capital(counted(hidden, 'number is', 'numbers are'))} hidden."
    return text


def say_alt_missing_reasons(table: pd.DataFrame) -> str:
    """Describe the chart of missing answers by reason.

    Parameters
    ----------
    table : DataFrame
        Columns `label share`, most missing first.

    Returns
    -------
    str
    """
    text = f"Bar chart of {counted(len(table), 'question', 'questions')}: share without an answer."
    if table.empty:
        return text
    first = table.iloc[0]
    return f"{text} The largest is {_named(first['label'])}, {percent(first['share'], 1)}."


def say_alt_scale_use(table: pd.DataFrame) -> str:
    """Describe the small charts of answers given.

    Parameters
    ----------
    table : DataFrame
        Columns `question label answer share most`.

    Returns
    -------
    str
    """
    asked = table["question"].nunique()
    text = f"Small bar charts of {counted(asked, 'question', 'questions')}: answers in order."
    tops = table.loc[table["most"]]
    if tops.empty:
        return text
    top = tops.iloc[int(tops["share"].argmax())]
    return (
        f"{text} The most frequent single answer is {top['answer']:g} to "
        f"{_named(top['label'])}, {percent(top['share'])}."
    )


def say_alt_response_funnel(table: pd.DataFrame) -> str:
    """Describe the steps from customers to answers.

    Parameters
    ----------
    table : DataFrame
        Columns `step people share`.

    Returns
    -------
    str
    """
    told = [f"{row['step'].lower()} {count(row['people'])}" for row in table.to_dict("records")]
    return f"Bar chart of {counted(len(table), 'step', 'steps')}: {', '.join(told)}."


def say_alt_response_bound(table: pd.DataFrame, *, nouns: Nouns) -> str:
    """Describe what people who did not answer could do to each score.

    Parameters
    ----------
    table : DataFrame
        Columns `agency score rate low high`, lowest response first.
    nouns : Nouns

    Returns
    -------
    str
    """
    many = counted(len(table), nouns.organization, nouns.organizations)
    text = f"Dot-and-bar chart of {many}: score of those who answered, and its bound."
    if table.empty:
        return text
    row = table.iloc[0]
    return (
        f"{text} The lowest response is at {_named(row['agency'])}, {percent(row['rate'])}: its "
        f"score is {percent(row['score'])}, the bound {share_range(row['low'], row['high'])}."
    )


def say_alt_small(table: pd.DataFrame) -> str:
    """Describe the chart of units by the number of their answers.

    Parameters
    ----------
    table : DataFrame
        Columns `level units full care base hidden`.

    Returns
    -------
    str
    """
    told = [
        f"{row['level']}: {count(row['full'])} of {count(row['units'])} large enough for any use"
        for row in table.to_dict("records")
    ]
    return f"Stacked bars of units by number of answers. {capital('; '.join(told))}."


def say_alt_coverage(table: pd.DataFrame) -> str:
    """Describe the chart of linked names.

    Parameters
    ----------
    table : DataFrame
        Columns `source names whole part none`.

    Returns
    -------
    str
    """
    told = [
        f"{row['source']}: {count(row['none'])} of {count(row['names'])} names not linked"
        for row in table.to_dict("records")
    ]
    return f"Stacked bars of names by source. {capital('; '.join(told))}."


def say_alt_claims(table: pd.DataFrame) -> str:
    """Describe the tiles of claims.

    Parameters
    ----------
    table : DataFrame
        Columns `topic claims` and one per status.

    Returns
    -------
    str
    """
    number = int(table["claims"].sum())
    testable, missing, never = (
        int(table[status].sum()) for status in (COULD_BE_TESTED, NOT_WITH_THESE_DATA, NOT_TESTABLE)
    )
    return (
        f"Tiles of {number} claims in {counted(len(table), 'topic', 'topics')}: {testable} could "
        f"be tested, {missing} lack something, {never} {verb(never)} not testable here."
    )


def say_alt_ingredients(table: pd.DataFrame) -> str:
    """Describe what is missing for more claims.

    Parameters
    ----------
    table : DataFrame
        Columns `ingredient alone together needed_by`, what opens most first.

    Returns
    -------
    str
    """
    text = f"Bar chart of {counted(len(table), 'missing ingredient', 'missing ingredients')}."
    if table.empty:
        return text
    first = table.iloc[0]
    alone = int(first["alone"])
    many = counted(alone, "claim lacks", "claims lack")
    needed = int(first["needed_by"])
    return (
        f"{text} First is {_named(first['ingredient'])}: {many} only this, and "
        f"{counted(needed, 'claim needs', 'claims need')} it."
    )
