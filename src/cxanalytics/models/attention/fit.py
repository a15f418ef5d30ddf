"""Is the outcome better where an agency pays more attention to customer experience, and how much?

The claim is "30 to 50% more". Attention must be measured by others than the survey's respondents;
where it is not, the claim is not testable, and nothing is taken in its place. Agencies, not people,
are what was or was not attentive, so agencies are what is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from cxanalytics.errors import ModelError
from cxanalytics.models.attention.comparison import (
    FIGURES,
    Comparison,
    choose_comparison,
    compare_agencies,
    declared_score,
    not_testable,
    scores_before,
)
from cxanalytics.models.attention.contrast import DECLARED
from cxanalytics.models.attention.second_looks import (
    clustered,
    leave_one_out,
    look_at_people,
    look_by_cr2,
    look_by_wild,
)
from cxanalytics.models.attention.shares import AgencyShares, agency_shares, asked_as
from cxanalytics.models.sampling import need_answers
from cxanalytics.rules import LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import ESTIMATE_COLUMNS, Check, Estimates, Exposure, Survey


def fit_attention(
    survey: Survey,
    exposure: Exposure | None,
    *,
    measure: str | None = None,
    period: str | None = None,
    statistic: str = "positive",
    compare: str | None = None,
    case_mix: Sequence[str] | None = None,
    weighted: bool = True,
    level: float = LEVEL,
    seed: int,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Compare the outcome of agencies with high and with low attention to customer experience.

    Parameters
    ----------
    survey : Survey
    exposure : Exposure or None
        Attention of each agency, measured by others; None where nobody measured it.
    measure : str, optional
        Question that counts; the survey's outcome by default.
    period : str, optional
        One wave, with the attention measured last before or in it; by default all waves.
    statistic : {"positive", "top"}
        Which answers count.
    compare : {"declared", "halves", "quarters", "line"}, optional
        Agencies from the declared score on against the others; upper against lower half; top
        against bottom quarter; or the 75th against the 25th percentile of the score along a line.
        The declared score where there is one, else the line.
    case_mix : sequence of str, optional
        Columns an agency cannot choose; the survey's own by default.
    weighted : bool
        False takes all answers alike.
    level : float
        Probability content of the intervals.
    seed : int
        Of the signs drawn for the wild bootstrap.
    thresholds : Thresholds
        Agencies that may not be shown are left out.

    Returns
    -------
    Estimates
        Row "primary": `estimate` is the difference in the share (0.05 is five points) with its
        range; `share_low`, its range `baseline_low` and `baseline_high`, and `share_high` the
        shares at low and high attention; `ratio` (`ratio_low`, `ratio_high`), `odds_ratio`,
        `p_value`, `detectable` (the smallest ratio that an "increase" would have been said of in
        four of five such studies), `verdict` (of `claims.verdicts`). Rows "cr2", "wild" and
        "one_stage" are checks, NaN where a method has no such figure. No rows where `exposure` is
        None: the facts `verdict` and `reason` say why.

    Raises
    ------
    DataError, ParamsError
        A question, column, wave, statistic or comparison that does not exist.
    ModelError
        Fewer than four agencies on a side, attention that was measured only later, too few answers
        for the case-mix model; or `survey` is `Published`.

    Assumes
    -------
    Agencies are independent, alike but for attention and case mix, and scatter alike around their
    side's mean. Shares are averaged over agencies, each counting about once. One point in time: a
    pattern, not what more attention would bring about.

    Reference
    ---------
    Knapp and Hartung (2003); Fieller (1954); Robins (1986); methods.md#the-30-to-50-claim.
    """
    need_answers(survey)
    asked = asked_as(survey, measure=measure or survey.outcome, weighted=weighted)
    if exposure is None:
        return not_testable(asked)
    mix = tuple(survey.case_mix if case_mix is None else case_mix)
    how: dict[str, Any] = {"period": period, "statistic": statistic, "thresholds": thresholds}
    scores, measured = scores_before(exposure, period or survey.periods[-1])
    at_least = declared_score(exposure, scores)
    chosen = choose_comparison(compare, at_least)
    shares = agency_shares(asked, case_mix=mix, level=level, **how)
    compared = compare_agencies(shares, scores, chosen, at_least=at_least)
    primary = compared.row(level=level)
    seen = (compared.shares, compared.covariance, compared.at)
    lines = clustered(*seen)
    people, refused = _people_or_reason(asked, compared, case_mix=mix, level=level, **how)
    looks = [look_by_cr2(lines, level=level), look_by_wild(lines, level=level, seed=seed), people]
    frame = pd.DataFrame([{"key": "primary", **primary}, *looks])
    frame["n"] = compared.n
    scale = asked.question(asked.outcome).scale
    cut_label = scale.cut_label if statistic == "positive" else scale.top_label
    facts = _facts(compared, exposure) | {
        "verdict": str(primary["verdict"]),
        "measure": asked.outcome,
        "statistic": statistic,
        "cut_label": cut_label,
        "period": period or "",
        "measured": measured,
        "compare": chosen,
        "case_mix": ", ".join(mix),
        "weighted": weighted,
        "seed": seed,
    }
    if chosen == DECLARED and at_least is not None:
        facts["at_least"] = at_least
    return Estimates(
        frame=frame[[*ESTIMATE_COLUMNS, *FIGURES, "verdict"]],
        quantity=f"Difference in the share answering {cut_label}, high against low attention",
        level=level,
        checks=(
            *shares.effects.checks,
            *_checks(compared, exposure, measured, shares),
            *refused,
            _agreement(frame),
            leave_one_out(*seen, level=level),
        ),
        facts=facts,
    )


