"""What would a perfect analyst find: what does each cause truly do?

An effect is the difference between the government as it is and the same government with
one thing changed, never a regression.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxanalytics.sources.simulated.answering import (
    MORALE_LOADING,
    WEIGHTS,
    answer_step,
    kernel,
    raised_curves,
    read_curve,
)
from cxanalytics.sources.simulated.draws import Array
from cxanalytics.sources.simulated.effects import locations
from cxanalytics.sources.simulated.government import Government
from cxanalytics.sources.simulated.names import (
    DRIVERS,
    FIRST_WAVE,
    OUTCOMES,
    QUESTIONS,
    SHOWN,
    WAVES,
)
from cxanalytics.sources.simulated.plans import INITIATIVES
from cxanalytics.sources.simulated.population import agency_total, team_shares
from cxanalytics.sources.simulated.staff import index_slope
from cxanalytics.sources.simulated.times import CRISIS_WAVE, crisis_agencies, crisis_share
from cxanalytics.sources.simulated.true_scores import CRISIS_QUARTER, NAMES, Population

CUT = 60.0
"""Audit score from which an agency counts as attentive."""


def _latest(government: Government, placed: Array, question: str = "recommend") -> Array:
    """Compute the latest wave's true share by agency at given locations."""
    shares = team_shares(government, (question,), placed=placed[:, -1:])[question]
    return agency_total(government, shares)[:, 0]


def driver_truth(government: Government) -> pd.DataFrame:
    """Raise each driver by one answer for everyone: what the outcomes gain in the latest wave."""
    world = government.world
    placed = locations(government)[:, -1]
    known = kernel(world)

    def level(curve: Array, column: int) -> float:
        shares = agency_total(government, read_curve(curve, placed[:, column]))
        return float(shares[:SHOWN].mean())

    rows = [
        (
            outcome,
            driver,
            float(WEIGHTS[column, DRIVERS.index(driver)] * world.driver_pull),
            answer_step(world, driver),
            level(raised_curves(world, driver)[outcome], column)
            - level(known.curves[outcome], column),
        )
        for column, outcome in enumerate(OUTCOMES)
        for driver in DRIVERS
    ]
    frame = pd.DataFrame(rows, columns=["outcome", "driver", "weight", "step", "effect"])
    frame["order"] = frame.groupby("outcome")["effect"].rank(ascending=False, method="min")
    return frame.astype({"order": "int64"})


def morale_truth(government: Government) -> pd.DataFrame:
    """Raise morale by one standard deviation: what recommendation gains; and the reverse."""
    world = government.world
    placed = locations(government)
    carry = MORALE_LOADING @ (WEIGHTS[0] * world.driver_pull)
    passing = government.morale_passing[:, FIRST_WAVE:-1]
    now = _latest(government, placed)[:SHOWN].mean()
    rows = []
    for term, strength, sd in (
        ("within", world.morale_within, float(passing.std())),
        ("between", world.morale_between, float(government.morale_lasting.std())),
    ):
        raised = placed.copy()
        raised[:, :, 0] += strength * sd * carry
        effect = float(_latest(government, raised)[:SHOWN].mean() - now)
        rows.append(("morale_to_performance", term, int(term == "within"), sd, effect))
    usual = government.service.mean(axis=1)
    unusual = government.service - usual[:, None]
    for term, lag, sd, spread in (
        ("within", 1, float(unusual.std()), float(passing.std())),
        ("between", 0, float(usual.std()), float(government.morale_lasting.std())),
    ):
        rows.append(("performance_to_morale", term, lag, sd, world.performance_to_morale / spread))
    frame = pd.DataFrame(rows, columns=["direction", "term", "lag_waves", "sd", "effect_per_sd"])
    frame["index_points_per_sd"] = frame["sd"] * index_slope()
    frame.loc[frame["direction"] == "performance_to_morale", "index_points_per_sd"] = np.nan
    frame["effect_per_index_point"] = frame["effect_per_sd"] / frame["index_points_per_sd"]
    frame["effect_unit"] = ["share", "share", "sd of morale", "sd of morale"]
    return frame


def audit_truth(government: Government, audit: pd.DataFrame) -> pd.DataFrame:
    """Give every agency the attention of the high, then of the low audit scores."""
    latest = audit[audit["year"] == audit["year"].max()]["audit_score"].to_numpy()[:SHOWN]
    lower, upper = np.quantile(latest, [0.25, 0.75])
    attention = government.attention
    rows = []
    for rule, high, low in (
        (f"audit score of at least {CUT:g}", latest >= CUT, latest < CUT),
        ("top quarter against bottom quarter", latest >= upper, latest <= lower),
    ):
        shares = []
        for group in (high, low):
            paid = np.full(len(attention), attention[:SHOWN][group].mean())
            placed = locations(government, attention=paid)
            shares.append(float(_latest(government, placed)[:SHOWN].mean()))
        rows.append((rule, int(high.sum()), int(low.sum()), *shares))
    frame = pd.DataFrame(
        rows, columns=["exposure", "agencies_high", "agencies_low", "share_high", "share_low"]
    )
    frame["risk_difference"] = frame["share_high"] - frame["share_low"]
    frame["risk_ratio"] = frame["share_high"] / frame["share_low"]
    return frame


def initiative_truth(population: Population) -> pd.DataFrame:
    """Take the initiatives out: what each adds to each question, wave by wave."""
    government = population.government
    without = team_shares(government, QUESTIONS, placed=locations(government, initiatives=False))
    tables = []
    for question in QUESTIONS:
        effect = population.agencies(question, calm=True)
        effect = effect - agency_total(government, without[question])[:, FIRST_WAVE:]
        for plan, agency in zip(INITIATIVES, government.plans.initiative_agency, strict=True):
            tables.append(
                pd.DataFrame(
                    {
                        "id": plan.id,
                        "agency": NAMES[agency],
                        "kind": plan.kind,
                        "question": question,
                        "wave": WAVES,
                        "started": [wave >= plan.quarter for wave in WAVES],
                        "effect": effect[agency],
                    }
                )
            )
    return pd.concat(tables, ignore_index=True)


def officer_truth(population: Population) -> pd.DataFrame:
    """Take the officers out: what each adds to recommendation in the latest wave."""
    government = population.government
    without = team_shares(government, ("recommend",), placed=locations(government, officers=False))[
        "recommend"
    ]
    gain = (population.calm["recommend"] - without)[:, -1]
    departments = len(government.department_name)
    share = np.bincount(government.team_department, government.team_share, departments)
    total = np.bincount(government.team_department, government.team_share * gain, departments)
    place = government.plans.officer_department
    return pd.DataFrame(
        {
            "agency": NAMES[government.department_agency[place]],
            "department": [government.department_name[department] for department in place],
            "question": "recommend",
            "effect": (total / share)[place],
        }
    )


def crisis_truth(population: Population) -> pd.DataFrame:
    """Compare the crisis week with the rest of its wave, in the agencies struck."""
    struck = np.flatnonzero(crisis_agencies())
    tables = []
    for question in QUESTIONS:
        calm = population.agencies(question, calm=True)[struck, CRISIS_QUARTER - FIRST_WAVE]
        week = agency_total(population.government, population.week[question])
        tables.append(
            pd.DataFrame(
                {
                    "agency": NAMES[struck],
                    "wave": CRISIS_WAVE,
                    "question": question,
                    "share_of_contacts": crisis_share(),
                    "effect": week[struck, CRISIS_QUARTER] - calm,
                }
            )
        )
    return pd.concat(tables, ignore_index=True)
