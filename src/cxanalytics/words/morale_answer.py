"""What does the page of an agency say of morale and performance, in how many points?

The pattern is that of the teams of all agencies; the agency's own teams are set beside it and never
judged by their number alone. Finding nothing is said as plainly as finding something.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from cxanalytics.formats import list_words, number_word
from cxanalytics.rules import THRESHOLDS, Thresholds
from cxanalytics.tables import Estimates, Panel
from cxanalytics.words.drivers import quote, say_part
from cxanalytics.words.grammar import capital, counted, verb
from cxanalytics.words.lock import find_forbidden
from cxanalytics.words.morale_sizes import better, per_step, say_better, scale_of
from cxanalytics.words.nouns import Nouns

_FEW_TO_EXPLAIN = 0.03
COMPARED: Mapping[str, str] = {"between": "between", "within": "within", "later": "morale_before"}
"""Comparisons that answer the question, and their rows in the ladder of models."""
_FIGURES = ["key", "estimate", "std_error", "conf_low", "conf_high", "n"]
_PARTLY: Mapping[frozenset[str], str] = {
    frozenset({"between"}): "only between {many}",
    frozenset({"within"}): "only within {one}, in the same wave",
    frozenset({"later"}): "only one wave later",
    frozenset({"between", "within"}): "in the same wave",
    frozenset({"between", "later"}): "between {many}, and one wave later",
    frozenset({"within", "later"}): "only within {one}",
}


def morale_comparisons(
    estimates: Estimates, *, panel: Panel, ladder: Estimates | None = None
) -> Estimates:
    """Give the comparisons that answer whether morale goes with performance.

    Parameters
    ----------
    estimates : Estimates
        From `fit_morale_performance`.
    panel : Panel
        What it was fitted on.
    ladder : Estimates, optional
        From `fit_morale_ladder`: adds the wave after, and allows for several looks.

    Returns
    -------
    Estimates
        Rows "between", "within" and "later", those with a range, as `per_step` gives them.
    """
    scale = scale_of(panel)
    scaled = per_step(estimates if ladder is None else ladder, scale)
    rows = scaled.frame.loc[scaled.frame["conf_low"].notna()].set_index("key")
    compared = dict(COMPARED)
    if panel.same_source and "split_sample" in rows.index:
        # Both answers of one person share that person’s mood; those of separate halves do not.
        compared["within"] = "split_sample"
    keys = [key for key, row in compared.items() if row in rows.index]
    columns = [*_FIGURES, *(["p_adjusted"] if "p_adjusted" in rows else [])]
    picked = rows.loc[[compared[key] for key in keys]].reset_index()[columns].assign(key=keys)
    split = compared["within"] == "split_sample"
    return replace(scaled, frame=picked, facts={**scaled.facts, "split": split})


def ranged(estimates: Estimates, key: str) -> pd.Series[Any] | None:
    """Find a row that has a likely range."""
    rows = estimates.frame.loc[
        (estimates.frame["key"] == key) & estimates.frame["conf_low"].notna()
    ]
    return None if rows.empty else rows.iloc[0]


def grouped(estimates: Estimates, nouns: Nouns) -> tuple[str, str]:
    """Name what is compared: one of it after "within", and many."""
    if estimates.facts.get("group") == "agency":
        return f"one {nouns.organization}", nouns.organizations
    return f"a {nouns.team}", nouns.teams


def say_morale_answer(
    estimates: Estimates,
    *,
    panel: Panel,
    nouns: Nouns,
    ladder: Estimates | None = None,
    thresholds: Thresholds = THRESHOLDS,
) -> str:
    """Answer whether morale goes with performance, with the size that speaks for it and its range.

    Parameters
    ----------
    estimates : Estimates
        From `fit_morale_performance`.
    panel : Panel
        What it was fitted on: gives units, label and direction.
    nouns : Nouns
    ladder : Estimates, optional
        From `fit_morale_ladder`: adds the wave after, and allows for several looks.
    thresholds : Thresholds
        Nothing is said about fewer groups than `peers`.

    Returns
    -------
    str
        Two short sentences, or one where there are too few groups.
    """
    one, many = grouped(estimates, nouns)
    if _too_few(estimates, thresholds):
        return f"Too few {many} (fewer than {thresholds.peers}) to tell."
    compared = morale_comparisons(estimates, panel=panel, ladder=ladder)
    rows = _clear_first(compared)
    if not rows:
        return f"Too few {many} to tell: no likely range can be given."
    opening = _open(rows).format(one=one, many=many)
    place = f" on {quote(panel.performance_label)}"
    grade = _grade(estimates, ladder)
    return f"{opening} {_say_compared(rows[0], estimates, panel, nouns, grade, place=place)}"


def say_morale_beside(
    estimates: Estimates,
    *,
    panel: Panel,
    nouns: Nouns,
    ladder: Estimates | None = None,
    thresholds: Thresholds = THRESHOLDS,
) -> str:
    """Say the sizes of the comparisons that the answer does not give.

    Parameters
    ----------
    estimates, panel, nouns, ladder, thresholds
        As in `say_morale_answer`.

    Returns
    -------
    str
        A sentence each; "" where there is no other comparison, or too few groups.
    """
    if _too_few(estimates, thresholds):
        return ""
    rows = _clear_first(morale_comparisons(estimates, panel=panel, ladder=ladder))
    grade = _grade(estimates, ladder)
    return " ".join(
        _say_compared(row, estimates, panel, nouns, grade, place="") for row in rows[1:]
    )


def _too_few(estimates: Estimates, thresholds: Thresholds) -> bool:
    groups = estimates.facts.get("groups")
    return groups is not None and float(groups) < thresholds.peers


def _grade(estimates: Estimates, ladder: Estimates | None) -> str:
    """The grade that words may use: without a settled order nothing "was followed by" results."""
    facts = (estimates if ladder is None else ladder).facts
    return str(facts.get("grade", "D")) if facts.get("order") == "morale first" else "D"


_Row = tuple["pd.Series[Any]", int]


def _clear_first(compared: Estimates) -> list[_Row]:
    """List the comparisons with their direction, those that are clear first."""
    rows = [(row, better(row, level=compared.level)) for _, row in compared.frame.iterrows()]
    return sorted(rows, key=lambda each: each[1] == 0)


def _open(rows: list[_Row]) -> str:
    """Answer in a few words: yes, no clear pattern, the other way round, or only where."""
    clear = {str(row["key"]): way for row, way in rows if way}
    if not clear:
        return "No clear pattern."
    if len(set(clear.values())) > 1:
        return "It depends on what is compared."
    against = next(iter(clear.values())) < 0
    if len(clear) == len(rows):
        return "The other way round." if against else "Yes."
    where = _PARTLY[frozenset(clear)]
    if against:
        return f"The other way round, {where}."
    return f"{capital(where)}." if where.startswith("only") else f"Yes, {where}."


def _say_compared(
    compared: _Row, estimates: Estimates, panel: Panel, nouns: Nouns, grade: str, *, place: str
) -> str:
    """Say how much better or worse one comparison finds performance where morale is higher."""
    row, way = compared
    scale = scale_of(panel)
    one, many = grouped(estimates, nouns)
    size, likely = say_better(row, scale).split(" (", 1)
    also, higher = " also" if way else "", f"{scale.step_words} higher"
    lead = f"{capital(many)} where morale is {higher}{also} do"
    if row["key"] == "within":
        lead = f"When its own morale is {higher} than usual, {one}{also} does"
        if estimates.facts.get("group") == "agency":
            lead = f"Within {one}, {nouns.teams} where morale is {higher}{also} do"
    elif row["key"] == "later":
        lead = f"One wave after its own morale is {higher} than usual, {one} does"
        if way and not find_forbidden("was followed by", grade=grade):
            lead = f"Morale {higher} than a {nouns.team}’s usual was followed by results"
    return f"{lead} {size}{place} ({likely}."


def say_morale_missing(reason: str) -> str:
    """Say that nothing is known of morale, and why where the reason is in plain words.

    Parameters
    ----------
    reason : str

    Returns
    -------
    str
    """
    told = reason.strip().split(". ")[0].rstrip(".")
    if not told or "`" in told or find_forbidden(told):
        return "Not known: these data cannot set morale beside performance."
    return f"Not known. {capital(told)}."


def say_other_cause(unmeasured: Estimates | None, *, shown: bool) -> str:
    """Say how strong something unmeasured would have to be to make the pattern unclear.

    Parameters
    ----------
    unmeasured : Estimates or None
        From `fit_unmeasured_cause`; fact `robustness_value_alpha`.
    shown : bool
        Whether there is a clear pattern at all.

    Returns
    -------
    str
        "" where there is nothing to explain, or it was not computed.
    """
    value = None if unmeasured is None else unmeasured.facts.get("robustness_value_alpha")
    if not shown or value is None or pd.isna(value):
        return ""
    part = "a very small part" if float(value) < _FEW_TO_EXPLAIN else say_part(float(value))
    return (
        "Something not measured could be behind the pattern. It would be enough if it explained "
        f"{part} of what is left open in both."
    )


def say_sizes_title(sized: Estimates) -> str:
    """Title the chart of the sizes of all comparisons.

    Parameters
    ----------
    sized : Estimates
        From `morale_comparisons`.

    Returns
    -------
    str
    """
    ways = [better(row, level=sized.level) for _, row in sized.frame.iterrows()]
    total = counted(len(ways), "comparison", "comparisons")
    good, bad = ways.count(1), ways.count(-1)
    if not good and not bad:
        return f"None of {total} is clear" if len(ways) > 1 else "The one comparison is not clear"
    if len(ways) in (good, bad):
        whole = f"All {total} say" if len(ways) > 2 else "Both comparisons say"
        all_say = whole if len(ways) > 1 else "The one comparison says"
        return f"{all_say} {'better' if good else 'worse'}"
    said = [
        f"{number_word(number)} {verb(number, 'says', 'say')} {word}"
        for number, word in ((good, "better"), (bad, "worse"))
        if number
    ]
    return f"Of {total}, {list_words(said)}"
