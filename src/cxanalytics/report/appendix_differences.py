"""Which agencies differ clearly from the others, and which changed? A block of the appendix.

Only comparisons that may be shown are printed; of the others the table tells nothing but that
they are not there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cxanalytics.formats import count, fixed, percent, points, points_range, signed
from cxanalytics.report.components.appendix import checks_list, facts_table
from cxanalytics.report.components.figures import data_table, folded, scrolling
from cxanalytics.report.components.lists import paragraphs
from cxanalytics.report.components.text import clean, fill
from cxanalytics.report.section import Section, framed
from cxanalytics.words import say_chance_among_clear, say_differences, say_wave_differences
from cxanalytics.words.grammar import capital

if TYPE_CHECKING:
    from markupsafe import Markup

    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Estimates

_SMALLEST_P = 0.001
_KEY_FIGURES = ["key", "estimate", "conf_low", "conf_high", "p_adjusted", "n"]


def write_appendix_differences(
    differences: Estimates | None,
    facts: PageFacts,
    *,
    changes: Estimates | None = None,
    reason: str = "",
) -> Section:
    """Write the clear differences of each agency from the rest, and from the wave before.

    Parameters
    ----------
    differences : Estimates or None
        Of `fit_score_differences` with the reference "rest"; None or without rows where they were
        refused.
    facts : PageFacts
    changes : Estimates, optional
        The same between two waves, by agency; nothing is written of a first wave.
    reason : str
        Why there are no differences; the fact `reason` when empty.

    Returns
    -------
    Section
    """
    if differences is None or differences.frame.empty:
        known = {} if differences is None else differences.facts
        told = reason or str(known.get("reason", ""))
        none = "The data cannot carry these comparisons."
        return _framed(paragraphs(told), none, pd.DataFrame({"reason": [told]}))
    content = _block(differences, facts, against="The others", caption="Clear differences")
    clear = _clear(differences)[_KEY_FIGURES].assign(compared="rest")
    if changes is not None and not changes.frame.empty:
        since = facts.previous or str(changes.facts.get("reference", ""))
        said = say_wave_differences(changes, nouns=facts.nouns, since=since)
        content += fill("<h3>Since {}</h3>", since) + paragraphs(said)
        content += _block(changes, facts, against=capital(since), caption="Clear changes")
        changed = _clear(changes)[_KEY_FIGURES].assign(compared=since)
        clear = pd.concat([clear, changed], ignore_index=True)
    content = paragraphs(say_chance_among_clear(differences)) + content
    return _framed(content, say_differences(differences, nouns=facts.nouns), clear)


def _framed(content: Markup, answer: str, key_figures: pd.DataFrame) -> Section:
    return framed(
        content,
        kind="appendix",
        anchor="differences",
        question="Which differences are clear?",
        answer=answer,
        key_figures=key_figures,
        label="Differences",
    )


def _shown(estimates: Estimates) -> pd.DataFrame:
    shown = estimates.frame.loc[estimates.frame["suppressed_reason"] == ""]
    return shown.sort_values(["estimate", "key"], ascending=[False, True])


def _clear(estimates: Estimates) -> pd.DataFrame:
    shown = _shown(estimates)
    return shown.loc[shown["p_adjusted"] < 1.0 - estimates.level]


def _block(estimates: Estimates, facts: PageFacts, *, against: str, caption: str) -> Markup:
    """Print the clear comparisons, with all that may be shown and the fit folded under them."""
    shown, clear = _shown(estimates), _clear(estimates)
    content = _table(clear, estimates, facts, against, caption) if len(clear) else fill("")
    if len(shown) > len(clear):
        every = f"All {count(len(shown))} comparisons with {against[:1].lower()}{against[1:]}"
        table = _table(shown, estimates, facts, against, every)
        content += folded(f"Show all {count(len(shown))} comparisons", table)
    fit = folded("Show the facts of the fit", facts_table(estimates.facts, caption="The fit"))
    return content + checks_list(estimates.checks) + fit


def _table(
    rows: pd.DataFrame, estimates: Estimates, facts: PageFacts, against: str, caption: str
) -> Markup:
    mean = estimates.facts.get("statistic") == "mean"

    def score(value: float) -> str:
        return fixed(value, 2) if mean else percent(value, 1)

    table = pd.DataFrame(
        {
            capital(facts.nouns.organization): [clean(key) for key in rows["key"]],
            "Score": [score(value) for value in rows["score"]],
            against: [score(value) for value in rows["reference_score"]],
            "Difference (interval)": [_difference(row, mean=mean) for _, row in rows.iterrows()],
        }
    )
    if "ratio" in rows:
        table["Ratio (interval)"] = [_ratio(row) for _, row in rows.iterrows()]
    table["p"] = [_p(value) for value in rows["p_value"]]
    table["p adjusted"] = [_p(value) for value in rows["p_adjusted"]]
    table["n"] = [count(value) for value in rows["n"]]
    name = f"{caption}. {estimates.quantity.removeprefix('Difference of scores. ')}"
    return scrolling(data_table(table, caption=name, numeric=list(table.columns[1:])), name=name)


def _difference(row: pd.Series[float], *, mean: bool) -> str:
    low, high = row["conf_low"], row["conf_high"]
    if mean:
        return f"{signed(row['estimate'], 2)} ({signed(low, 2)} to {signed(high, 2)})"
    return f"{points(row['estimate'], 1)} ({points_range(low, high, 1)})"


def _ratio(row: pd.Series[float]) -> str:
    if pd.isna(row["ratio"]):
        return ""
    return (
        f"{fixed(row['ratio'], 2)} ({fixed(row['ratio_low'], 2)} to {fixed(row['ratio_high'], 2)})"
    )


def _p(value: float) -> str:
    if pd.isna(value):
        return ""
    return f"under {_SMALLEST_P:g}" if value < _SMALLEST_P else fixed(value, 3)
