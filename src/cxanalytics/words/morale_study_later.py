"""What does the page of a study say of the wave after, and of several looks at one question?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cxanalytics.rules import GRADES
from cxanalytics.words.morale_sizes import Scale, better, say_better
from cxanalytics.words.morale_study import Compared, ranged

if TYPE_CHECKING:
    from cxanalytics.tables import Estimates, Panel


def say_morale_study_later(ladder: Estimates, scale: Scale, *, panel: Panel) -> str:
    """Say how much results differ one wave after morale; "" where nothing is shown.

    Parameters
    ----------
    ladder : Estimates
        Of `fit_morale_ladder`, as `per_step` gives it.
    scale : Scale
    panel : Panel

    Returns
    -------
    str
        The size, its range and the grade of the design.
    """
    row = ranged(ladder, "morale_before")
    if row is None or not better(row, level=ladder.level):
        return ""
    grade = GRADES[str(row.get("grade", ladder.facts.get("grade", "D")))]
    return (
        f"One wave later, {scale.step_words} more on “{panel.morale_label}” goes with "
        f"“{panel.performance_label}” {say_better(row, scale)}; grade {grade.letter}, "
        f"{grade.design}."
    )


def say_morale_study_split(
    ladder: Estimates, scale: Scale, *, panel: Panel, compared: Compared
) -> str:
    """Say the relation within where morale and results come from different people.

    Parameters
    ----------
    ladder : Estimates
        Of `fit_morale_ladder`, as `per_step` gives it.
    scale : Scale
    panel : Panel
    compared : Compared

    Returns
    -------
    str
        "" where the two sources differ anyway, or it was not fitted.
    """
    row = ranged(ladder, "split_sample")
    if row is None or not panel.same_source:
        return ""
    return (
        f"Where morale and results come from different people, it is {say_better(row, scale)} "
        f"{compared.inside}."
    )


def say_morale_study_looks(scaled: Estimates) -> str:
    """Say that a range is clear by itself, but not after several looks; "" where none is.

    Parameters
    ----------
    scaled : Estimates
        As for `say_morale_study`, with `p_adjusted`.

    Returns
    -------
    str
    """
    frame = scaled.frame
    rows = frame.loc[frame["key"].isin(("between", "within"))]
    alone = [better(row.drop("p_adjusted", errors="ignore")) for _, row in rows.iterrows()]
    shown = [better(row, level=scaled.level) for _, row in rows.iterrows()]
    if alone == shown:
        return ""
    return (
        "A range that leaves zero out by itself does not count as clear here: several looks were "
        "taken at one question."
    )
