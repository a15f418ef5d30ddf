"""Perfect separation is found by name, in answers of two kinds and of many."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import ModelError, SeparationError
from cxanalytics.numerics.ordinal import fit_cumulative_link
from cxanalytics.numerics.separation import find_separation


def _drawn(seed: int, *, rows: int = 400):
    rng = np.random.default_rng(seed)
    design = rng.integers(0, 5, (rows, 3)).astype(float)
    return np.digitize(design @ [0.4, -0.2, 0.0] + rng.logistic(size=rows), [0.0, 1.5]), design


def test_endometrial_neovascularization_separates(reference_dir) -> None:
    """The one infinite effect of Heinze and Schemper's data, as R's detectseparation finds."""
    frame = pd.read_csv(reference_dir / "endometrial.csv")
    names = ["NV", "PI", "EH"]
    found = find_separation(frame["HG"], frame[names], names=names)
    assert found and found.names == ("NV",) and found.directions == (1,)
    assert not find_separation(frame["HG"], frame[["PI", "EH"]])


def test_overlapping_answers_are_not_separated() -> None:
    found = find_separation(*_drawn(1))
    assert not found
    assert found.columns == found.names == found.directions == ()


@pytest.mark.parametrize(("answer", "way"), [(2, 1), (0, -1)])
def test_a_column_seen_with_an_end_answer_alone_is_infinite(answer: int, way: int) -> None:
    answers, design = _drawn(2)
    rare = np.zeros(len(answers))
    rare[np.flatnonzero(answers == answer)[:9]] = 1.0
    found = find_separation(answers, np.column_stack([design, rare]), names=list("abcd"))
    assert found.names == ("d",) and found.directions == (way,)


def test_a_column_seen_with_a_middle_answer_alone_is_finite() -> None:
    answers, design = _drawn(3)
    rare = np.zeros(len(answers))
    rare[np.flatnonzero(answers == 1)[:9]] = 1.0
    assert not find_separation(answers, np.column_stack([design, rare]))


def test_separation_by_several_columns_together_names_them_all() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(300, 2))
    answers = (x.sum(axis=1) > 0.2).astype(int)
    found = find_separation(answers, np.column_stack([x, rng.normal(size=300)]))
    # With every answer told apart, no effect is finite; the third may go either way.
    assert found.columns == (0, 1, 2)
    assert found.directions == (1, 1, 0)


def test_the_fit_and_the_search_agree() -> None:
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(60):
        x = (rng.uniform(size=(40, 3)) < 0.2).astype(float)
        answers = (0.5 * x[:, 0] - 0.4 + rng.logistic(size=40) > 0).astype(int)
        if np.linalg.matrix_rank(np.column_stack([np.ones(40), x])) < 4:
            continue
        found = find_separation(answers, x)
        try:
            fit_cumulative_link(answers, x)
        except SeparationError:
            hits += 1
            assert found
        else:
            assert not found
    assert 3 <= hits <= 50


def test_large_data_give_the_same_answer_as_small_ones() -> None:
    answers, design = _drawn(6, rows=30_000)
    design = design + np.random.default_rng(7).uniform(0, 0.2, design.shape)
    assert not find_separation(answers, design)
    rare = np.zeros(len(answers))
    rare[np.flatnonzero(answers == 2)[-1]] = 1.0
    found = find_separation(answers, np.column_stack([design, rare]))
    assert found.columns == (3,) and found.directions == (1,)


def test_scale_and_origin_of_a_column_do_not_matter() -> None:
    answers, design = _drawn(8)
    rare = np.zeros(len(answers))
    rare[np.flatnonzero(answers == 2)[:5]] = 1.0
    moved = np.column_stack([1e6 + 1e3 * design, 1e-4 * rare])
    assert find_separation(answers, moved).columns == (3,)


def test_bad_data_are_refused() -> None:
    answers, design = _drawn(9)
    with pytest.raises(ModelError, match="at least 2 answers; got 1"):
        find_separation(np.zeros(400), design)
    with pytest.raises(ModelError, match="columns that vary independently"):
        find_separation(answers, np.column_stack([design, design[:, 0]]))
