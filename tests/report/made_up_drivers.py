"""Made-up drivers, answers, effects and claims for the section on drivers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cxanalytics.rules import COMPLEMENTARY
from cxanalytics.tables import Benchmark, Check, Estimates

LABELS = {
    "resolved": "Resolved first time",
    "easy": "Easy to deal with",
    "helpful": "Staff were helpful",
    "wait": "Reasonable wait",
    "told_next": "Told what happens next",
}
SHARES = (0.36, 0.22, 0.19, 0.13, 0.10)
TIERS = (1, 2, 2, 3, 3)
LIKERT = ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree")
SIDES = ("negative", "negative", "neutral", "positive", "positive")


def make_drivers(
    *,
    shares: tuple[float, ...] = SHARES,
    tiers: tuple[int, ...] = TIERS,
    half: float = 0.05,
    labels: dict[str, str] | None = None,
    explained: float = 0.41,
    **facts: Any,
) -> Estimates:
    """Make shares of what the drivers explain together."""
    named = LABELS if labels is None else labels
    k = len(shares)
    frame = pd.DataFrame({"key": list(named)[:k], "estimate": shares})
    frame["std_error"], frame["n"] = half / 2, 12_592.0
    frame["conf_low"] = np.maximum(frame["estimate"] - half, 0.0)
    frame["conf_high"] = np.minimum(frame["estimate"] + half, 1.0)
    frame["label"] = list(named.values())[:k]
    frame["direction"], frame["tier"], frame["group"] = 1, list(tiers), ""
    frame["p_first"] = [0.97, *[0.03 / (k - 1)] * (k - 1)]
    enough = explained >= 0.25
    checks = (
        Check("missing_driver", False, "channel is left out: 31% did not answer it (at most 20%)."),
        Check("explained", enough, f"All drivers together explain {explained:.0%}."),
    )
    told = {
        "equal_share": 1 / k,
        "drivers": k,
        "method": "shapley",
        "r_squared_linear": explained,
        "r_squared": explained / 2,
        "cluster": "psu",
        "clusters": 640,
        "resamples": 1000,
        "agencies": 24,
        "n": 12_592.0,
        "grade": "D",
    }
    return Estimates(
        frame=frame,
        quantity="Share of what the drivers explain together",
        checks=checks,
        facts={**told, **facts},
    )


def refused(
    reason: str = "`drivers` must not overlap; got a variance inflation of 14.",
) -> Estimates:
    """Make what is left of a model that was refused."""
    columns = ["key", "estimate", "std_error", "conf_low", "conf_high", "n"]
    return Estimates(
        frame=pd.DataFrame(columns=columns), quantity="Nothing", facts={"reason": reason}
    )


def make_effects(**values: float) -> Estimates:
    """Make changes in the share who would recommend, per step of a driver."""
    points = {"resolved": 0.09, "easy": 0.05, "helpful": 0.04, "wait": 0.004, "told_next": 0.02}
    points.update(values)
    frame = pd.DataFrame({"key": list(points), "estimate": list(points.values())})
    frame["std_error"], frame["n"], frame["step"] = 0.006, 12_592.0, 1.0
    frame["conf_low"], frame["conf_high"] = frame["estimate"] - 0.012, frame["estimate"] + 0.012
    return Estimates(frame=frame, quantity="Change in the share", facts={"grade": "D"})


def make_shares(
    boards: dict[str, Benchmark], *, labels: dict[str, str] | None = None, merged: str = "helpful"
) -> pd.DataFrame:
    """Make answers that lie beside the boards' scores, as they are before they are stabilized."""
    rows = []
    for question, label in (LABELS if labels is None else labels).items():
        if question not in boards:
            continue
        for row in boards[question].shown.to_dict("records"):
            raw = float(np.clip(row["raw"], 0.05, 0.95))
            parts = np.array(
                [0.4 * (1 - raw), 0.3 * (1 - raw), 0.3 * (1 - raw), 0.6 * raw, 0.4 * raw]
            )
            cells = list(zip(range(1, 6), LIKERT, SIDES, parts, strict=True))
            if question == merged:
                both = parts[0] + parts[1]
                cells = [(1, "Strongly disagree or disagree", "negative", both), *cells[2:]]
            rows += [
                (row["key"], question, label, float(answer), words, side, share, row["n"], "")
                for answer, words, side, share in cells
            ]
    columns = ["agency", "question", "question_label", "answer", "label", "side", "share", "n"]
    return pd.DataFrame(rows, columns=[*columns, "suppressed_reason"])


def add_outcome(shares: pd.DataFrame, boards: dict[str, Benchmark]) -> pd.DataFrame:
    """Add the outcome, answered from 0 to 10 and so in three parts."""
    rows = []
    for row in boards["recommend"].shown.to_dict("records"):
        raw = float(row["raw"])
        for answer, words, side, share in (
            (0.0, "0 to 6", "negative", 0.4 * (1 - raw)),
            (7.0, "7 or 8", "neutral", 0.6 * (1 - raw)),
            (9.0, "9 or 10", "positive", raw),
        ):
            name = ("recommend", "Would recommend us")
            rows.append((row["key"], *name, answer, words, side, share, row["n"], ""))
    return pd.concat([pd.DataFrame(rows, columns=shares.columns), shares], ignore_index=True)


def hold_back(shares: pd.DataFrame, *, question: str) -> pd.DataFrame:
    """Hold the answers to one question back."""
    held = shares["question"] == question
    return shares.assign(
        share=shares["share"].mask(held), suppressed_reason=np.where(held, COMPLEMENTARY, "")
    )


def make_claims() -> pd.DataFrame:
    """Make the verdicts on claims 1, 2 and 5."""
    rows = [
        (1, "More attention, 30 to 50% more", "too imprecise to tell", "D", 0.031, -0.02, 0.08),
        (2, "A better experience goes with recommending", "supported", "D", 0.09, 0.07, 0.11),
        (5, "The employee is the most important", "contradicted", "D", 0.19, 0.14, 0.24),
    ]
    columns = ["claim", "title", "verdict", "grade", "estimate", "conf_low", "conf_high"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["n"], frame["agencies"], frame["missing"] = 12_592.0, 24.0, ""
    frame["about"] = ["high against low attention", "resolved", "helpful"]
    frame["ratio"], frame["ratio_low"], frame["ratio_high"] = 1.05, 0.97, 1.13
    frame["share_low"], frame["share_high"], frame["baseline_low"] = 0.62, 0.65, 0.6
    frame["detectable"], frame["other"], frame["p_first"], frame["changed"] = 1.2, np.nan, 0.02, 2.0
    return frame
