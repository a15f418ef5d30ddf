"""How strong would something nobody measured have to be to take a relation away?

Said in shares of what the model leaves open on both sides, beside the strongest thing measured. A
range that holds zero as it is needs no unmeasured cause, and that is said first.
"""

from __future__ import annotations

import math

import pandas as pd

from cxanalytics.formats import fixed, percent
from cxanalytics.rules import GRADES
from cxanalytics.tables import Estimates
from cxanalytics.words.grammar import capital
from cxanalytics.words.morale_sizes import Scale, per_step, say_better

_SMALL = 0.10


def _share(value: float) -> str:
    """Print a share; small ones with a decimal, so that no strength is told as nothing."""
    return percent(value, 1 if value < _SMALL else 0)


def _fact(estimates: Estimates, name: str) -> float:
    return float(estimates.facts.get(name, float("nan")))


def _many(estimates: Estimates) -> str:
    """Name what is followed: with one wave, agencies made of units."""
    return "agencies" if estimates.facts.get("waves") == 1 else "units"


def _place(estimates: Estimates) -> str:
    return f"{estimates.facts.get('term', 'within')} {_many(estimates)}"


def say_unmeasured_cause(estimates: Estimates, *, scale: Scale) -> str:
    """Say what an unmeasured cause would have to be to take the relation away.

    Parameters
    ----------
    estimates : Estimates
        From `fit_unmeasured_cause`.
    scale : Scale
        From `scale_of`: the units sizes are told in.

    Returns
    -------
    str
        Two or three sentences: the size, what it would take, and beside what.
    """
    frame = per_step(estimates, scale).frame
    row = frame.loc[frame["key"] == "observed"].iloc[0]
    if pd.isna(row["conf_low"]):
        return f"There is no range of the relation {_place(estimates)}: {row['reason']}."
    told = f"{capital(say_better(row, scale))} {_place(estimates)}, for {scale.step_words} more"
    told = f"{told} morale ({int(row['units']):,} {_many(estimates)})."
    value, alpha = (
        _fact(estimates, name) for name in ("robustness_value", "robustness_value_alpha")
    )
    if alpha == 0.0:
        return (
            f"{told} The range holds zero as it is: it takes no unmeasured cause to remove the "
            "relation, and one could also hide it."
        )
    enough = f"An unmeasured cause would have to explain {_share(value)} of what is left of both"
    enough = f"{enough} morale and performance to leave nothing"
    if math.isfinite(alpha):
        enough = f"{enough}, and {_share(alpha)} to make the range hold zero"
    return " ".join(part for part in (told, f"{enough}.", _beside(estimates)) if part)


def _beside(estimates: Estimates) -> str:
    name, times = str(estimates.facts.get("benchmark", "")), _fact(estimates, "times_needed")
    if not name:
        return "Nothing was measured that it could be compared with."
    if math.isnan(times):
        return ""
    if math.isinf(times):
        return f"Beside {name} it cannot be told: that goes with one side alone."
    if times < 1.0:
        return f"One {percent(times)} as strong as {name} would be enough to leave nothing."
    return f"That is a cause {fixed(times, 1)} times as strong as {name}."


def say_association(estimates: Estimates, *, morale: str, performance: str) -> str:
    """Say that the figures describe, and what an unmeasured factor would need.

    Parameters
    ----------
    estimates : Estimates
        From `fit_unmeasured_cause`.
    morale, performance : str
        Labels of the two sides.

    Returns
    -------
    str
    """
    text = (
        "These figures describe how scores move together. They do not show that changing "
        f"{morale} will change {performance}."
    )
    if _fact(estimates, "robustness_value_alpha") == 0.0:
        return f"{text} Their range holds zero even without an unmeasured factor."
    return (
        f"{text} An unmeasured factor explaining "
        f"{_share(_fact(estimates, 'robustness_value'))} of the remaining variation in both would "
        "be enough to remove this result."
    )


def say_e_value(estimates: Estimates) -> str:
    """Say the ratio of risks and its E-values, for the appendix.

    Parameters
    ----------
    estimates : Estimates
        Facts `risk_ratio risk_ratio_low risk_ratio_high risk_ratio_from e_value e_value_range`.

    Returns
    -------
    str
    """
    ratio, low, high = (
        _fact(estimates, name) for name in ("risk_ratio", "risk_ratio_low", "risk_ratio_high")
    )
    made = "from the mean share"
    if estimates.facts.get("risk_ratio_from") != "share":
        made = "approximated from the difference in standard deviations"
    text = f"As a ratio of risks for one standard deviation of morale, {made}: {fixed(ratio, 2)}"
    if math.isfinite(low) and math.isfinite(high):
        text = f"{text} ({fixed(low, 2)} to {fixed(high, 2)})"
    text = f"{text}; E-value {fixed(_fact(estimates, 'e_value'), 2)}"
    limit = _fact(estimates, "e_value_range")
    return f"{text}, {fixed(limit, 2)} for the range." if math.isfinite(limit) else f"{text}."


def say_title_unmeasured(estimates: Estimates) -> str:
    """Say in a title how strong an unmeasured cause must be.

    Parameters
    ----------
    estimates : Estimates
        From `fit_unmeasured_cause`.

    Returns
    -------
    str
    """
    if _fact(estimates, "robustness_value_alpha") == 0.0:
        return "The range holds zero without any unmeasured cause"
    return (
        f"A cause that explains {_share(_fact(estimates, 'robustness_value'))} of both sides "
        + ("would leave nothing")
    )


def say_unmeasured_note(estimates: Estimates) -> str:
    """Say how to read the map, and what it rests on.

    Parameters
    ----------
    estimates : Estimates
        Facts `units waves grade same_source`, and those of `say_e_value`.

    Returns
    -------
    str
    """
    facts = estimates.facts
    grade = GRADES[str(facts.get("grade", "D"))]
    waves = int(facts.get("waves", 1))
    source = ""
    if facts.get("same_source"):
        source = "Both sides come from the same people: how they answer is such a cause. "
    return (
        "Every point is a possible unmeasured cause. The rest is what units, waves and measured "
        "columns do not explain. The lines say how strong such a cause must be, not "
        f"whether there is one. {source}Base: {int(facts['units']):,} {_many(estimates)} in "
        f"{waves} wave{'' if waves == 1 else 's'}; grade {grade.letter}. {say_e_value(estimates)}"
    )


def say_alt_unmeasured(table: pd.DataFrame) -> str:
    """Describe the map.

    Parameters
    ----------
    table : DataFrame
        `key share_morale share_performance`, as `unmeasured_cause_table` gives it.

    Returns
    -------
    str
    """
    text = (
        "A map of unmeasured causes: to the right, those that explain more of what is left of "
        "morale; upward, of performance. A line parts those that would leave nothing."
    )
    for share in table.loc[table["key"] == "zero", "share_morale"]:
        text = f"{text} On both sides alike, the line is reached at {_share(share)}."
    marked = table.loc[table["key"].isin(["1x", "2x", "3x"]) & table["share_morale"].notna()]
    if len(marked):
        first = marked.iloc[0]
        shares = f"{_share(first['share_morale'])} and {_share(first['share_performance'])}"
        text = f"{text} The strongest measured thing explains {shares}."
    return text
