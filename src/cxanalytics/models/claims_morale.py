"""What do the data say of the claims about morale, measures and cost?

That morale comes first and performance follows, beyond question, is the headline; the claims
behind it follow in their own order. The models give numbers; here each becomes a verdict by a rule
that was fixed before any result. Claims of one topic are a family: a verdict that would not survive
Holm's correction for their number is withdrawn.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxanalytics.claims import CLAIMS
from cxanalytics.claims.morale_verdicts import HEADLINE, HEADLINE_TITLE, NO_INCREASE
from cxanalytics.claims.verdicts import NOT_TESTABLE_HERE, TOO_IMPRECISE
from cxanalytics.models.claims_kpi_rows import (
    accountability_row,
    alignment_row,
    blocks_row,
    cost_row,
    efficiency_row,
    legs_row,
    wider_goals_row,
)
from cxanalytics.models.claims_morale_rows import (
    appreciation_row,
    chain_row,
    dimensions_row,
    order_row,
)
from cxanalytics.models.claims_rows import lacking_row
from cxanalytics.numerics.multiplicity import adjust_p_values
from cxanalytics.rules import LEVEL
from cxanalytics.tables import Estimates, Panel

MORALE_CLAIMS = (HEADLINE, *range(6, 19), 21)
"""Numbers of the claims that are judged here; the first is the headline."""

OF_CUSTOMERS = (6, 9, 12, 15)
"""Numbers of those that only an outcome of customers can test."""

NOT_OF_CUSTOMERS = "results seen by customers: performance is measured otherwise here"
"""What such a claim misses elsewhere."""

_WORDS = ("title", "verdict", "grade", "missing", "about", "detail", "unit", "order", "kind")
COLUMNS = (
    "claim",
    "title",
    "verdict",
    "grade",
    "estimate",
    "conf_low",
    "conf_high",
    "n",
    "agencies",
    "missing",
    "about",
    "detail",
    "unit",
    "kind",
    "better",
    "step",
    "order",
    "later",
    "later_low",
    "later_high",
    "other",
    "other_low",
    "other_high",
    "counted",
    "against",
    "of",
    "explained",
    "robustness",
    "p_value",
    "p_adjusted",
    "family",
)


def fit_tested_morale_claims(
    *,
    ladder: Estimates | None = None,
    unmeasured: Estimates | None = None,
    unmeasured_later: Estimates | None = None,
    dimensions: Estimates | None = None,
    appreciation: Estimates | None = None,
    chain: Estimates | None = None,
    blocks: Estimates | None = None,
    kpis: Estimates | None = None,
    legs: Estimates | None = None,
    cost: Estimates | None = None,
    panel: Panel | None = None,
    of_customers: bool = True,
    held: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Give the verdict on the claims about morale, measures and cost.

    Parameters
    ----------
    ladder : Estimates, optional
        From `fit_morale_ladder`.
    unmeasured : Estimates, optional
        From `fit_unmeasured_cause`.
    unmeasured_later : Estimates, optional
        The same for the panel that `lag_morale` gives: morale before, performance after.
    dimensions : Estimates, optional
        From `fit_dimensions`.
    appreciation : Estimates, optional
        From `fit_appreciation`.
    chain : Estimates, optional
        From `fit_service_profit_chain`.
    blocks : Estimates, optional
        From `fit_blocks`.
    kpis : Estimates, optional
        From `fit_kpi_cards`.
    legs : Estimates, optional
        From `fit_legs`.
    cost : Estimates, optional
        From `fit_long_run_cost`.
    panel : Panel, optional
        What the ladder was fitted to: names and units of the figures come from it.
    of_customers : bool
        Performance is what customers answered or met; if not, claims about customers are not
        tested.
    held : DataFrame, optional
        From `fit_claims`; says of claims without a model what the study lacks.

    Returns
    -------
    DataFrame
        A row per claim, the headline (0) first, then 6 to 18 and 21: `claim title verdict grade
        estimate conf_low conf_high n agencies missing`, and what its sentence needs. `about` and
        `detail` name things, `unit` is that of the figure, `kind` how it was had, `better` is -1
        where a lower figure is better, `step` the difference in morale that it is told for;
        `order later later_low later_high robustness` (claims 0 and 6), `other other_low other_high`
        (a second figure), `counted against of explained` (how many of how many, and the part
        explained), `p_value p_adjusted family` (Holm, and the number of claims it counts).
        Estimates without rows count as missing, for the fact `reason`.

    Raises
    ------
    ParamsError
        The ladder speaks of an order that is not known.

    Assumes
    -------
    What the models assume. A p-value that a model does not give is read from its range, as if the
    estimate were normal (or t, where degrees of freedom are known) on either side.

    Reference
    ---------
    Holm (1979); docs/claims.md; methods.md#claims-about-morale-measures-and-cost.
    """
    morale = order_row(ladder, panel, same_wave=unmeasured, later_wave=unmeasured_later)
    by_claim = {
        HEADLINE: morale,
        6: dict(morale),
        7: appreciation_row(appreciation),
        8: lacking_row("the same questions asked of leaders and staff"),
        9: lacking_row("items on messages and on pressure"),
        10: chain_row(chain, panel),
        11: dimensions_row(dimensions),
        12: blocks_row(blocks),
        13: lacking_row("start dates of initiatives"),
        14: wider_goals_row(kpis),
        15: efficiency_row(kpis),
        16: alignment_row(kpis),
        17: accountability_row(kpis),
        18: legs_row(legs),
        21: cost_row(cost),
    }
    if not of_customers:
        by_claim |= dict.fromkeys(OF_CUSTOMERS, lacking_row(NOT_OF_CUSTOMERS))
    empty = {name: "" if name in _WORDS else np.nan for name in COLUMNS}
    rows = [empty | by_claim[number] | {"claim": number} for number in MORALE_CLAIMS]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    titles = {claim.number: claim.title for claim in CLAIMS} | {HEADLINE: HEADLINE_TITLE}
    frame["title"] = frame["claim"].map(titles)
    numbers = [name for name in COLUMNS if name not in (*_WORDS, "claim")]
    frame = _with_missing(frame.astype(dict.fromkeys(numbers, float)), held)
    return _corrected(frame)


