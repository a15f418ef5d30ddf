"""What do the models of morale and performance say together, and which came first?

Every row is said whether it shows something or nothing. An order in time is told only where the
models settle it and the design allows the words.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from cxanalytics.formats import count, list_words, number_word
from cxanalytics.rules import THRESHOLDS, Thresholds
from cxanalytics.tables import Estimates
from cxanalytics.words.grammar import capital, counted, verb
from cxanalytics.words.lock import find_forbidden
from cxanalytics.words.morale_sizes import Scale, better, say_better, say_way
from cxanalytics.words.morale_study import Compared, with_article
from cxanalytics.words.sizes import NOT_CAUSE

SHORT_NAMES = {
    "fixed_effects": "Unit, wave held fixed",
    "performance_before": "Performance before",
    "lead": "Placebo: wave later",
    "within_corrected": "Within, error out",
    "between_corrected": "Between, error out",
    "split_sample": "Within, split people",
}
"""Names of models for a narrow chart, where their own would be cut."""
_ORDERS = ("morale first", "performance first", "both")
_KNOWN = "which came first"
_OTHER_WAVES = ("morale_before", "performance_before", "lead")


def _fitted(ladder: Estimates) -> pd.DataFrame:
    return ladder.frame.loc[ladder.frame["conf_low"].notna()]


def name_models(compared: Compared) -> dict[str, str]:
    """Name the models whose own names speak of units by what the study compares.

    Parameters
    ----------
    compared : Compared

    Returns
    -------
    dict of str to str
    """
    between, within = f"Between {compared.many}", f"Within {with_article(compared.one)}"
    return {
        "between": between,
        "within": within,
        "fixed_effects": f"{capital(compared.one)} and wave effects",
        "within_corrected": f"{within}, error in morale taken out",
        "between_corrected": f"{between}, error in morale taken out",
        "split_sample": f"{within}, different people",
    }


def say_ladder(
    ladder: Estimates, *, thresholds: Thresholds = THRESHOLDS, many: str = "units"
) -> str:
    """Say how many models show that performance is better with morale, and how many do not.

    Parameters
    ----------
    ladder : Estimates
        Rows of `fit_morale_ladder` as `per_step` gives them: above zero is better.
    thresholds : Thresholds
        Nothing is said of fewer units than `peers`.
    many : str
        What the models compare.

    Returns
    -------
    str
        One or two sentences.
    """
    units = ladder.facts.get("units")
    if units is not None and float(units) < thresholds.peers:
        return f"Too few {many} (fewer than {thresholds.peers}) to tell."
    rows = _fitted(ladder)
    now = rows.loc[~rows["key"].isin(_OTHER_WAVES)]
    said = [] if now.empty else [_say_same_wave(now, ladder.level)]
    for _, row in rows.loc[rows["key"] == "morale_before"].iterrows():
        way = better(row, level=ladder.level)
        told = "there is no clear relation"
        if way:
            told = f"performance is {'better' if way > 0 else 'worse'} where morale was higher"
        said.append(f"One wave later, {told}.")
    return " ".join(said) or "No model has a range."


def _say_same_wave(rows: pd.DataFrame, level: float) -> str:
    """Say what the models of one and the same wave show."""
    ways = [better(row, level=level) for _, row in rows.iterrows()]
    number = len(ways)
    total = counted(number, "model", "models")
    for way, word in ((1, "better"), (-1, "worse")):
        if set(ways) == {way}:
            whole = "The one model says" if number == 1 else f"All {total} of the same wave say"
            return f"{whole} that performance is {word} where morale is higher."
    if not any(ways):
        if number == 1:
            return "The one model of the same wave shows no clear relation."
        return f"None of {total} of the same wave shows a clear relation."
    parts = []
    for way, words in ((1, "better"), (-1, "worse")):
        found = ways.count(way)
        if found:
            shows = verb(found, "shows", "show")
            parts.append(f"{number_word(found)} {shows} {words} performance with higher morale")
    none = ways.count(0)
    if none:
        parts.append(f"{number_word(none)} {verb(none, 'shows', 'show')} no clear relation")
    return f"Of {total} of the same wave, {list_words(parts)}."


def say_order(ladder: Estimates, *, page: str = "appendix") -> str:
    """Say which came first, or why that is not known.

    Parameters
    ----------
    ladder : Estimates
        Facts `order reason grade waves`.
    page : str
        "executive" leaves out a reason in the words of researchers.

    Returns
    -------
    str
        One sentence or two. Nothing is said to follow where the design does not allow it.
    """
    facts = ladder.facts
    order, grade = str(facts.get("order", "not testable")), str(facts.get("grade", "D"))
    if order in _ORDERS and not find_forbidden("was followed by", grade=grade):
        told = {
            "morale first": "Higher morale was followed by better performance one wave later. "
            "The reverse was not seen.",
            "performance first": "Better performance was followed by higher morale one wave later. "
            "The reverse was not seen.",
            "both": "Higher morale was followed by better performance, and better performance by "
            "higher morale. Neither came first, and trends of the units would look alike.",
        }
        return told[order]
    waves = facts.get("waves", facts.get("periods"))
    with_waves = "" if waves is None else f" with {counted(int(waves), 'wave', 'waves')}"
    testable = order != "not testable"
    said = f"Which came first {'is not settled' if testable else 'cannot be tested'}{with_waves}."
    reason = capital(str(facts.get("reason", "")).strip()).rstrip(".")
    if not reason or reason.lower().startswith(_KNOWN):
        return said
    if page == "executive" and (find_forbidden(reason) or "`" in reason):
        return said
    return f"{said} {reason}."


def say_title_ladder(ladder: Estimates) -> str:
    """Title the ladder of models.

    Parameters
    ----------
    ladder : Estimates
        As `say_ladder`.

    Returns
    -------
    str
    """
    rows = _fitted(ladder)
    clear = sum(better(row, level=ladder.level) != 0 for _, row in rows.iterrows())
    total = counted(len(rows), "model", "models")
    if not len(rows):
        return "No model has a range"
    if not clear:
        return f"None of {total} is clear of zero" if len(rows) > 1 else "The model holds zero"
    return f"{capital(number_word(clear))} of {total} {verb(clear)} clear of zero"


def say_ladder_note(ladder: Estimates, scale: Scale, *, many: str = "units") -> str:
    """Say units, direction, base and how many looks were allowed for.

    Parameters
    ----------
    ladder : Estimates
    scale : Scale
    many : str
        What the models compare.

    Returns
    -------
    str
    """
    frame, facts = ladder.frame, ladder.facts
    parts = [f"Per {scale.step_words} of morale; right of zero is better."]
    drawn = frame.loc[frame["conf_low"].notna()]
    if "standardized" in drawn and drawn["standardized"].eq(True).any():
        parts.append(f"Which came first is told in standard deviations (SD) within {many}.")
    if "p_adjusted" in frame and frame["p_adjusted"].notna().any():
        parts.append("Dark: clear of zero, also after allowing for several looks at one question.")
    units, pairs = facts.get("units"), facts.get("pairs")
    if units is not None:
        base = f"Base: {count(float(units))} {many}"
        base += (
            ""
            if facts.get("waves") is None
            else f", {counted(int(facts['waves']), 'wave', 'waves')}"
        )
        base += f", {count(float(pairs))} pairs of waves" if pairs else ""
        parts.append(f"{base}.")
    return " ".join((*parts, NOT_CAUSE))


def say_model_size(row: pd.Series[Any], scale: Scale) -> str:
    """Print the size of one model, or why it has none.

    Parameters
    ----------
    row : Series
        Of `per_step`.
    scale : Scale

    Returns
    -------
    str
    """
    if pd.isna(row["estimate"]):
        reason = str(row.get("reason", "") or "").strip().rstrip(".")
        return f"Not fitted: {reason[:1].lower()}{reason[1:]}" if reason else "Not fitted"
    units = scale
    if bool(row.get("standardized", False)):
        units = replace(scale, times=1.0, unit="SD")
    if pd.isna(row["conf_low"]):
        return f"{say_way(units.times * float(row['estimate']), 2, units)}, no range"
    return say_better(row, units)


def say_alt_ladder(table: pd.DataFrame, scale: Scale) -> str:
    """Describe the ladder of models.

    Parameters
    ----------
    table : DataFrame
        `name estimate conf_low conf_high clear`, a row a model, as `per_step` gives them.
    scale : Scale

    Returns
    -------
    str
    """
    shown = table.loc[table["conf_low"].notna()]
    text = f"Dot-and-range chart of {counted(len(shown), 'row', 'rows')}, with a line at zero."
    if shown.empty:
        return text
    first = shown.iloc[0]
    text += f" {first['name']}: {say_model_size(first, scale)}."
    clear = int(shown["clear"].sum())
    ranges = capital(counted(clear, "range", "ranges"))
    return f"{text} {ranges} {verb(clear, 'leaves', 'leave')} zero out."
