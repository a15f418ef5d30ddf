"""Do the model's predictions hold for agencies that it has not seen?

Each agency is predicted by a model fitted without it. Where the predictions are too extreme, or no
better than the base rate, the drivers' figures describe these agencies and should not be carried
to another one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.formats import signed
from cxanalytics.models.answers import AnswerRows, answer_rows, refuse_few_events
from cxanalytics.models.left_out import LeftOut, predict_left_out
from cxanalytics.models.sampling import need_answers
from cxanalytics.numerics.calibration import FIGURES, Calibration, measure_calibration
from cxanalytics.numerics.survey_design import domain_means, kish_n_eff, survey_design
from cxanalytics.rules import DIFFERENCE, LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Survey

Floats = NDArray[np.float64]

FOLDS = 10
BINS = 10
"""Groups of people by their predicted share, of equal weight."""

FEWEST_AGENCIES = 6
"""Fewer agencies cannot show whether predictions carry to another one."""

SLOPE_LOW = 0.80
"""A smaller calibration slope: predictions are too extreme."""

SLOPE_HIGH = 1.25
"""A larger calibration slope: predictions are too timid."""

BIN_GAP = 0.05
"""Largest distance of observed and predicted share in a bin, as a share, that passes."""

LABELS = {
    "in_the_large": "Observed less predicted share",
    "slope": "Calibration slope",
    "auc": "Chance to rank a pair of people rightly",
    "brier": "Brier score",
    "brier_skill": "Brier skill over the base rate",
    "log_loss": "Logarithmic loss",
    "log_loss_skill": "Logarithmic skill over the base rate",
    "agency_miss": "Median miss of an agency's share",
}


def fit_calibration(
    survey: Survey,
    *,
    drivers: Sequence[str] | None = None,
    case_mix: Sequence[str] | None = None,
    period: str | None = None,
    statistic: str = "positive",
    folds: int = FOLDS,
    level: float = LEVEL,
    seed: int,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Measure how predictions of the positive answer hold in agencies left out of the fit.

    Parameters
    ----------
    survey : Survey
    drivers : sequence of str, optional
        Driver questions; the survey's own by default.
    case_mix : sequence of str, optional
        Columns that are held constant; the survey's own by default.
    period : str, optional
        One wave; all waves by default.
    statistic : {"positive", "top"}
        Which outcome answers count.
    folds : int
        Into which the agencies are dealt; each agency its own where there are fewer.
    level : float
        Probability content of the intervals.
    seed : int
        Of the dealing.
    thresholds : Thresholds
        Agencies that may not be shown are left out; a bin needs `caution` answers.

    Returns
    -------
    Estimates
        `kind` "bin": people by predicted share, lowest first; `estimate` the observed share and
        `predicted` the predicted one. `kind` "summary": `in_the_large` (a share), `slope`, `auc`,
        `brier`, `brier_skill`, `log_loss`, `log_loss_skill`, and `agency_miss`, the median distance
        between an agency's observed and predicted share, without a range. `label`, `agencies`.

    Raises
    ------
    DataError, ParamsError
        A question, column, wave or statistic that does not exist, or fewer than two folds.
    ModelError
        No driver, fewer than six agencies, or too few answers; or `survey` is `Published`.

    Assumes
    -------
    Agencies are independent draws of agencies like them. Ranges hold the predictions fixed: the
    chance in the fits themselves is not in them.

    Reference
    ---------
    Cox (1958); Steyerberg (2019); methods.md#diagnostics-of-the-recommendation-model.
    """
    need_answers(survey)
    if folds < 2:
        raise ParamsError(f"`folds` must be at least 2; got {folds}.")
    rows = answer_rows(
        survey,
        drivers=tuple(survey.drivers if drivers is None else drivers),
        case_mix=tuple(survey.case_mix if case_mix is None else case_mix),
        period=period,
        statistic=statistic,
        thresholds=thresholds,
    )
    agencies = len(rows.agencies)
    if not rows.drivers:
        raise ModelError("A model to check needs at least one driver; got none.")
    if agencies < FEWEST_AGENCIES:
        raise ModelError(
            f"Predictions for another agency need at least {FEWEST_AGENCIES} agencies to be "
            f"checked; got {agencies}."
        )
    refuse_few_events(rows, rows.design.shape[1] + agencies)
    told = predict_left_out(rows, folds=min(folds, agencies), seed=seed)
    figures = measure_calibration(
        told.predicted,
        rows.positive,
        base=told.base,
        mass=told.mass,
        groups=rows.agency,
        level=level,
    )
    bins = _bins(rows, told, level=level, thresholds=thresholds)
    miss = _agency_miss(rows, told, thresholds)
    scale = survey.question(survey.outcome).scale
    cut_label = scale.cut_label if statistic == "positive" else scale.top_label
    n = float(rows.people.sum())
    return Estimates(
        frame=pd.concat([bins, _summary(figures, miss, n, agencies)], ignore_index=True),
        quantity=f"Share answering {cut_label} in agencies left out of the fit",
        level=level,
        checks=(*survey.notes, *rows.checks, *_checks(figures, miss), _bins_check(bins)),
        facts={
            "outcome": survey.outcome,
            "statistic": statistic,
            "cut_label": cut_label,
            "period": period or "",
            "folds": min(folds, agencies),
            "n": n,
            "agencies": agencies,
            "drivers": len(rows.drivers),
            "baseline": float(told.mass @ rows.positive / told.mass.sum()),
            "grade": "D",
            "seed": seed,
        },
    )


