"""Which departments stand apart from the others of their agency, and do they differ more?

A department is named only where its verdict is called. How far departments lie apart is set beside
how far agencies do by an interval of the ratio, and a change of it by one too. What a department is
called is the study's noun.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cxanalytics.formats import count, fixed, points, signed, size_range
from cxanalytics.tables import Benchmark, Estimates
from cxanalytics.words.certainty import say_verdict
from cxanalytics.words.channels import say_title_channels
from cxanalytics.words.grammar import capital, counted, none_or, shortened, verb
from cxanalytics.words.nouns import Nouns

_ENDS = ("", "_low", "_high")
_APART = ("above", "below")
_MOST_NAMED = 2


def _compared(benchmark: Benchmark, agency: str) -> pd.DataFrame:
    rows = benchmark.shown.loc[benchmark.shown["gap"].notna()]
    return rows.loc[rows["agency"] == agency] if agency else rows


def _called(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the departments called above or below, the surest first."""
    called = rows.loc[rows["verdict"].isin(_APART)]
    order = called.assign(size=called["gap"].abs())
    order = order.sort_values(["certainty", "size"], ascending=False, kind="stable")
    return called.loc[order.index]


def _say_none(benchmark: Benchmark, nouns: Nouns) -> str:
    """Say why no department is compared; "" where scores are stabilized."""
    found = [check.text for check in benchmark.checks if check.name == "stabilized_departments"]
    return f"{capital(nouns.departments)} are not compared: {found[0]}" if found else ""


def _say_no_call(nouns: Nouns) -> str:
    return f"No {nouns.department} can be called above or below the others."


def say_departments(benchmark: Benchmark, *, agency: str, nouns: Nouns) -> str:
    """Say which departments of an agency stand apart from its others.

    Parameters
    ----------
    benchmark : Benchmark
        From `benchmark_departments`.
    agency : str
    nouns : Nouns

    Returns
    -------
    str
        One to three sentences.
    """
    rows = _compared(benchmark, agency)
    if rows.empty:
        few = f"Fewer than two {nouns.departments} can be compared, so none is."
        return _say_none(benchmark, nouns) or few
    called = _called(rows)
    same = int((rows["verdict"] == "same").sum())
    unclear = int((rows["verdict"] == "unclear").sum())
    told = [_say_one(row, nouns) for _, row in called.head(_MOST_NAMED).iterrows()]
    if len(called) > _MOST_NAMED:
        more = len(called) - _MOST_NAMED
        told.append(f"{capital(counted(more, 'other stands', 'others stand'))} apart too.")
    if not told:
        told.append(_say_no_call(nouns))
    if same:
        told.append(f"{capital(counted(same, 'is', 'are'))} about the same as the others.")
    if unclear and (called.shape[0] or same):
        told.append(f"{capital(counted(unclear, 'is', 'are'))} too close to call.")
    return " ".join(told)


def say_departments_brief(
    departments: Benchmark | None, channels: Estimates | None, *, agency: str, nouns: Nouns
) -> str:
    """Say in two short sentences what stands out among departments and channels.

    Parameters
    ----------
    departments : Benchmark or None
        From `benchmark_departments`.
    channels : Estimates or None
        From `benchmark_channels`; without rows counts as None.
    agency : str
    nouns : Nouns

    Returns
    -------
    str
        "" where there are neither.
    """
    told = []
    if departments is not None:
        rows = _compared(departments, agency)
        called = _called(rows)
        if rows.empty:
            told.append(say_departments(departments, agency=agency, nouns=nouns))
        elif called.empty:
            told.append(_say_no_call(nouns))
        else:
            told.append(_say_one(called.iloc[0], nouns))
    if channels is not None and len(channels.frame):
        told.append(f"{say_title_channels(channels, agency=agency)}.")
    return " ".join(told)


def _say_one(row: pd.Series[Any], nouns: Nouns) -> str:
    chip = say_verdict(row)
    word = chip.word.rsplit(" ", 1)[0].lower()
    gap = float(row["gap"])
    others = f"the other {nouns.department if row['peers'] == 1 else nouns.departments}"
    return (
        f"{row['department']} is {word} {row['verdict']} {others} ({chip.certain}), by "
        f"{points(abs(gap)).removeprefix('+')} "
        f"(likely {size_range(row['gap_low'], row['gap_high'])})."
    )


def say_all_departments(benchmark: Benchmark, *, nouns: Nouns) -> str:
    """Say how many departments stand apart.

    Parameters
    ----------
    benchmark : Benchmark
        From `benchmark_departments`.
    nouns : Nouns

    Returns
    -------
    str
        One or two sentences.
    """
    rows = _compared(benchmark, "")
    if rows.empty:
        alone = f"No {nouns.department} has another one beside it that may be shown."
        return _say_none(benchmark, nouns) or alone
    called = _called(rows)
    told = (
        f"{capital(none_or(len(called)))} of {count(len(rows))} {nouns.departments} "
        f"{verb(len(called))} called above or below the others of the same {nouns.organization}."
    )
    if all_called := int(benchmark.facts["called"]):
        wrong = fixed(float(benchmark.facts["expected_wrong"]), 1)
        told += f" Of {counted(all_called, 'call', 'calls')} in all, {wrong} are expected wrong."
    return told


