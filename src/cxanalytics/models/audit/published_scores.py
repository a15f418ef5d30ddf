"""What do published scores without counts say: of groups, of places, of changes over time?

Everything that may be said of them, and nothing that would need the number of answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from cxanalytics.errors import DataError, ModelError
from cxanalytics.models.published import (
    NOISE_COLUMNS,
    POSITION_COLUMNS,
    fit_published_groups,
    fit_published_noise,
    fit_published_positions,
)
from cxanalytics.models.published_regression import fit_published_regression
from cxanalytics.published import Published
from cxanalytics.rules import Thresholds
from cxanalytics.tables import Estimates

MOST_PLACED = 300
"""More agencies are not listed one by one: the page would be a register."""

GROUP_COLUMNS = (
    "measure",
    "label",
    "unit",
    "group",
    "name",
    "side",
    "estimate",
    "conf_low",
    "conf_high",
    "agencies",
    "suppressed_reason",
)
DIFFERENCE_COLUMNS = (
    "measure",
    "label",
    "unit",
    "wording",
    "group",
    "within",
    "kind",
    "first",
    "second",
    "first_words",
    "second_words",
    "first_mean",
    "second_mean",
    "difference",
    "difference_low",
    "difference_high",
    "first_agencies",
    "second_agencies",
    "together",
    "together_low",
    "together_high",
)


def audit_published_scores(
    published: Published, *, thresholds: Thresholds
) -> dict[str, pd.DataFrame]:
    """Compare groups, place agencies among the others, and measure usual changes.

    Parameters
    ----------
    published : Published
    thresholds : Thresholds

    Returns
    -------
    dict of str to DataFrame
        Those that apply. With a comparison: `published_groups`, a row per measure and group, the
        headline first; `published_differences`, a row per measure for the two sides, as a whole
        (`within` "") and within each kind of agency. `published_positions`, of the headline, with
        at most 300 agencies. `published_noise`, a row per measure followed over time, and
        `published_regression`, the rows of `fit_published_regression` for the headline with its
        facts.
    """
    tables: dict[str, pd.DataFrame] = {}
    if published.comparison is not None:
        parts = list(_compared(published, thresholds))
        tables["published_groups"] = _table(parts, "groups", GROUP_COLUMNS)
        tables["published_differences"] = _table(parts, "differences", DIFFERENCE_COLUMNS)
    if len(published.agencies) <= MOST_PLACED:
        tables["published_positions"] = _positions(published, thresholds)
    regression = _regression(published, thresholds)
    if len(regression):
        tables["published_regression"] = regression
    noise = pd.DataFrame(list(_noise(published)), columns=list(NOISE_COLUMNS))
    return tables if noise.empty else tables | {"published_noise": noise}


def ordered_measures(published: Published) -> list[str]:
    """Name the measures, the headline first."""
    names = [measure.name for measure in published.measures]
    first = published.headline or names[0]
    return [first, *(name for name in names if name != first)]


def _table(
    parts: list[tuple[str, dict[str, object]]], kind: str, columns: tuple[str, ...]
) -> pd.DataFrame:
    rows = [row for part, row in parts if part == kind]
    return pd.DataFrame(rows, columns=list(columns))


def _compared(
    published: Published, thresholds: Thresholds
) -> Iterator[tuple[str, dict[str, object]]]:
    """Give the rows of groups and of differences, measure by measure."""
    rule = published.comparison
    assert rule is not None
    for measure in ordered_measures(published):
        for group in rule.groups:
            sides = _sides(published, group)
            try:
                whole = fit_published_groups(
                    published,
                    measure=measure,
                    group=group,
                    together=rule.together,
                    thresholds=thresholds,
                )
            except (DataError, ModelError):
                continue
            named = _named(published, measure) | {"group": group}
            for _, row in whole.frame.iterrows():
                yield (
                    "groups",
                    named
                    | {
                        "name": row["key"],
                        "side": sides.get(row["key"], ""),
                        "agencies": int(row["n"]),
                        **row[["estimate", "conf_low", "conf_high", "suppressed_reason"]],
                    },
                )
            if "difference" in whole.facts:
                shared = {"together": rule.together}
                told = _difference(whole, published) | shared | {"within": "", "kind": ""}
                named |= {"wording": published.measure(measure).wording}
                yield "differences", named | told
                for part in _within_kinds(published, measure, group, thresholds):
                    yield "differences", named | part


def _named(published: Published, measure: str) -> dict[str, object]:
    known = published.measure(measure)
    return {"measure": measure, "label": known.label, "unit": known.unit}


def _sides(published: Published, group: str) -> dict[str, str]:
    """Give the side of each group whose agencies are all on one of the two sides."""
    assert published.comparison is not None
    first = published.comparison.groups[0]
    pairs = published.frame[[group, first]].drop_duplicates()
    pairs = pairs.loc[~pairs[group].duplicated(keep=False)]
    return dict(zip(pairs[group], pairs[first], strict=True))


def _difference(whole: Estimates, published: Published) -> dict[str, object]:
    assert published.comparison is not None
    words = published.comparison.words
    first, second = (row for _, row in whole.frame.dropna(subset="estimate").iterrows())
    facts = ("difference", "difference_low", "difference_high", "together_low", "together_high")
    return {
        "first": first["key"],
        "second": second["key"],
        "first_words": words.get(first["key"], ""),
        "second_words": words.get(second["key"], ""),
        "first_mean": first["estimate"],
        "second_mean": second["estimate"],
        "first_agencies": int(first["n"]),
        "second_agencies": int(second["n"]),
        "together": "",
        **{name: whole.facts.get(name, float("nan")) for name in facts},
    }


def _within_kinds(
    published: Published, measure: str, group: str, thresholds: Thresholds
) -> Iterator[dict[str, object]]:
    """Compare the two sides within each kind of agency that both have enough of."""
    rule = published.comparison
    if rule is None or not rule.alike:
        return
    for kind in sorted(set(published.frame[rule.alike]) - {""}):
        alike = replace(published, frame=published.frame.loc[published.frame[rule.alike] == kind])
        try:
            part = fit_published_groups(alike, measure=measure, group=group, thresholds=thresholds)
        except (DataError, ModelError):
            continue
        if "difference" in part.facts:
            yield _difference(part, published) | {"within": rule.alike, "kind": kind}


def _positions(published: Published, thresholds: Thresholds) -> pd.DataFrame:
    measure = ordered_measures(published)[0]
    try:
        placed = fit_published_positions(published, measure=measure, thresholds=thresholds)
    except DataError:
        return pd.DataFrame(columns=["measure", "label", "unit", *POSITION_COLUMNS])
    known = published.measure(measure)
    return placed.assign(measure=measure, label=known.label, unit=known.unit)


def _noise(published: Published) -> Iterator[tuple[object, ...]]:
    for measure in ordered_measures(published):
        try:
            yield tuple(fit_published_noise(published, measure=measure).iloc[0])
        except ModelError:
            continue


def _regression(published: Published, thresholds: Thresholds) -> pd.DataFrame:
    """Give the rows for the headline, with the facts beside them; none where it is refused."""
    measure = ordered_measures(published)[0]
    try:
        found = fit_published_regression(published, measure=measure, thresholds=thresholds)
    except (DataError, ModelError):
        return pd.DataFrame()
    names = ("same_error", "shrunk_error", "less_error", "less_low", "less_high")
    facts = dict.fromkeys(names, float("nan")) | dict(found.facts)
    return found.frame.assign(**facts)
