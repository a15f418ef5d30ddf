"""Are the figures consistent with a chain from morale through something to performance?

"Consistent with", never more: a product of two paths clear of zero cannot rule out a cause nobody
measured. Sizes are told per step of what stands first in each path; above zero is better.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from cxanalytics.formats import NBSP, fixed, percent, share_range
from cxanalytics.rules import GRADES
from cxanalytics.tables import Estimates, Panel
from cxanalytics.words.grammar import capital
from cxanalytics.words.morale_sizes import PER, Scale, better, say_better, scale_of

_FIGURES = ("estimate", "conf_low", "conf_high")


@dataclass(frozen=True, slots=True)
class Path:
    """One path, in units a reader knows.

    Attributes
    ----------
    row : Series
        `estimate conf_low conf_high` per step; above zero is better.
    scale : Scale
        Units of what the path ends in.
    step : str
        What it is per, as in "10 points more morale".
    """

    row: pd.Series[Any]
    scale: Scale
    step: str

    @property
    def size(self) -> str:
        """The size with its range, or that there is none."""
        if pd.isna(self.row["conf_low"]):
            return "no range"
        return say_better(self.row, self.scale)


def chain_paths(estimates: Estimates, panel: Panel) -> dict[str, Path]:
    """Tell every path per step of what it starts from.

    Parameters
    ----------
    estimates : Estimates
        From `fit_service_profit_chain`.
    panel : Panel
        What it was fitted to.

    Returns
    -------
    dict of str to Path
        "a", "b", "indirect", "direct" and "total".
    """
    facts = estimates.facts
    outer = scale_of(panel)
    share = facts.get("middle_is") == "share" and panel.frame[str(facts["middle"])].abs().max() <= 1
    inner = Scale(
        step=PER if share else 1.0,
        step_words=f"{fixed(100 * PER)}{NBSP}points" if share else "one point",
        times=100.0 if share else 1.0,
        unit="points" if share else "",
        sign=1 if facts.get("middle_higher_is_better", True) else -1,
    )
    morale = f"{outer.step_words} more morale"
    told = {"a": Path(_times(estimates.row("a"), inner.sign * outer.step), inner, morale)}
    factor = outer.sign * inner.sign * inner.step
    told["b"] = Path(
        _times(estimates.row("b"), factor), outer, f"{inner.step_words} better on the middle"
    )
    for key in ("indirect", "direct", "total"):
        told[key] = Path(_times(estimates.row(key), outer.sign * outer.step), outer, morale)
    return told


def _times(row: pd.Series[Any], factor: float) -> pd.Series[Any]:
    middle, low, high = (factor * float(row[name]) for name in _FIGURES)
    return pd.Series({"estimate": middle, "conf_low": min(low, high), "conf_high": max(low, high)})


def say_chain(estimates: Estimates, panel: Panel) -> str:
    """Say whether the figures are consistent with the chain.

    Parameters
    ----------
    estimates : Estimates
        From `fit_service_profit_chain`; fact `verdict`.
    panel : Panel
        What it was fitted to.

    Returns
    -------
    str
        The size with its range, the verdict, and the base with its grade.
    """
    facts, paths = estimates.facts, chain_paths(estimates, panel)
    middle = str(facts["middle_label"])
    if facts.get("reason"):
        return f"Not settled: there is no range of what runs through {middle}: {facts['reason']}."
    told = f"{capital(paths['indirect'].size)} by way of {middle}, for {paths['indirect'].step}"
    return f"{told}: {_verdict(estimates, paths)}. {_base(estimates)}"


def _verdict(estimates: Estimates, paths: dict[str, Path]) -> str:
    middle, verdict = str(estimates.facts["middle_label"]), estimates.facts["verdict"]
    if verdict == "consistent":
        return "consistent with the chain"
    if verdict != "against":
        return "not settled, because the range holds no difference"
    ways = {key: better(paths[key].row, level=estimates.level) for key in ("a", "b")}
    if ways["a"] < 0:
        return f"against the chain, because {middle} is worse where morale is higher"
    if ways["b"] < 0:
        return f"against the chain, because performance is worse where {middle} is better"
    return "against the chain, because it runs the other way"


def _base(estimates: Estimates) -> str:
    facts = estimates.facts
    waves, grade = int(facts["waves"]), GRADES[str(facts["grade"])]
    order = "each step one wave after the last" if facts["design"] == "lagged" else "in one wave"
    if facts["design"] == "same wave":
        order = "all in the same wave"
    return (
        f"Base: {int(facts['units']):,} units in {waves} wave{'' if waves == 1 else 's'}, {order}; "
        f"grade {grade.letter}."
    )


def say_title_chain(estimates: Estimates) -> str:
    """Say the verdict in a title.

    Parameters
    ----------
    estimates : Estimates
        Fact `verdict`.

    Returns
    -------
    str
    """
    return {
        "consistent": "The figures are consistent with the chain",
        "against": "The figures speak against the chain",
    }.get(str(estimates.facts.get("verdict")), "The figures do not settle the chain")


def say_chain_share(estimates: Estimates) -> str:
    """Print the share of the total that runs through the middle; "" where the total is unclear.

    Parameters
    ----------
    estimates : Estimates
        Facts `share share_low share_high`.

    Returns
    -------
    str
    """
    share, low, high = (
        float(estimates.facts.get(name, float("nan")))
        for name in ("share", "share_low", "share_high")
    )
    if pd.isna(share) or pd.isna(low):
        return ""
    return f"{percent(share)} (likely {share_range(low, high)})"


def say_chain_note(estimates: Estimates) -> str:
    """Say how to read the paths, and what is taken for granted.

    Parameters
    ----------
    estimates : Estimates
        Facts `design same_source`.

    Returns
    -------
    str
    """
    parts = [
        "Dark arrows: the range leaves zero out. The middle path is told with morale held.",
        "It is taken for granted that nothing unmeasured moves two of the three; how much such a "
        "cause would change the product is not computed.",
    ]
    if estimates.facts.get("design") != "lagged":
        parts.append("Which came first is not settled.")
    if estimates.facts.get("same_source"):
        parts.append("Two of the three come from the same people, so they go together too well.")
    return " ".join(parts)


def say_alt_chain(estimates: Estimates, panel: Panel) -> str:
    """Describe the picture of the chain.

    Parameters
    ----------
    estimates : Estimates
    panel : Panel

    Returns
    -------
    str
    """
    paths = chain_paths(estimates, panel)
    middle = str(estimates.facts["middle_label"])
    return (
        f"Three boxes joined by arrows. {panel.morale_label} to {middle}: {paths['a'].size}. "
        f"{capital(middle)} to {panel.performance_label}: {paths['b'].size}. Past the middle: "
        f"{paths['direct'].size}."
    )