def _bins(rows: AnswerRows, told: LeftOut, *, level: float, thresholds: Thresholds) -> pd.DataFrame:
    """Compare observed and predicted shares of people sorted by the prediction."""
    number = int(np.clip(rows.people.sum() // thresholds.caution, 2, BINS))
    order = np.argsort(told.predicted, kind="stable")
    reached = np.cumsum(told.mass[order]) / told.mass.sum()
    edges = told.predicted[order][np.searchsorted(reached, np.arange(1, number) / number)]
    place = np.searchsorted(np.unique(edges), told.predicted, side="left")
    place = np.unique(place, return_inverse=True)[1].ravel()
    drawn = survey_design(len(place), psu=rows.agency)
    seen = domain_means(rows.positive, design=drawn, weights=told.mass, domains=place)
    mean = np.bincount(place, weights=told.mass * told.predicted) / np.bincount(
        place, weights=told.mass
    )
    half = stats.t.ppf(0.5 + 0.5 * level, np.maximum(seen.n_psu - 1.0, 1.0)) * seen.std_error
    return pd.DataFrame(
        {
            "key": [f"bin {k + 1:02d}" for k in range(len(mean))],
            "estimate": seen.estimate,
            "std_error": seen.std_error,
            "conf_low": np.clip(seen.estimate - half, 0.0, 1.0),
            "conf_high": np.clip(seen.estimate + half, 0.0, 1.0),
            "n": np.bincount(place, weights=rows.people),
            "kind": "bin",
            "label": [
                f"People {k + 1} of {len(mean)} by predicted share" for k in range(len(mean))
            ],
            "predicted": mean,
            "agencies": seen.n_psu,
        }
    )


def _agency_miss(rows: AnswerRows, told: LeftOut, thresholds: Thresholds) -> float:
    """Take the median miss of an agency's share, over agencies with enough answers."""
    total = np.bincount(rows.agency, weights=told.mass)
    gap = np.bincount(rows.agency, weights=told.mass * (rows.positive - told.predicted)) / total
    counted = rows.survey.counts
    enough = [
        (rows.people[own].sum() if counted else kish_n_eff(told.mass[own])) >= thresholds.rank
        for own in (rows.agency == place for place in range(len(total)))
    ]
    return float(np.median(np.abs(gap[enough]))) if any(enough) else float("nan")


def _summary(figures: Calibration, miss: float, n: float, agencies: int) -> pd.DataFrame:
    keys = [*FIGURES, "agency_miss"]

    def column(values: Floats, last: float) -> list[float]:
        return [*map(float, values), last]

    return pd.DataFrame(
        {
            "key": keys,
            "estimate": column(figures.estimate, miss),
            "std_error": column(figures.std_error, np.nan),
            "conf_low": column(figures.low, np.nan),
            "conf_high": column(figures.high, np.nan),
            "n": n,
            "kind": "summary",
            "label": [LABELS[key] for key in keys],
            "predicted": np.nan,
            "agencies": float(agencies),
        }
    )


def _checks(figures: Calibration, miss: float) -> list[Check]:
    found = dict(zip(FIGURES, figures.estimate, strict=True))
    slope, gap = float(found["slope"]), 100.0 * float(found["in_the_large"])
    skill, auc = float(found["brier_skill"]), float(found["auc"])
    right = SLOPE_LOW <= slope <= SLOPE_HIGH
    way = "too extreme" if slope < SLOPE_LOW else "too timid"
    use = (
        "the drivers' figures carry to agencies like these."
        if right
        else f"predictions are {way}: do not carry the drivers' figures to another agency."
    )
    return [
        Check(
            "calibration_slope",
            right,
            f"In agencies left out of the fit, the calibration slope is {slope:.2f} "
            f"({SLOPE_LOW:.2f} to {SLOPE_HIGH:.2f} is accepted): {use}",
        ),
        Check(
            "calibration_in_the_large",
            abs(gap) <= 100.0 * DIFFERENCE,
            f"Over all agencies left out, the observed share less the predicted one is "
            f"{signed(gap, 1)} points (at most {100 * DIFFERENCE:g} either way).",
        ),
        Check(
            "skill",
            skill > 0.0,
            f"Predictions remove {100 * skill:.0f}% of the squared error of the base rate."
            if skill > 0.0
            else "Predictions are no better than the base rate: the drivers do not tell who gives "
            "a positive answer in another agency.",
        ),
        Check(
            "discrimination",
            None,
            f"Of two people, one positive and one not, the model ranks the right one higher in "
            f"{100 * auc:.0f}% of pairs (50% is chance).",
        ),
        Check(
            "agency_miss",
            None,
            f"For an agency it has not seen, the predicted share misses the observed one by "
            f"{100 * miss:.1f} points in the middle case: drivers do not replace asking.",
        ),
    ]


def _bins_check(bins: pd.DataFrame) -> Check:
    gap = (bins["estimate"] - bins["predicted"]).to_numpy(dtype=float)
    worst = int(np.argmax(np.abs(gap)))
    text = (
        f"Sorted into {len(bins)} bins by predicted share, people miss it by at most "
        f"{100 * abs(gap[worst]):.1f} points (at most {100 * BIN_GAP:g}): where "
        f"{100 * bins['predicted'].iloc[worst]:.0f}% is predicted, "
        f"{100 * bins['estimate'].iloc[worst]:.0f}% is observed."
    )
    return Check("calibration_bins", bool(abs(gap[worst]) <= BIN_GAP), text)
