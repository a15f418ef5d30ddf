"""What share of people answered positively in each channel of each agency, with the same people?

Channels serve different people for different needs. Beside the share as answered stands the one
that each channel would have with the people of all channels: a logistic model with a level per
agency and channel says what the case mix does, and each level is averaged over everybody. Cells
are hidden where an agency's or a channel's total would give them back, and are then in no model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit, logit

from cxanalytics.disclosure import agency_reasons, suppress_margins
from cxanalytics.errors import ModelError
from cxanalytics.formats import list_words
from cxanalytics.models.answers import answer_rows, refuse_few_events
from cxanalytics.models.case_mix_columns import choose_case_mix
from cxanalytics.models.departments import blank_cells, score_cells
from cxanalytics.models.sampling import need_answers, weights_and_counts
from cxanalytics.numerics.standardize import group_shares_above
from cxanalytics.rules import COMPLEMENTARY, FEW, HIDDEN, LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Survey

Floats = NDArray[np.float64]

NO_CHANNELS = "The survey names no channel."
ONE_SIDED = "one_sided"
"""Why a cell that is shown has no adjusted share: all or none of its answers are positive."""

_RAW = {"estimate": "raw", "std_error": "raw_error", "conf_low": "raw_low", "conf_high": "raw_high"}
_FIGURES = ("estimate", "std_error", "conf_low", "conf_high")


def fit_channel_scores(
    survey: Survey,
    *,
    case_mix: Sequence[str] | None = None,
    statistic: str = "positive",
    period: str | None = None,
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Score the outcome for every channel of every agency, with the same people in each.

    Parameters
    ----------
    survey : Survey
        With a column `channel`.
    case_mix : sequence of str, optional
        Columns of respondents, topics among them; the survey's own without the channel by default.
    statistic : {"positive", "top"}
        Which outcome answers count.
    period : str, optional
        The wave; the latest by default.
    level : float
        Probability content of the intervals.
    thresholds : Thresholds
        Read are `hide` and `rank`.

    Returns
    -------
    Estimates
        A row per agency and channel with an answer: `key agency channel estimate std_error
        conf_low conf_high n n_eff raw raw_error raw_low raw_high reason suppressed_reason`.
        `estimate` is the share with the people of all cells, or as answered where nothing could be
        adjusted (fact `adjusted_for` empty, with a check that says why). Joint covariance in the
        same order, NaN where there is no figure.

    Raises
    ------
    DataError, ParamsError
        A column, wave or statistic that does not exist.
    ModelError
        No channels.

    Assumes
    -------
    Case mix acts alike in all agencies and channels, on the scale of log odds. People who use a
    channel are like others with the same case mix.

    Reference
    ---------
    Robins (1986); Binder (1983); methods.md#channels.
    """
    need_answers(survey)
    if "channel" not in survey.frame or survey.frame["channel"].isna().all():
        raise ModelError(NO_CHANNELS)
    wave = survey.in_period(survey.periods[-1] if period is None else period)
    scores, cells = score_cells(wave, "channel", survey.outcome, statistic, level, thresholds)
    told = (cells["channel"] != "").to_numpy()
    reason = _reasons(wave, cells, thresholds)
    frame, covariance = blank_cells(cells, reason, scores.covariance)
    frame = frame.assign(**{raw: frame[name] for name, raw in _RAW.items()}, reason="")
    checks = list(scores.checks)
    names = survey.case_mix if case_mix is None else case_mix
    mix = [name for name in names if name != "channel"]
    shown = told & (reason == "").to_numpy()
    adjusted: tuple[str, ...] = ()
    try:
        if not shown.any():
            raise ModelError("no channel of an agency may be shown.")
        of_shown = _only(wave, frame.loc[shown])
        adjusted = _standardize(of_shown, mix, statistic, level, thresholds, frame, covariance)
        named = list_words([name.replace("_", " ") for name in adjusted])
        checks.append(Check("channels_adjusted", None, f"Adjusted for {named}."))
    except ModelError as error:
        text = f"Nothing is adjusted: {error}"
        checks.append(Check("channels_adjusted", False, text))
    hidden = int((frame.loc[told, "suppressed_reason"] != "").sum())
    text = f"Channels of an agency left out, because they or others are small: {hidden}."
    checks.append(Check("hidden_channels", None, text))
    kept = ["key", "agency", "channel", *_FIGURES, "n", "n_eff", *_RAW.values(), "reason"]
    return Estimates(
        frame=frame.loc[told, [*kept, "suppressed_reason"]].reset_index(drop=True),
        quantity=scores.quantity,
        level=level,
        covariance=covariance[np.ix_(told, told)],
        checks=tuple(checks),
        facts={
            "measure": survey.outcome,
            "statistic": statistic,
            "period": wave.periods[0],
            "adjusted_for": ", ".join(adjusted),
            "agencies": int(frame.loc[shown, "agency"].nunique()),
        },
    )


