"""Made-up morale, teams, staff answers and claims for the section on morale."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cxanalytics.claims.morale_verdicts import HEADLINE, HEADLINE_TITLE
from cxanalytics.rules import HIDDEN
from cxanalytics.tables import Check, Estimates, Panel

YOU = "Benefits Access Line"
OTHER = "Records and Passports"
TEAMS = ("Intake", "Payments", "Renewals", "Appeals", "Evenings", "Escalations")
ITEMS = ("Feel valued", "Kept informed", "New ideas welcome", "Systems help", "Own the outcome",
         "Clear direction")  # fmt: skip
WAVES = ("2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3")
SMALL_SHARE = 0.123
"""Figure of the team that is too small: it must never be seen."""


def make_panel(*, teams: tuple[str, ...] = TEAMS, **facts: Any) -> Panel:
    """Make teams of two agencies over the waves."""
    draw = np.random.default_rng(6)
    places = [(a, t, w) for a in (YOU, OTHER) for t in teams for w in WAVES]
    frame = pd.DataFrame(places, columns=["agency", "unit", "period"])
    frame["morale"] = np.clip(0.6 + 0.1 * draw.standard_normal(len(frame)), 0.1, 0.9)
    frame["performance"] = 0.3 + 0.4 * frame["morale"] + 0.02 * draw.standard_normal(len(frame))
    frame["morale_se"], frame["performance_se"], frame["n"] = 0.03, 0.03, 25.0
    labels = {"morale_label": "Morale index", "performance_label": "Would recommend us"}
    return Panel(frame=frame, **{**labels, **facts})


def make_morale(*, between: float = 0.4, within: float = 0.1, **facts: Any) -> Estimates:
    """Make slopes per unit of morale."""
    frame = pd.DataFrame({"key": ["within", "between"], "estimate": [within, between]})
    frame["std_error"], frame["n"] = 0.04, 672.0
    frame["conf_low"], frame["conf_high"] = frame["estimate"] - 0.08, frame["estimate"] + 0.08
    known = {"group": "unit", "groups": 168, "periods": 4, "standardized": False, "grade": "D"}
    return Estimates(
        frame=frame,
        quantity="change in Would recommend us per unit of Morale index",
        checks=(Check("ecological", None, "This is a relation between units."),),
        facts={**known, "cluster": "agency", "same_source": False, **facts},
    )


def make_ladder(*, later: float = 0.2, p: float = 0.001, **facts: Any) -> Estimates:
    """Make a ladder of models with one that was not fitted."""
    rows = {"pooled": 0.35, "between": 0.4, "within": 0.1, "morale_before": later}
    frame = pd.DataFrame({"key": [*rows, "performance_before", "split_sample"]})
    frame["label"] = frame["key"].str.replace("_", " ").str.capitalize()
    frame["estimate"] = [*rows.values(), 0.01, np.nan]
    frame["std_error"], frame["n"] = 0.02, 672.0
    frame["conf_low"], frame["conf_high"] = frame["estimate"] - 0.04, frame["estimate"] + 0.04
    frame["p_value"], frame["p_adjusted"], frame["method"] = 0.001, p, "CR2"
    frame["standardized"] = frame["key"] == "performance_before"
    frame["reason"] = np.where(frame["estimate"].isna(), "both come from different sources", "")
    lags = {"lag_forward": 0.12, "lag_backward": 0.01, "lag_difference": 0.11}
    ends = {f"{key}_low": value - 0.06 for key, value in lags.items()}
    ends |= {f"{key}_high": value + 0.06 for key, value in lags.items()}
    known = {"order": "morale first", "grade": "C", "units": 168, "waves": 4, "pairs": 500}
    return Estimates(
        frame=frame,
        quantity="change",
        checks=(Check("order", True, "Performance followed morale."),),
        facts={**known, **lags, **ends, **facts},
    )


def make_unmeasured() -> Estimates:
    """Make what a hidden cause would have to be."""
    frame = make_morale().frame
    facts = {"robustness_value": 0.2, "robustness_value_alpha": 0.1, "term": "within"}
    return Estimates(frame=frame, quantity="", facts=facts)


def make_teams(panel: Panel, *, hidden: tuple[str, ...] = ("Escalations",)) -> pd.DataFrame:
    """Make teams as `fit_teams` gives them."""
    groups = panel.frame.groupby(["agency", "unit"])
    table = groups[["morale", "performance"]].mean().reset_index()
    table["n"], table["waves"], table["suppressed_reason"] = 100.0, 4, ""
    gone = table["unit"].isin(hidden)
    table.loc[gone, ["morale", "performance", "n"]] = np.nan
    return table.assign(suppressed_reason=np.where(gone, HIDDEN, ""))


def make_items(*, labels: tuple[str, ...] = ITEMS, **changes: Any) -> pd.DataFrame:
    """Make staff answers of two agencies, as `benchmark_staff_items` gives them."""
    verdicts = ("above", "unclear", "same", "below", "unclear", "above")
    rows = []
    for k, (label, verdict) in enumerate(zip(labels, verdicts, strict=True)):
        for j, wave in enumerate(WAVES):
            for agency in (YOU, OTHER):
                share = 0.5 + 0.02 * k + 0.03 * j + 0.1 * (agency == OTHER)
                gap = {"above": 0.08, "below": -0.08}.get(verdict, 0.0)
                row = (agency, f"i{k}", label, wave, share, share - gap, gap, verdict)
                rows.append(row)
    columns = ["agency", "item", "label", "period", "estimate", "peer", "gap", "verdict"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["conf_low"], frame["conf_high"] = frame["estimate"] - 0.05, frame["estimate"] + 0.05
    frame["gap_low"], frame["gap_high"] = frame["gap"] - 0.05, frame["gap"] + 0.05
    frame["certainty"] = np.where(frame["verdict"] == "unclear", np.nan, 0.93)
    return frame.assign(n=90.0, suppressed_reason="", **changes)


def make_claims() -> pd.DataFrame:
    """Make the verdict on the headline claim."""
    row = {
        "claim": HEADLINE,
        "title": HEADLINE_TITLE,
        "verdict": "goes together, cause not shown",
        "grade": "D",
        "missing": "",
        "estimate": 0.04,
        "conf_low": 0.03,
        "conf_high": 0.05,
        "n": 672.0,
        "agencies": 24.0,
    }
    return pd.DataFrame([row])
