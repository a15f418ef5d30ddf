"""How good was the service of each unit in each quarter, and who says so?

Answers of those served are a source of their own. Without them the share of contacts resolved has
to do, which also makes the cost of a resolved case: that is told, and weighs on the verdict.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cxanalytics.disclosure import publishable_rows
from cxanalytics.errors import DataError
from cxanalytics.models.cost_quarters import CostQuarters, quarter_of
from cxanalytics.models.morale_error import RELIABILITY_TO_RELATE
from cxanalytics.models.scores import fit_scores
from cxanalytics.numerics.panel import demean
from cxanalytics.rules import Thresholds
from cxanalytics.tables import Check, Survey

_BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class ServiceQuarters:
    """Costs of units beside their service.

    Attributes
    ----------
    frame : DataFrame
        As in `CostQuarters`, and `service`, a share; NaN where it is not known.
    label : str
        What service is, in a few words.
    own_counts : bool
        True where service is made of the counts that make the cost.
    reliability : float
        Share of the variance of service within units that is not chance; NaN where not known.
    checks : tuple of Check
    """

    frame: pd.DataFrame
    label: str
    own_counts: bool
    reliability: float
    checks: tuple[Check, ...]


def service_quarters(
    held: CostQuarters,
    service: Survey | None,
    *,
    measure: str,
    statistic: str,
    thresholds: Thresholds,
) -> ServiceQuarters:
    """Put the service of each unit beside its cost.

    Parameters
    ----------
    held : CostQuarters
    service : Survey, optional
        Without it service is the share of contacts resolved.
    measure : str
        Question of `service`; "" for its outcome.
    statistic : {"positive", "top"}
    thresholds : Thresholds
        Read is `hide`.

    Returns
    -------
    ServiceQuarters
        With a survey, without the agencies that it may show in no wave.

    Raises
    ------
    DataError
        No unit is in both.
    """
    if service is None:
        frame = held.frame.assign(service=held.frame["resolved"] / held.frame["handled"])
        text = (
            "Service is the share of contacts resolved, from the counts that also make the cost of "
            "a resolved case: part of the relation is arithmetic."
        )
        check = Check("service source", False, text)
        return ServiceQuarters(frame, "contacts resolved", True, np.nan, (check,))
    measure = measure or service.outcome
    shown = publishable_rows(service, measure=measure, thresholds=thresholds)
    scores = _scores(service, shown, held, measure, statistic, thresholds)
    kept = held.frame["agency"].isin(service.frame.loc[shown, "agency"].unique())
    frame = held.frame.loc[kept].merge(
        scores, on=["agency", "unit", "quarter"], how="left", validate="one_to_one"
    )
    known = frame["service"].notna()
    if not known.any():
        raise DataError(
            "`service` and `operations` must share agencies, units and quarters; none is in both."
        )
    reliability = _reliability(frame.loc[known])
    label = service.question(measure).label
    return ServiceQuarters(
        frame=frame.drop(columns="service_se").reset_index(drop=True),
        label=label,
        own_counts=False,
        reliability=reliability,
        checks=(
            Check("service source", True, f"Service is “{label}”, by the answers of those served."),
            Check(
                "units linked",
                None,
                f"{int(known.sum()):,} units and quarters have costs and answers enough; "
                f"{int((~known).sum()):,} have costs alone.",
            ),
            _measured(reliability),
        ),
    )


def _scores(
    service: Survey,
    shown: pd.Series[bool],
    held: CostQuarters,
    measure: str,
    statistic: str,
    thresholds: Thresholds,
) -> pd.DataFrame:
    """Score every unit and quarter with answers enough."""
    frame = service.frame.loc[shown]
    unit = frame["agency"] if held.by_agency else frame["unit"]
    quarter = frame["period"].map(quarter_of(sorted(map(str, frame["period"].unique()))))
    answered = unit.notna() & frame[measure].notna()
    parts = {"agency": frame["agency"], "unit": unit, "period": quarter}
    told = frame.assign(**parts).loc[answered].astype(dict.fromkeys(parts, str))
    told["place"] = told["agency"] + _BETWEEN + told["unit"]
    by_quarter = replace(service, frame=told)
    tables = []
    # Quarter by quarter: units of all quarters together would have one covariance of them all.
    for name in by_quarter.periods:
        found = fit_scores(
            by_quarter,
            measure=measure,
            by="place",
            statistic=statistic,
            period=name,
            thresholds=thresholds,
        ).frame
        found = found.loc[found["estimate"].notna()]
        levels = [key.split(_BETWEEN) for key in found["key"]]
        tables.append(
            pd.DataFrame(levels, columns=["agency", "unit"]).assign(
                quarter=name,
                service=found["estimate"].to_numpy(),
                service_se=found["std_error"].to_numpy(),
            )
        )
    return pd.concat(tables, ignore_index=True)


def _reliability(frame: pd.DataFrame) -> float:
    """Say how much of what service does within units is not chance in the answers."""
    code = frame.groupby(["agency", "unit"]).ngroup().to_numpy()
    size = np.bincount(code).astype(float)
    many = size[code] > 1
    if not many.any() or frame["service_se"].isna().any():
        return float("nan")
    inside = demean(frame["service"], code, wave=frame["number"])
    noise = np.square(frame["service_se"].to_numpy()) * (1.0 - 1.0 / size[code])
    total = float(np.square(inside[many]).sum())
    return max(1.0 - float(noise[many].sum()) / total, 0.0) if total > 0.0 else float("nan")


def _measured(reliability: float) -> Check:
    if np.isnan(reliability):
        return Check("measurement", None, "How far chance moves service is not known.")
    text = (
        f"Reliability of changes of service within units: {reliability:.2f} (at least "
        f"{RELIABILITY_TO_RELATE:.2f}). Relations are not corrected for it, and lie nearer to zero."
    )
    return Check("measurement", reliability >= RELIABILITY_TO_RELATE, text)
