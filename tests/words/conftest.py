"""Boards as the benchmark room makes them, from made-up scores."""

import numpy as np
import pandas as pd
import pytest

from cxanalytics.benchmark import benchmark_scores
from cxanalytics.tables import Benchmark, Estimates
from cxanalytics.words import Nouns


def made_scores(p, *, spread=0.04, n=400, seed=1):
    draw = np.random.default_rng(seed)
    answers = np.broadcast_to(np.asarray(n, dtype=float), p)
    score = np.clip(0.65 + spread * draw.standard_normal(p), 0.02, 0.98)
    error = np.sqrt(score * (1 - score) / np.maximum(answers, 1))
    frame = pd.DataFrame(
        {
            "key": [f"Agency {chr(65 + i // 26)}{chr(65 + i % 26)}" for i in range(p)],
            "estimate": score,
            "std_error": error,
            "conf_low": score - 1.96 * error,
            "conf_high": score + 1.96 * error,
            "n": answers,
            "n_eff": answers,
        }
    )
    return Estimates(frame=frame, quantity="share", facts={"statistic": "positive"})


def made_board(p, *, previous=False, **facts):
    scores = made_scores(p, **facts)
    before = made_scores(p, **{**facts, "seed": 99}) if previous else None
    return benchmark_scores(scores, previous=before, draws=2000, seed=3)


@pytest.fixture(scope="session")
def make_board():
    return made_board


@pytest.fixture(scope="session")
def board() -> Benchmark:
    return made_board(24, n=np.linspace(40, 3000, 24).round(), previous=True)


@pytest.fixture(
    scope="session",
    params=[
        {"p": 1},
        {"p": 2},
        {"p": 9, "spread": 0.0, "n": 4000},
        {"p": 9, "spread": 0.15, "n": 4000},
        {"p": 12, "n": 8},
        {"p": 12, "n": 25},
        {"p": 12, "n": 45, "spread": 0.02},
        {"p": 24, "n": [9, 22, *[300] * 22], "previous": True},
        {"p": 60, "spread": 0.1, "n": 900},
    ],
    ids=lambda case: "-".join(f"{key}{value}" for key, value in case.items())[:40],
)
def any_board(request):
    return made_board(**request.param)


@pytest.fixture(
    params=[
        Nouns(),
        Nouns(
            respondent="employee",
            respondents="employees",
            outcome_phrase="would recommend you as a place to work",
            peer="federal agency",
        ),
    ],
    ids=["customers", "employees"],
)
def nouns(request):
    return request.param