def _with_missing(frame: pd.DataFrame, held: pd.DataFrame | None) -> pd.DataFrame:
    """Name what the study lacks, where no model gave a reason of its own."""
    if held is None:
        return frame
    lacks = dict(zip(held["number"], held["missing"], strict=True))
    plain = (frame["kind"] == "") & (frame["missing"] != NOT_OF_CUSTOMERS)
    told = frame["claim"].map(lacks).fillna("").astype(str)
    return frame.assign(missing=frame["missing"].where(~plain | (told == ""), told))


def _corrected(frame: pd.DataFrame) -> pd.DataFrame:
    """Withdraw verdicts that do not survive Holm's correction within their topic.

    The headline and claim 6 rest on one figure where both are tested; it counts once.
    """
    topics = {claim.number: claim.topic for claim in CLAIMS}
    topic = frame["claim"].map(topics | {HEADLINE: topics[6]})
    counts = frame["p_value"].notna() & (frame["claim"] != 6)
    out = frame.copy()
    for name in topic.unique():
        members = frame.index[counts & (topic == name)]
        if len(members):
            out.loc[members, "p_adjusted"] = adjust_p_values(
                frame.loc[members, "p_value"], method="holm"
            )
            out.loc[members, "family"] = float(len(members))
    same = frame["claim"].isin((HEADLINE, 6)) & frame["p_value"].notna()
    for column in ("p_adjusted", "family"):
        out.loc[same, column] = out.loc[frame["claim"] == HEADLINE, column].iloc[0]
    kept = (TOO_IMPRECISE, NO_INCREASE, NOT_TESTABLE_HERE)
    lost = (out["p_adjusted"] > 1.0 - LEVEL) & ~out["verdict"].isin(kept)
    return out.assign(verdict=out["verdict"].where(~lost, TOO_IMPRECISE))
