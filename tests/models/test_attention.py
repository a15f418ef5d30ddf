"""The claim tester: known truth, one pipeline for all definitions, refusals instead of proxies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose
from scipy.special import expit

from cxanalytics.claims.verdicts import NO_ATTENTION
from cxanalytics.errors import DataError, ModelError, ParamsError
from cxanalytics.models import fit_attention, fit_attention_grid
from cxanalytics.models.agency_effects import fit_agency_effects, with_error_of_others
from cxanalytics.numerics.meta_regression import fit_meta_regression
from cxanalytics.tables import Exposure, Survey

AGENCIES = 16
MORE = {"seed": 1}


def _exposure(score, *, at_least=None, period="", **facts):
    names = [f"A{place:02d}" for place in range(len(score))]
    frame = pd.DataFrame({"agency": names, "period": period, "score": np.asarray(score, float)})
    told = {"label": "maturity score", "source": "auditors"} | facts
    return Exposure(frame=frame, at_least=at_least, **told)


def _people(seed=1, *, each=400, base=0.5, more=0.15, spread=0.02, agencies=AGENCIES, **shift):
    """Every second agency is attentive; its customers answer yes more often."""
    rng = np.random.default_rng(seed)
    high = np.arange(agencies) % 2 == 1
    share = base + more * high + rng.normal(0, spread, agencies)
    agency = np.repeat(np.arange(agencies), each)
    hard = rng.uniform(size=len(agency)) < np.where(high, 0.3, 0.7)[agency]
    chance = share[agency] - shift.get("hard", 0.0) * (hard - 0.5)
    frame = pd.DataFrame(
        {
            "agency": [f"A{place:02d}" for place in agency],
            "yes": (rng.uniform(size=len(agency)) < chance).astype(float),
            "need": np.where(hard, "hard", "plain"),
            "weight": rng.uniform(0.5, 2.0, len(agency)),
            "wave": "2026-Q3",
        }
    )
    return frame, np.where(high, 70.0, 50.0) + np.arange(agencies) / 10


def _survey(frame, **more):
    return Survey.from_frame(frame, agency="agency", outcome="yes", scale="yes_no", **more)


def test_a_known_difference_is_recovered_and_judged() -> None:
    frame, score = _people(2, each=3000)
    told = fit_attention(_survey(frame), _exposure(score, at_least=60), **MORE)
    row = told.row("primary")
    assert abs(row["estimate"] - 0.15) < 3 * row["std_error"]
    assert abs(row["ratio"] - 1.3) < 0.1
    assert row["share_high"] - row["share_low"] == pytest.approx(row["estimate"])
    assert row["ratio"] == pytest.approx(row["share_high"] / row["share_low"])
    assert row["conf_low"] > 0 and row["ratio_low"] > 1
    assert row["verdict"] == told.facts["verdict"] == "increase, size unresolved"
    assert told.facts["agencies_high"] == told.facts["agencies_low"] == AGENCIES // 2
    assert told.facts["tau"] == pytest.approx(0.02, abs=0.012)
    assert told.facts["grade"] == "D"


def test_the_two_stages_are_those_that_are_promised() -> None:
    frame, score = _people(3)
    survey = _survey(frame, case_mix=["need"], weight="weight")
    row = fit_attention(survey, _exposure(score, at_least=60), **MORE).row("primary")
    effects = fit_agency_effects(survey)
    x = np.column_stack([np.ones(AGENCIES), np.arange(AGENCIES) % 2])
    fit = fit_meta_regression(effects.frame["estimate"], effects.covariance, x)
    estimate, error, low, high = fit.interval([0, 1], level=0.95)
    assert_allclose(
        row[["estimate", "std_error", "conf_low", "conf_high"]].to_numpy(float),
        [estimate, error, low, high],
        rtol=1e-10,
    )
    ratio = row[["ratio", "ratio_low", "ratio_high"]].to_numpy(float)
    assert_allclose(ratio, fit.ratio_interval([1, 0], [0, 1], level=0.95), rtol=1e-10)
    base = row[["share_low", "baseline_low", "baseline_high"]].to_numpy(float)
    assert_allclose(base, np.delete(fit.interval([1, 0], level=0.95), 1), rtol=1e-10)
    odds = row["share_high"] / (1 - row["share_high"]) * (1 - row["share_low"]) / row["share_low"]
    assert row["odds_ratio"] == pytest.approx(odds)
    assert row["p_value"] == pytest.approx(fit.p_value([0, 1]))


def test_case_mix_that_goes_with_attention_is_taken_out() -> None:
    frame, score = _people(4, each=800, more=0.0, spread=0.01, hard=0.3)
    survey, exposure = _survey(frame, case_mix=["need"]), _exposure(score, at_least=60)
    crude = fit_attention(survey, exposure, case_mix=(), **MORE).row("primary")
    alike = fit_attention(survey, exposure, **MORE).row("primary")
    assert crude["conf_low"] > 0.08
    assert abs(alike["estimate"]) < 3 * alike["std_error"]
    assert alike["verdict"] == "no increase shown; 30% is excluded"


def test_counts_give_the_figures_of_rows_and_weights_have_no_scale() -> None:
    frame, score = _people(5)
    exposure = _exposure(score, at_least=60)
    rows = fit_attention(_survey(frame, case_mix=["need"]), exposure, **MORE).frame
    cells = frame.groupby(["agency", "yes", "need"]).size().reset_index(name="count")
    counts = fit_attention(_survey(cells, case_mix=["need"], count="count"), exposure, **MORE)
    numbers = ["estimate", "std_error", "conf_low", "ratio", "ratio_high", "p_value", "n"]
    assert_allclose(counts.frame[numbers], rows[numbers], rtol=1e-8)
    once = fit_attention(_survey(frame, weight="weight"), exposure, **MORE).frame
    tripled = frame.assign(weight=3 * frame["weight"])
    again = fit_attention(_survey(tripled, weight="weight"), exposure, **MORE).frame
    assert_allclose(again[numbers], once[numbers], rtol=1e-8)
    plain = fit_attention(_survey(frame, weight="weight"), exposure, weighted=False, **MORE).frame
    unweighted = fit_attention(_survey(frame), exposure, **MORE).frame
    assert_allclose(plain[numbers], unweighted[numbers], rtol=1e-8)


def test_checks_agree_with_an_outside_library() -> None:
    frame, score = _people(6)
    survey = _survey(frame, case_mix=["need"])
    told = fit_attention(survey, _exposure(score, at_least=60), **MORE)
    effects = fit_agency_effects(survey)
    x = np.column_stack([np.ones(AGENCIES), np.arange(AGENCIES) % 2])
    weight = 1.0 / (np.diag(effects.covariance) + told.facts["tau"] ** 2)
    wls = sm.WLS(effects.frame["estimate"].to_numpy(), x, weights=weight).fit(cov_type="HC2")
    cr2 = told.row("cr2")
    # A cluster of one agency makes CR2 the HC2 of weighted least squares.
    assert_allclose([cr2["estimate"], cr2["std_error"]], [wls.params[1], wls.bse[1]], rtol=1e-8)
    hard = (frame["need"] == "hard").to_numpy(float)
    high = frame["agency"].str[1:].astype(int).to_numpy() % 2
    logit = sm.Logit(frame["yes"], np.column_stack([np.ones(len(frame)), high, hard])).fit(disp=0)
    line = logit.params.iloc[0] + logit.params.iloc[2] * hard
    gap = (expit(line + logit.params.iloc[1]) - expit(line)).mean()
    assert told.row("one_stage")["estimate"] == pytest.approx(gap, abs=1e-7)
    assert 0 < told.row("wild")["p_value"] < 1
    assert np.isnan(told.row("wild")["conf_low"])


def test_up_to_twelve_agencies_the_wild_bootstrap_has_a_range() -> None:
    frame, score = _people(6, agencies=10)
    row = fit_attention(_survey(frame), _exposure(score, at_least=60), **MORE).row("wild")
    assert row["conf_low"] < row["estimate"] < row["conf_high"]


def test_the_comparison_stands_where_the_model_of_people_is_refused(monkeypatch) -> None:
    def refuse(*args, **how):
        raise ModelError("Separated.")

    monkeypatch.setattr("cxanalytics.models.attention.fit.look_at_people", refuse)
    frame, score = _people(6, each=60)
    told = fit_attention(_survey(frame), _exposure(score, at_least=60), **MORE)
    assert np.isfinite(told.row("primary")["estimate"])
    assert np.isnan(told.row("one_stage")["estimate"])
    (check,) = [check for check in told.checks if check.name == "one_stage"]
    assert check.passed is False and check.text.endswith("refused. Separated.")


def test_without_a_measure_by_others_the_claim_is_not_testable() -> None:
    frame, _ = _people(7, each=40)
    survey = _survey(frame)
    for told in (fit_attention(survey, None, **MORE), fit_attention_grid(survey, None)):
        assert told.frame.empty
        assert told.facts["verdict"] == told.facts["reason"] == NO_ATTENTION
        (check,) = told.checks
        assert check.passed is False


def test_three_agencies_on_a_side_are_refused() -> None:
    frame, score = _people(8, each=60)
    survey = _survey(frame)
    with pytest.raises(
        ModelError, match="at least 4 agencies on each side; got 3 with high and 13"
    ):
        fit_attention(survey, _exposure(score, at_least=np.sort(score)[-3]), **MORE)
    fit_attention(survey, _exposure(score, at_least=np.sort(score)[-4]), **MORE)
    with pytest.raises(ModelError, match="score of attention; got 7"):
        fit_attention(survey, _exposure(score[:7], at_least=60), **MORE)
    with pytest.raises(ModelError, match="both are 5"):
        fit_attention(survey, _exposure([5.0] * 13 + [1, 2, 9]), **MORE)
    with pytest.raises(ModelError, match="declares no score"):
        fit_attention(survey, _exposure(score), compare="declared", **MORE)
    with pytest.raises(ParamsError, match="`compare` must be one of 'declared', 'halves'"):
        fit_attention(survey, _exposure(score), compare="thirds", **MORE)
    with pytest.raises(DataError, match="`no` is not a question"):
        fit_attention(survey, _exposure(score), measure="no", **MORE)


def test_the_comparison_follows_the_score() -> None:
    frame, score = _people(9, each=300)
    survey = _survey(frame)
    line = fit_attention(survey, _exposure(score), **MORE)
    assert line.facts["compare"] == "line" and "at_least" not in line.facts
    yes_no = fit_attention(survey, _exposure((score > 60).astype(float)), **MORE)
    declared = fit_attention(survey, _exposure(score, at_least=60), **MORE)
    assert yes_no.facts["compare"] == "declared" and yes_no.facts["at_least"] == 1.0
    assert_allclose(yes_no.frame["estimate"], declared.frame["estimate"], rtol=1e-10)
    quarters = fit_attention(survey, _exposure(score), compare="quarters", **MORE)
    assert quarters.facts["agencies"] == 8
    halves = fit_attention(survey, _exposure(score), compare="halves", **MORE)
    assert halves.row("primary")["estimate"] == pytest.approx(declared.row("primary")["estimate"])


def test_attention_is_the_last_that_was_measured_before_the_wave() -> None:
    frame, score = _people(10, each=60)
    survey = _survey(frame, period="wave")
    years = pd.concat(
        [
            _exposure(values).frame.assign(period=year)
            for year, values in (("2025", score[::-1]), ("2026", score), ("2027", score[::-1]))
        ]
    )
    exposure = Exposure(years, label="score", source="auditors", at_least=60)
    told = fit_attention(survey, exposure, period="2026-Q3", **MORE)
    assert told.facts["measured"] == "2026"
    same = fit_attention(survey, _exposure(score, at_least=60), period="2026-Q3", **MORE)
    assert_allclose(told.frame["estimate"], same.frame["estimate"])
    later = replace(exposure, frame=years.loc[years["period"] == "2027"])
    with pytest.raises(ModelError, match="measured only after the answers"):
        fit_attention(survey, later, period="2026-Q3", **MORE)


def test_a_high_baseline_makes_the_claim_impossible() -> None:
    frame, score = _people(11, each=2000, base=0.82, more=0.05, spread=0.005)
    told = fit_attention(_survey(frame), _exposure(score, at_least=60), **MORE)
    assert told.facts["verdict"] == "impossible here: the baseline is too high"


def test_too_imprecise_comes_with_what_could_have_been_detected() -> None:
    frame, score = _people(12, more=0.0, spread=0.12)
    row = fit_attention(_survey(frame), _exposure(score, at_least=60), **MORE).row("primary")
    assert row["verdict"] == "too imprecise to tell"
    assert row["detectable"] > row["ratio_high"] - row["ratio"] + 1


def test_small_and_unmeasured_agencies_are_left_out() -> None:
    frame, score = _people(13, each=200)
    tiny = frame.head(6).assign(agency="Tiny", yes=1.0)
    survey = _survey(pd.concat([frame, tiny], ignore_index=True))
    exposure = _exposure([*score[:-1], 99.0], at_least=60)
    more = pd.DataFrame({"agency": ["Tiny"], "period": "", "score": [99.0]})
    with_tiny = replace(exposure, frame=pd.concat([exposure.frame.iloc[:-1], more]))
    told = fit_attention(survey, with_tiny, **MORE)
    # Tiny may not be shown, the next smallest protects it, and one was not measured.
    assert told.facts["agencies"] <= AGENCIES - 1
    (check,) = [check for check in told.checks if check.name == "agencies_compared"]
    assert check.passed is False and "not measured: 1" in check.text


def test_an_agency_of_one_sampling_unit_is_not_taken_as_certain() -> None:
    binomial = np.array([0.001, 0.002, 0.004, 0.001])
    joint = np.diag([0.0012, 0.0, 0.0048, 0.0012]) + 1e-5
    joint[1, 1] = 1e-12
    alone = np.array([False, True, False, False])
    mended = with_error_of_others(joint, binomial, alone=alone)
    others = (np.diag(joint) / binomial)[~alone]
    assert mended[1, 1] == pytest.approx(0.002 * np.median(others))
    assert (mended[1, [0, 2, 3]] == 0).all()
    rest = np.ix_([0, 2, 3], [0, 2, 3])
    assert_allclose(mended[rest], joint[rest])
    assert (with_error_of_others(mended, binomial, alone=~alone & alone) == mended).all()
    with pytest.raises(ModelError, match="two sampling units in at least one agency"):
        with_error_of_others(joint, binomial, alone=np.ones(4, dtype=bool))


def _two_questions(seed=15, *, each=300):
    """Trust goes with attention, satisfaction does not; both on a scale with two cuts."""
    rng = np.random.default_rng(seed)
    frame, score = _people(seed, each=each)
    high = frame["agency"].str[1:].astype(int).to_numpy() % 2
    level = {"satisfied": 0.0 * high, "trust": 1.0 * high}
    for name, shift in level.items():
        frame[name] = np.clip(np.round(3.2 + shift + rng.normal(0, 1.1, len(frame))), 1, 5)
    survey = Survey.from_frame(
        frame,
        agency="agency",
        outcome="satisfied",
        scale="likert_1_5",
        questions={"trust": "likert_1_5", "yes": "yes_no"},
        drivers=["yes"],
        case_mix=["need"],
        weight="weight",
    )
    return survey, _exposure(score, at_least=60)


def test_the_grid_holds_every_distinct_definition_and_the_primary_is_the_primary() -> None:
    survey, exposure = _two_questions()
    grid = fit_attention_grid(survey, exposure)
    # Questions, cuts, case mix, weights; halves divide these agencies as the declared score does.
    assert len(grid.frame) == 2 * 2 * 2 * 2 * 3
    assert grid.facts["alike"] == 16
    assert not grid.frame["key"].duplicated().any()
    assert set(grid.frame["measure"]) == {"satisfied", "trust"}
    (primary,) = grid.frame.index[grid.frame["primary"]]
    alone = fit_attention(survey, exposure, **MORE).row("primary")
    numbers = ["estimate", "conf_low", "conf_high", "ratio", "ratio_low", "ratio_high", "n"]
    got = grid.frame.loc[primary, numbers].to_numpy(float)
    assert_allclose(got, alone[numbers].to_numpy(float), rtol=1e-10)
    assert grid.frame["ratio"].is_monotonic_increasing
    assert grid.facts["moves_most"] == "measure"
    assert grid.facts["range_measure"] > grid.facts["range_weighting"]
    assert grid.facts["verdicts_measure"] > 0.5


def test_what_moves_the_result_is_measured_all_else_the_same() -> None:
    survey, exposure = _two_questions()
    grid = fit_attention_grid(survey, exposure, measures=["trust"])
    frame = grid.frame.set_index("key")
    pairs = [key for key in frame.index if key.endswith(", weighted")]
    gaps = [
        abs(frame.loc[key, "ratio"] - frame.loc[key.replace(", weighted", ", unweighted"), "ratio"])
        for key in pairs
    ]
    assert grid.facts["range_weighting"] == pytest.approx(np.mean(gaps))
    alone = fit_attention_grid(
        replace(survey, case_mix=(), counts=True, outcome="yes", drivers=()), exposure, measures=[]
    )
    assert set(alone.frame["measure"]) == {"yes"}
    assert "range_measure" not in alone.facts and alone.facts["moves_most"] == "compare"


def test_refused_definitions_are_listed_with_their_reason() -> None:
    frame, score = _people(16, each=40, agencies=9)
    survey = _survey(frame)
    grid = fit_attention_grid(survey, _exposure(score, at_least=60))
    assert set(grid.frame["compare"]) == {"declared", "line"}
    told = [check.text for check in grid.checks if check.name == "refused_definitions"]
    assert told == [
        "Refused, 1 of the definitions: Comparing attention needs at least 4 agencies on each "
        "side; got 3 with high and 3 with low attention."
    ]
    with pytest.raises(ModelError, match="Every definition was refused"):
        fit_attention_grid(survey, _exposure(score[:5], at_least=60))
    with pytest.raises(ParamsError, match="name each question once"):
        fit_attention_grid(survey, _exposure(score), measures=["yes", "yes"])