def _reasons(wave: Survey, cells: pd.DataFrame, thresholds: Thresholds) -> pd.Series[str]:
    """Say why cells are not shown: for an agency's total, a channel's, or a hidden agency's."""
    reason = suppress_margins(
        cells, margins=["agency", "channel"], n_eff="n_eff", thresholds=thresholds
    )
    parents = agency_reasons(wave, measure=wave.outcome, thresholds=thresholds)
    parent = cells["agency"].map(parents.xs(wave.periods[0], level="period")).fillna(HIDDEN)
    closed = ~parent.isin(["", FEW]) & reason.isin(["", FEW])
    return reason.mask(closed, COMPLEMENTARY)


def _only(wave: Survey, shown: pd.DataFrame) -> Survey:
    """Keep the people of cells that are shown; each cell stands as an agency."""
    place = wave.frame[["agency", "channel"]].astype(str)
    place["channel"] = place["channel"].str.strip()
    cell = place.merge(shown[["agency", "channel", "key"]], on=["agency", "channel"], how="left")
    inside = cell["key"].notna().to_numpy()
    frame = wave.frame.loc[inside].assign(agency=cell.loc[inside, "key"].to_numpy())
    return replace(wave, frame=frame, only_peers=(), held_back=())


def _standardize(
    wave: Survey,
    names: Sequence[str],
    statistic: str,
    level: float,
    thresholds: Thresholds,
    frame: pd.DataFrame,
    covariance: Floats,
) -> tuple[str, ...]:
    """Put the shares with everybody's mix in the place of those as answered; name the mix."""
    mix = choose_case_mix(wave, names)
    every = answer_rows(
        mix.survey,
        drivers=(),
        case_mix=mix.names,
        period=None,
        statistic=statistic,
        thresholds=thresholds,
    )
    rows = every.without_unanimous(every.positive)
    refuse_few_events(rows, rows.design.shape[1] + len(rows.agencies))
    fit = rows.fit(rows.positive, link="logit", cluster="respondent", agency_effects=True)
    weights, counts = weights_and_counts(rows.survey)
    mass = counts if weights is None else weights
    share, gradient = group_shares_above(fit, rows.design, cut=1, mass=mass)
    joint = gradient @ fit.covariance @ gradient.T
    error = np.sqrt(np.diag(joint))
    reach = stats.norm.ppf(0.5 + level / 2.0) * error / (share * (1.0 - share))
    place = pd.Series(frame.index, index=frame["key"])
    at = place[list(rows.agencies)].to_numpy()
    lost = place[[key for key in every.agencies if key not in set(rows.agencies)]].to_numpy()
    frame.loc[lost, "reason"] = ONE_SIDED
    open_cells = (frame["suppressed_reason"] == "").to_numpy()
    frame.loc[open_cells, list(_FIGURES)] = np.nan
    covariance[:] = np.nan
    frame.loc[at, list(_FIGURES)] = np.column_stack(
        [share, error, expit(logit(share) - reach), expit(logit(share) + reach)]
    )
    covariance[np.ix_(at, at)] = joint
    return tuple(mix.names)