def _facts(compared: Comparison, exposure: Exposure) -> dict[str, float | int | str | bool]:
    """Tell what was compared."""
    return {
        "attention": exposure.label,
        "source": exposure.source,
        "n": compared.n,
        "agencies": len(compared.at),
        "agencies_high": compared.arms.high,
        "agencies_low": compared.arms.low,
        "tau": compared.tau,
        "degrees_of_freedom": len(compared.at) - 2,
        "grade": "D",
    }


def _checks(
    compared: Comparison, exposure: Exposure, measured: str, shares: AgencyShares
) -> list[Check]:
    when = f", {measured}" if measured else ""
    unused = len(shares.agencies) - compared.unmeasured - len(compared.at)
    told = [
        f"Attention: {exposure.label}{when}, measured by {exposure.source}.",
        f"Agencies compared: {compared.arms.high} with high and {compared.arms.low} with low "
        f"attention; in neither: {unused}; not measured: {compared.unmeasured}.",
        f"True shares of agencies on one side differ by a standard deviation of "
        f"{100 * compared.tau:.1f} points.",
    ]
    names = ("independent_attention", "agencies_compared", "spread_of_agencies")
    passed = (True, compared.unmeasured == 0, None)
    return [Check(*entry) for entry in zip(names, passed, told, strict=True)]


def _people_or_reason(
    asked: Survey, compared: Comparison, **how: Any
) -> tuple[dict[str, Any], tuple[Check, ...]]:
    """Look at the people, or say why that cannot be done; the comparison stands without it."""
    try:
        return look_at_people(asked, compared.positions, **how), ()
    except ModelError as error:
        text = f"The model of people was refused. {error}"
        return {"key": "one_stage"}, (Check("one_stage", False, text),)


def _agreement(frame: pd.DataFrame) -> Check:
    """Compare what the checks say with the primary verdict."""
    verdicts = frame.set_index("key")["verdict"].dropna()
    others = verdicts.drop("primary")
    differ = {"cr2": "CR2", "one_stage": "the model of people"}
    told = [f"{differ[str(key)]}: {words}" for key, words in others.items()]
    text = f"By other methods the verdict is, {'; '.join(told)}." if told else "No other method."
    return Check("other_methods", bool((others == verdicts["primary"]).all()), text)
