"""How near do the models come to the truth, where the data are made up and the truth is known?

Truths are differences between worlds, never regressions; estimates are associations in one
questionnaire. Where the two differ beyond the range, the table shows what the method cannot see.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cxanalytics.tables import Estimates

COLUMNS = ("what", "key", "label", "unit", "estimate", "conf_low", "conf_high", "truth", "inside")

LEVELS = {"agency": "agency", "department": "department", "unit": "team", "psu": "agent"}
"""What the levels of a survey are in the simulated government."""

MANY = {"agency": "agencies", "department": "departments", "unit": "teams", "psu": "agents"}


def fit_beside_truth(
    truth: Mapping[str, pd.DataFrame],
    *,
    outcome: str,
    period: str,
    effects: Estimates | None = None,
    attention: Estimates | None = None,
    parts: Estimates | None = None,
    agencies: Estimates | None = None,
) -> pd.DataFrame:
    """Put true values beside estimated ones.

    Parameters
    ----------
    truth : mapping of str to DataFrame
        Of a simulated government; empty for any other study.
    outcome, period : str
        Question and wave that the models are of.
    effects : Estimates, optional
        From `fit_recommendation`: compared per step of the driver's scale.
    attention : Estimates, optional
        From `fit_attention`.
    parts : Estimates, optional
        From `fit_variance_parts`.
    agencies : Estimates, optional
        From `fit_agency_effects`.

    Returns
    -------
    DataFrame
        `what key label unit estimate conf_low conf_high truth inside`: `what` is "driver",
        "attention", "spread" or "agency"; all figures are shares. No rows without a truth.

    Assumes
    -------
    What the models assume; a driver's true effect is that of one answer better for everyone who
    can still rise, per step that answers rise by.

    Reference
    ---------
    methods.md#truth-beside-estimate.
    """
    if not truth:
        return pd.DataFrame(columns=list(COLUMNS))
    tables = (
        _drivers(truth["drivers"], effects, outcome),
        _attention(truth["audit"], attention),
        _spread(truth["spread"], parts),
        _agencies(truth["shares"], agencies, outcome, period),
    )
    known = [table for table in tables if len(table)]
    if not known:
        return pd.DataFrame(columns=list(COLUMNS))
    frame = pd.concat(known, ignore_index=True)
    frame["inside"] = frame["conf_low"].le(frame["truth"]) & frame["truth"].le(frame["conf_high"])
    return frame[list(COLUMNS)]


def _empty(estimates: Estimates | None) -> bool:
    return estimates is None or estimates.frame.empty


def _drivers(truth: pd.DataFrame, effects: Estimates | None, outcome: str) -> pd.DataFrame:
    if _empty(effects):
        return pd.DataFrame()
    assert effects is not None
    own = truth.loc[truth["outcome"] == outcome].set_index("driver")
    frame = effects.frame.loc[effects.frame["key"].isin(own.index)]
    per_step = frame[["estimate", "conf_low", "conf_high"]].div(frame["step"], axis=0)
    true = (own["effect"] / own["step"]).reindex(frame["key"]).to_numpy()
    return per_step.assign(
        what="driver", key=frame["key"], label=frame["label"], unit="points per step", truth=true
    )


def _attention(truth: pd.DataFrame, attention: Estimates | None) -> pd.DataFrame:
    if _empty(attention):
        return pd.DataFrame()
    assert attention is not None
    row, true = attention.row("primary"), truth.iloc[0]
    label = f"High against low attention ({true['exposure']})"
    return pd.DataFrame(
        {
            "what": "attention",
            "key": ["primary"],
            "label": [label],
            "unit": "points",
            "estimate": [row["estimate"]],
            "conf_low": [row["conf_low"]],
            "conf_high": [row["conf_high"]],
            "truth": [true["risk_difference"]],
        }
    )


def _spread(truth: pd.DataFrame, parts: Estimates | None) -> pd.DataFrame:
    if _empty(parts):
        return pd.DataFrame()
    assert parts is not None
    true = truth.set_index("level")["sd"]
    frame = parts.frame.loc[parts.frame["key"].isin(LEVELS)]
    return pd.DataFrame(
        {
            "what": "spread",
            "key": frame["key"],
            "label": [f"Spread between {MANY[key]}" for key in frame["key"]],
            "unit": "points",
            "estimate": frame["points"],
            "conf_low": frame["points_low"],
            "conf_high": frame["points_high"],
            "truth": [float(true[LEVELS[key]]) for key in frame["key"]],
        }
    )


def _agencies(
    truth: pd.DataFrame, agencies: Estimates | None, outcome: str, period: str
) -> pd.DataFrame:
    if _empty(agencies):
        return pd.DataFrame()
    assert agencies is not None
    here = (truth["question"] == outcome) & (truth["wave"] == period)
    true = truth.loc[here].set_index("agency")["share"]
    frame = agencies.frame.dropna(subset=["estimate"])
    frame = frame.loc[frame["key"].isin(true.index)]
    return frame[["estimate", "conf_low", "conf_high"]].assign(
        what="agency",
        key=frame["key"],
        label=frame["key"],
        unit="percent",
        truth=true.reindex(frame["key"]).to_numpy(),
    )