def say_spread(benchmark: Benchmark, *, nouns: Nouns) -> str:
    """Say how far departments lie apart, beside agencies.

    Parameters
    ----------
    benchmark : Benchmark
        Facts of `benchmark_departments`.
    nouns : Nouns

    Returns
    -------
    str
        "" where scores were not stabilized.
    """
    facts = benchmark.facts
    if "inside" not in facts:
        return ""
    low, high = float(facts["ratio_low"]), float(facts["ratio_high"])
    more = f"than averages of {nouns.organizations} do"
    whose = f"{nouns.departments} of one {nouns.organization}"
    verdict = (
        f"{capital(whose)} differ more {more}"
        if low > 1.0
        else f"{capital(whose)} differ less {more}"
        if high < 1.0
        else f"Whether {whose} differ more {more} is open"
    )
    sizes = (
        f"a standard deviation of {_size(facts, 'inside')} inside {nouns.organizations}, "
        f"{_size(facts, 'between')} between their averages"
    )
    return f"{verdict}: {sizes}; ratio {_ratio(facts, 'ratio')}."


def say_dispersion(benchmark: Benchmark, *, nouns: Nouns) -> str:
    """Say whether departments lie further apart than in the earlier wave.

    Parameters
    ----------
    benchmark : Benchmark
        Facts of `benchmark_departments` with an earlier wave.
    nouns : Nouns

    Returns
    -------
    str
        "" without an earlier wave.
    """
    facts = benchmark.facts
    if "matched" not in facts:
        return ""
    since = str(facts["period_before"])
    if "dispersion" not in facts:
        lay = f"How far {nouns.departments} lay apart in {since}"
        return f"{lay} is not known: too few are in both waves."
    low, high = float(facts["dispersion_low"]), float(facts["dispersion_high"])
    moved = "widened" if low > 1.0 else "narrowed" if high < 1.0 else ""
    change = moved or "shows no clear change"
    told = f"The spread of {nouns.departments} {change} since {since}"
    return (
        f"{told}: {_size(facts, 'before')} then, {_size(facts, 'after')} now, over "
        f"{count(float(facts['matched']))} {nouns.departments} in both waves; ratio "
        f"{_ratio(facts, 'dispersion')}."
    )


def _size(facts: Mapping[str, Any], name: str) -> str:
    middle, low, high = (fixed(100.0 * float(facts[f"{name}{end}"]), 1) for end in _ENDS)
    return f"{middle} points ({low} to {high})"


def _ratio(facts: Mapping[str, Any], name: str) -> str:
    middle, low, high = (fixed(float(facts[f"{name}{end}"]), 2) for end in _ENDS)
    return f"{middle} ({low} to {high})"


def say_title_departments(benchmark: Benchmark, *, nouns: Nouns, agency: str = "") -> str:
    """Say in a title how many departments stand apart.

    Parameters
    ----------
    benchmark : Benchmark
    nouns : Nouns
    agency : str
        One agency; all when empty.

    Returns
    -------
    str
    """
    rows = _compared(benchmark, agency)
    called = len(_called(rows))
    of = counted(len(rows), nouns.department, nouns.departments)
    return f"Of {of}, {none_or(called)} {verb(called, 'stands', 'stand')} apart"


def say_departments_note(
    benchmark: Benchmark,
    *,
    nouns: Nouns,
    agency: str = "",
    drawn: int | None = None,
) -> str:
    """Say what a gap is, what is not adjusted, and which rows are not drawn.

    Parameters
    ----------
    benchmark : Benchmark
    nouns : Nouns
    agency : str
        One agency; all when empty.
    drawn : int, optional
        Rows of the chart, where that is not all of them.

    Returns
    -------
    str
    """
    parts = [
        f"A gap is to the average of the other {nouns.departments} of the same "
        f"{nouns.organization}. Scores with few answers are drawn toward it. Dark: called above "
        "or below.",
        f"Nothing is adjusted for who the {nouns.respondents} of a {nouns.department} are.",
    ]
    compared = len(_compared(benchmark, agency))
    if drawn is not None and drawn < compared:
        parts.append(f"Drawn: the {drawn} largest gaps of {compared}.")
    return " ".join(parts)


def say_alt_departments(table: pd.DataFrame, *, nouns: Nouns) -> str:
    """Describe the chart of departments.

    Parameters
    ----------
    table : DataFrame
        From `departments_table`.
    nouns : Nouns

    Returns
    -------
    str
    """
    rows = counted(len(table), nouns.department, nouns.departments)
    whose = f"its {nouns.organization}"
    text = f"Dot-and-range chart of {rows}: gap to the others of {whose}, the highest first."
    if table.empty:
        return text
    far = table.iloc[int(table["gap"].astype(float).abs().argmax())]
    return f"{text} Furthest: {shortened(far['name'])}, {signed(100 * far['gap'])} points."
