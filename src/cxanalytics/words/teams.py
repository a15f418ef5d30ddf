"""What is said of the teams of one agency, beside the pattern among all teams?"""

from __future__ import annotations

import pandas as pd

from cxanalytics.formats import count
from cxanalytics.rules import THRESHOLDS, Thresholds
from cxanalytics.tables import Estimates
from cxanalytics.words.grammar import capital, counted, verb
from cxanalytics.words.morale_answer import ranged
from cxanalytics.words.morale_sizes import better
from cxanalytics.words.nouns import Nouns


def say_teams_title(shown: int, estimates: Estimates, *, nouns: Nouns) -> str:
    """Title the chart of the agency's teams.

    Parameters
    ----------
    shown : int
        Teams that are drawn.
    estimates : Estimates
        From `fit_morale_performance`.
    nouns : Nouns

    Returns
    -------
    str
    """
    row = ranged(estimates, "between")
    yours = f"Your {counted(shown, nouns.team, nouns.teams)}"
    if row is None or not better(row, level=estimates.level):
        return f"{yours}: no clear pattern among all {nouns.teams}"
    return f"{yours} beside the pattern of all {nouns.teams}"


def say_teams_note(
    teams: pd.DataFrame,
    estimates: Estimates,
    *,
    agency: str,
    nouns: Nouns,
    thresholds: Thresholds = THRESHOLDS,
) -> str:
    """Say whose pattern is drawn, how many teams are left out, and what the chart is not.

    Parameters
    ----------
    teams : DataFrame
        From `fit_teams`.
    estimates : Estimates
    agency : str
    nouns : Nouns
    thresholds : Thresholds

    Returns
    -------
    str
    """
    own = teams.loc[teams["agency"] == agency, "suppressed_reason"]
    shown, hidden = int((own == "").sum()), int((own != "").sum())
    parts = []
    if shown > 1 and estimates.facts.get("groups") is not None:
        groups = count(float(estimates.facts["groups"]))
        parts.append(f"Line and band: pattern of all {groups} {nouns.teams}, laid through yours.")
    if shown < thresholds.peers:
        few = f"Fewer than {thresholds.peers} {nouns.teams}"
        parts.append(f"{few} are too few to judge by themselves.")
    if hidden:
        left = capital(counted(hidden, nouns.team, nouns.teams))
        why = f"for fewer than {thresholds.team} staff answers, or to protect a small {nouns.team}"
        parts.append(f"{left} {verb(hidden)} left out {why}.")
    parts.append(
        f"This is a pattern between {nouns.teams}, not between people, and not proof of cause."
    )
    return " ".join(parts)


def say_no_teams(hidden: int, *, nouns: Nouns, thresholds: Thresholds = THRESHOLDS) -> str:
    """Say why no team of the agency is drawn.

    Parameters
    ----------
    hidden : int
        Teams that may not be shown.
    nouns : Nouns
    thresholds : Thresholds

    Returns
    -------
    str
    """
    if not hidden:
        return f"No {nouns.team} of yours is in the comparison."
    yours = f"Your {counted(hidden, nouns.team, nouns.teams)} {verb(hidden)} not shown"
    return (
        f"{yours}: fewer than {thresholds.team} staff answers, or to protect a small {nouns.team}."
    )


def say_alt_teams(table: pd.DataFrame, *, morale: str, performance: str, nouns: Nouns) -> str:
    """Describe the chart of the agency's teams.

    Parameters
    ----------
    table : DataFrame
        Columns `name morale_text performance_text`, as printed, the highest morale first.
    morale, performance : str
        Labels.
    nouns : Nouns

    Returns
    -------
    str
    """
    text = (
        f"Scatter chart of {counted(len(table), nouns.team, nouns.teams)}: "
        f"{_short(performance)} against {_short(morale)}."
    )
    if table.empty:
        return text
    first, last = table.iloc[0], table.iloc[-1]
    text += (
        f" Morale is highest in {_short(first['name'])}, {first['morale_text']}, with "
        f"{first['performance_text']}"
    )
    if len(table) == 1:
        return f"{text}."
    return (
        f"{text}; lowest in {_short(last['name'])}, {last['morale_text']}, with "
        f"{last['performance_text']}."
    )


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 40 else f"{words[:40].rstrip()}…"
