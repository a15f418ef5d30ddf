"""Channels with the same people: known truth, another library's figures, what is hidden."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose
from scipy.special import expit

from cxanalytics.benchmark import benchmark_channels
from cxanalytics.errors import ModelError
from cxanalytics.models.channels import fit_channel_scores
from cxanalytics.tables import Survey

CHANNELS = ("chat", "phone")
HARD = {"chat": 0.2, "phone": 0.7}


def _people(seed: int, *, agencies: int = 10, each: int = 250, visit: int = 0) -> pd.DataFrame:
    """Both channels do alike; hard needs lower the answers, and phone gets more of them."""
    rng = np.random.default_rng(seed)
    parts = []
    for place in range(agencies):
        for channel in (*CHANNELS, *(("visit",) if visit and place < 2 else ())):
            number = visit if channel == "visit" else each
            hard = rng.uniform(size=number) < HARD.get(channel, 0.5)
            share = expit(0.8 - 1.0 * hard + 0.1 * (place % 3))
            parts.append(
                pd.DataFrame(
                    {
                        "agency": f"A{place:02d}",
                        "channel": channel,
                        "need": np.where(hard, "claim", "question"),
                        "recommend": np.where(rng.uniform(size=number) < share, 10.0, 3.0),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def _survey(frame: pd.DataFrame, **more: Any) -> Survey:
    more.setdefault("case_mix", ["need"])
    return Survey.from_frame(
        frame,
        agency="agency",
        channel="channel",
        outcome="recommend",
        scale="nps_0_10",
        **more,
    )


def test_easier_needs_are_taken_out_of_the_gap_between_channels() -> None:
    found = fit_channel_scores(_survey(_people(1)))
    by = found.frame.groupby("channel")[["raw", "estimate"]].mean()
    # 5,000 people: a gap has a standard error of about 1.4 points.
    assert by.loc["chat", "raw"] - by.loc["phone", "raw"] > 0.07
    assert abs(by.loc["chat", "estimate"] - by.loc["phone", "estimate"]) < 0.04
    assert found.facts["adjusted_for"] == "need"
    told = benchmark_channels(found, draws=2000, seed=1).row("chat less phone")
    assert told["raw_verdict"] == "above" and told["verdict"] != "above"


def test_figures_agree_with_another_library() -> None:
    """Dummies of cells and g-computation by hand, from the coefficients of statsmodels."""
    frame = _people(2, agencies=4)
    found = fit_channel_scores(_survey(frame)).frame.set_index("key")
    cell = frame["agency"] + " · " + frame["channel"]
    dummies = pd.get_dummies(cell, dtype=float)
    hard = (frame["need"] == "claim").astype(float)
    y = (frame["recommend"] >= 9).astype(float)
    fit = sm.GLM(y, dummies.assign(hard=hard), family=sm.families.Binomial()).fit(
        tol=1e-12, cov_type="HC0"
    )
    for key in dummies:
        eta = fit.params[key] + fit.params["hard"] * hard
        share = expit(eta)
        assert_allclose(found.loc[key, "estimate"], share.mean(), rtol=1e-7)
        slope = share * (1 - share)
        gradient = pd.Series(0.0, index=fit.params.index)
        gradient[key], gradient["hard"] = slope.mean(), (slope * hard).mean()
        error = np.sqrt(gradient @ fit.cov_params() @ gradient)
        # Ours has n/(n - 1) for 2,000 people.
        assert_allclose(found.loc[key, "std_error"], error, rtol=1e-3)


def test_small_cells_hide_and_are_in_no_model() -> None:
    frame = _people(3, visit=6)
    found = fit_channel_scores(_survey(frame)).frame.set_index("key")
    assert found.loc["A00 · visit", "suppressed_reason"] == "hidden"
    figures = ["estimate", "raw", "conf_low", "n", "n_eff"]
    hidden = ~found["suppressed_reason"].isin(["", "few"])
    assert found.loc[hidden, figures].isna().all().all()
    # The agency's total would give the visit back: another channel there hides too.
    assert hidden[[key for key in found.index if key.startswith("A00")]].sum() >= 2
    changed = frame.copy()
    small = changed["channel"] == "visit"
    changed.loc[small, "recommend"] = 13.0 - changed.loc[small, "recommend"]
    again = fit_channel_scores(_survey(changed)).frame.set_index("key")
    pd.testing.assert_frame_equal(found, again)


def test_no_channel_of_a_hidden_agency_is_shown() -> None:
    frame = _people(4)
    few = frame.loc[(frame["agency"] != "A00") | (frame.groupby("agency").cumcount() < 8)]
    found = fit_channel_scores(_survey(few)).frame
    own = found.loc[found["agency"] == "A00"]
    assert own["suppressed_reason"].isin(["hidden", "complementary"]).all()


def test_without_case_mix_scores_stay_as_answered_and_a_check_says_so() -> None:
    found = fit_channel_scores(_survey(_people(5), case_mix=[]))
    assert (found.frame["estimate"] == found.frame["raw"]).all()
    check = {check.name: check for check in found.checks}["channels_adjusted"]
    assert check.passed is False and "names no case mix" in check.text
    assert found.facts["adjusted_for"] == ""


def test_a_cell_with_one_kind_of_answer_has_no_adjusted_share() -> None:
    frame = _people(6)
    own = (frame["agency"] == "A01") & (frame["channel"] == "chat")
    frame.loc[own, "recommend"] = 10.0
    row = fit_channel_scores(_survey(frame)).row("A01 · chat")
    assert row["reason"] == "one_sided" and np.isnan(row["estimate"]) and row["raw"] == 1.0


def test_where_there_are_no_channels_it_says_so() -> None:
    bare = Survey.from_frame(_people(7), agency="agency", outcome="recommend", scale="nps_0_10")
    with pytest.raises(ModelError, match="names no channel"):
        fit_channel_scores(bare)
