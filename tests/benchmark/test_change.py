"""Change since the wave before."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from cxanalytics.benchmark import benchmark_scores, change_columns
from cxanalytics.errors import ParamsError
from cxanalytics.rules import CHANGE_REASONS, REORGANIZED, Thresholds


def _two(made_up, *, change=0.0, units=20, sizes=None):
    truth, n = made_up.truth_and_sizes(units)
    n = n if sizes is None else np.asarray(sizes)
    return (
        made_up.scores(np.clip(truth + change, 0.01, 0.99), n, seed=1),
        made_up.scores(truth, n, seed=2),
        n,
    )


def test_a_common_rise_is_found(made_up):
    now, before, _ = _two(made_up, change=0.10)
    frame = benchmark_scores(now, previous=before, seed=3).frame
    assert (frame["p_rise"] > 0.8).mean() > 0.9
    assert (frame["change_low"] < frame["change"]).all()
    assert frame["change"].mean() == pytest.approx(0.10, abs=0.02)


def test_no_change_is_seldom_called_one(made_up):
    now, before, _ = _two(made_up)
    frame = benchmark_scores(now, previous=before, seed=3).frame
    assert (frame[["p_rise", "p_fall"]].max(axis=1) < 0.8).mean() > 0.9


def test_reasons(made_up):
    truth, n = made_up.truth_and_sizes(20)
    n[0], n[1] = 40, 25
    now, before = made_up.scores(truth, n, seed=1), made_up.scores(truth, n, seed=2)
    short = dataclasses.replace(before, frame=before.frame.iloc[:-1])
    frame = benchmark_scores(now, previous=short, seed=3).frame.set_index("key")
    names = made_up.keys(20)
    assert frame.loc[names[0], "change_reason"] == "few"
    assert np.isnan(frame.loc[names[0], "change"])
    assert frame.loc[names[1], "suppressed_reason"] == "few"
    assert frame.loc[names[1], "change_reason"] == ""
    assert frame.loc[names[19], "change_reason"] == "first_wave"
    assert frame.loc[names[5], "change_reason"] == ""
    assert np.isfinite(frame.loc[names[5], "change"])
    changed = benchmark_scores(now, previous=before, seed=3, changed_wording=True).frame
    assert set(changed.loc[changed["suppressed_reason"] == "", "change_reason"]) == {
        "changed_wording"
    }
    assert changed["change"].isna().all()


def test_a_suppressed_earlier_score_leaves_no_trace(made_up):
    truth, n = made_up.truth_and_sizes(20)
    then = n.copy()
    then[3] = 7
    now = made_up.scores(truth, n, seed=1)
    share = np.random.default_rng(5).binomial(then, truth) / then
    boards = []
    for value in (0.0, 1.0):
        share[3] = value
        before = made_up.from_shares(share, then)
        boards.append(benchmark_scores(now, previous=before, seed=3).frame)
    assert boards[0].equals(boards[1])
    assert boards[0].loc[3, "change_reason"] == "few"


def test_few_agencies_get_plain_differences(made_up):
    now, before, _ = _two(made_up, units=6)
    shown = now.frame["key"].tolist()
    frame, checks, _ = change_columns(now, before, shown=shown, seed=1)
    raw = now.frame["estimate"] - before.frame["estimate"]
    np.testing.assert_allclose(frame["change"], raw)
    assert "not stabilized" in checks[0].text


def test_regression_to_the_mean_is_foretold(made_up):
    now, before, _ = _two(made_up, sizes=[60] * 40, units=40)
    frame, _, facts = change_columns(now, before, shown=now.frame["key"].tolist(), seed=1)
    top = frame.set_index("key").loc[before.frame.set_index("key")["estimate"].idxmax()]
    assert top["expected_change"] < 0
    assert abs(top["change"]) < abs(top["raw_change"])
    assert facts["change_agencies"] == 40


def test_another_statistic_is_refused(made_up):
    now, before, _ = _two(made_up)
    other = dataclasses.replace(before, facts={"statistic": "net"})
    with pytest.raises(ParamsError, match="statistic 'positive', as `scores`; got 'net'"):
        benchmark_scores(now, previous=other, seed=1)


def test_changes_are_covered(made_up):
    hits = []
    for seed in range(40):
        rng = np.random.default_rng(seed + 10_000)
        truth, n = made_up.truth_and_sizes(20, seed=seed)
        change = rng.normal(0.01, 0.03, 20)
        now = made_up.scores(truth + change, n, seed=seed + 100)
        before = made_up.scores(truth, n, seed=seed + 200)
        frame, _, _ = change_columns(
            now, before, shown=now.frame["key"].tolist(), draws=1000, seed=seed
        )
        hits.append(frame["change_low"].lt(change) & frame["change_high"].gt(change))
    assert 0.92 < np.mean(hits) < 0.98


def test_raised_thresholds_compare_fewer_waves(made_up):
    now, before, n = _two(made_up)
    wave = Thresholds(wave=int(n.min()) + 1)
    got = benchmark_scores(now, previous=before, seed=3, thresholds=wave).frame
    assert (got["change_reason"] == "few").tolist() == (n < wave.wave).tolist()
    many = benchmark_scores(now, previous=before, seed=3, thresholds=Thresholds(peers=30))
    assert any("fewer than 30: changes are the plain" in check.text for check in many.checks)


def test_a_reorganized_agency_has_no_change_and_is_not_in_the_model(made_up):
    now, before, _ = _two(made_up)
    shown = now.frame["key"].tolist()
    frame, checks, facts = change_columns(now, before, shown=shown, seed=1, broken=[shown[0]])
    row = frame.set_index("key").loc[shown[0]]
    assert row["change_reason"] == REORGANIZED
    assert row[["change", "change_low", "change_high", "p_rise", "p_fall"]].isna().all()
    assert (frame["change_reason"].iloc[1:] == "").all()
    assert facts["change_agencies"] == len(shown) - 1
    told = [check.text for check in checks if check.name == "reorganized"]
    assert told == ["1 agency reorganized since the wave before; no change is given across that."]
    # An agency that became another one leaves no trace in the changes of the others.
    other = dataclasses.replace(before, frame=before.frame.copy())
    other.frame.loc[0, "estimate"] = 0.01
    same, _, _ = change_columns(now, other, shown=shown, seed=1, broken=[shown[0]])
    assert same.equals(frame)


def test_a_new_agency_made_of_others_is_reorganized_not_first(made_up):
    now, before, _ = _two(made_up)
    shown = now.frame["key"].tolist()
    short = dataclasses.replace(before, frame=before.frame.iloc[1:])
    frame, _, _ = change_columns(now, short, shown=shown, seed=1, broken=shown[:2])
    assert frame["change_reason"].tolist()[:3] == [REORGANIZED, REORGANIZED, ""]


def test_a_changed_question_goes_before_a_reorganization(made_up):
    now, before, _ = _two(made_up)
    shown = now.frame["key"].tolist()
    frame, _, _ = change_columns(
        now, before, shown=shown, seed=1, broken=shown[:1], changed_wording=True
    )
    assert set(frame["change_reason"]) == {"changed_wording"}


def test_all_agencies_reorganized(made_up):
    now, before, _ = _two(made_up)
    shown = now.frame["key"].tolist()
    frame, checks, _ = change_columns(now, before, shown=shown, seed=1, broken=shown)
    assert set(frame["change_reason"]) == {REORGANIZED}
    assert set(frame["change_reason"]) <= set(CHANGE_REASONS)
    assert [check.name for check in checks] == ["change", "reorganized"]


def _sharing(before, correlation, *, only=slice(None)):
    """The earlier wave, told how it covaries with a later one of the same errors."""
    covariance = np.zeros(len(before.frame))
    covariance[only] = correlation * before.frame["std_error"].to_numpy()[only] ** 2
    return dataclasses.replace(before, frame=before.frame.assign(wave_covariance=covariance))


def test_the_covariance_of_shared_units_goes_into_the_changes(made_up):
    now, before, _ = _two(made_up)
    shown = now.frame["key"].tolist()
    apart, checks, _ = change_columns(now, before, shown=shown, seed=1)
    assert [check.name for check in checks] == ["change", "independent samples"]
    sharing = _sharing(before, 0.6)
    frame, checks, facts = change_columns(now, sharing, shown=shown, seed=1)
    assert not np.allclose(frame["change"], apart["change"], atol=0.003)
    assert facts["wave_correlation"] == pytest.approx(0.6, abs=0.03)
    assert checks[1].name == "shared samples" and "20 of 20 agencies (0.6" in checks[1].text


def test_a_correlation_is_pooled_over_the_agencies_that_share(made_up):
    now, before, _ = _two(made_up)
    shown = now.frame["key"].tolist()
    sharing = _sharing(before, np.tile([0.2, 1.0], 5), only=slice(10))
    _, checks, facts = change_columns(now, sharing, shown=shown, seed=1)
    assert 0.3 < facts["wave_correlation"] < 0.9
    assert "of 10 of 20 agencies" in checks[1].text
    # A negative one is chance; one that no sample can have is not believed.
    none = change_columns(now, _sharing(before, -0.5), shown=shown, seed=1)[0]
    assert none.equals(change_columns(now, before, shown=shown, seed=1)[0])
    _, _, facts = change_columns(now, _sharing(before, 1.5), shown=shown, seed=1)
    assert facts["wave_correlation"] == pytest.approx(0.95)


def test_few_agencies_that_share_get_plain_differences_with_their_covariance(made_up):
    now, before, _ = _two(made_up, units=6)
    shown = now.frame["key"].tolist()
    width = []
    for earlier in (before, _sharing(before, 0.6)):
        frame, checks, _ = change_columns(now, earlier, shown=shown, seed=1)
        width.append((frame["change_high"] - frame["change_low"]).mean())
    assert checks[1].name == "shared samples"
    assert width[1] / width[0] == pytest.approx(np.sqrt(0.4), abs=0.03)


def test_changes_of_shared_samples_are_covered(made_up):
    hits = []
    for seed in range(30):
        rng = np.random.default_rng(seed + 20_000)
        truth, n = made_up.truth_and_sizes(20, seed=seed)
        change = rng.normal(0.01, 0.03, 20)
        # Two thirds of the people answer alike in both waves but for the true change.
        common = (2 * n) // 3
        place = [rng.random(size) for size in n]
        later = [
            np.concatenate([one[:same], rng.random(len(one) - same)])
            for one, same in zip(place, common, strict=True)
        ]
        shares = [
            np.array([(one < level).mean() for one, level in zip(people, levels, strict=True)])
            for people, levels in ((later, truth + change), (place, truth))
        ]
        now, before = (made_up.from_shares(share, n) for share in shares)
        frame, _, _ = change_columns(
            now,
            _sharing(before, 0.64),
            shown=now.frame["key"].tolist(),
            draws=1000,
            seed=seed,
        )
        hits.append(frame["change_low"].lt(change) & frame["change_high"].gt(change))
    assert 0.91 < np.mean(hits) < 0.985
