"""What moves the experience of a team's customers, and by how much?

Effects work on the service drivers; the outcomes follow the drivers, apart from the agency's
own standing. Each effect can be taken out, so that the truth is a difference between two
governments and not a regression.
"""

from __future__ import annotations

import numpy as np

from cxanalytics.sources.simulated.answering import MORALE_LOADING, WEIGHTS
from cxanalytics.sources.simulated.draws import Array
from cxanalytics.sources.simulated.government import Government
from cxanalytics.sources.simulated.names import (
    AGE_BANDS,
    CHANNELS,
    DRIVERS,
    LANGUAGES,
    NEEDS,
    QUARTERS,
    QUESTIONS,
    WORDING_CHANGED,
)
from cxanalytics.sources.simulated.worlds import World

WORDING_SHIFT = 0.20
CRISIS_BLOW = (-0.5, -1.0, -0.55, -0.15, -0.3)

CHANNEL_EFFECT = {
    "phone": (0.02, -0.15, 0.04, 0.06, 0.02),
    "web chat": (0.06, 0.20, -0.04, -0.04, 0.00),
    "email": (-0.12, -0.05, -0.10, -0.12, -0.08),
    "walk-in": (0.00, -0.20, 0.12, 0.10, 0.10),
}
AGE_EFFECT = dict(zip(AGE_BANDS, (-0.12, -0.03, 0.04, 0.15), strict=True))
LANGUAGE_EFFECT = dict(zip(LANGUAGES, (0.02, -0.02, -0.16), strict=True))
NEED_EFFECT = {
    "information": (0.12, 0.08, 0.14, 0.02, 0.00),
    "application": (-0.10, -0.04, -0.10, 0.02, 0.05),
    "payment": (0.02, 0.00, 0.02, 0.00, 0.00),
    "complaint": (-0.20, -0.12, -0.35, -0.20, -0.18),
}


def locations(
    government: Government,
    *,
    initiatives: bool = True,
    officers: bool = True,
    attention: Array | None = None,
    wording: bool = True,
) -> Array:
    """Place every team in every quarter on every question.

    Parameters
    ----------
    government : Government
    initiatives, officers, wording : bool
        Leave out to see the government without them.
    attention : (agencies,) array, optional
        Put in place of the agencies' own attention.

    Returns
    -------
    (teams, quarters, questions) array
    """
    world, plans = government.world, government.plans
    agency, department = government.team_agency, government.team_department
    paid = government.attention if attention is None else attention
    push = plans.officer_effect[department] * (world.interventions if officers else 0.0)
    morale = (
        world.morale_within * government.morale_passing[:, :-1]
        + world.morale_between * government.morale_lasting[:, None]
    )
    drivers = (
        (government.service + push)[:, :, None]
        + government.profile[agency][:, None, :]
        + morale[:, :, None] * MORALE_LOADING
    )
    if initiatives:
        drivers = drivers + world.interventions * plans.initiative_effect[agency]
    pull = WEIGHTS * world.driver_pull
    beyond = 1.0 - pull.sum(axis=1)
    level = government.standing + world.attention * paid
    outcomes = (
        np.einsum("tqd,od->tqo", drivers, pull)
        + (government.regard + push)[:, :, None] * beyond
        + level[agency][:, None, None]
    )
    placed = np.concatenate([outcomes, drivers], axis=2)
    if wording:
        placed[:, QUARTERS.index(WORDING_CHANGED) :, QUESTIONS.index("wait")] -= WORDING_SHIFT
    return placed


def follow(drivers: Array, world: World) -> Array:
    """Carry effects on the drivers over to the outcomes: (rows, drivers) to (rows, questions)."""
    return np.hstack([drivers @ (WEIGHTS * world.driver_pull).T, drivers])


def case_effects(world: World) -> dict[str, Array]:
    """List what channel, age, language and need do to every question."""
    ones = np.ones(len(DRIVERS))
    return {
        "channel": follow(np.array([CHANNEL_EFFECT[name] for name in CHANNELS]), world),
        "age": follow(np.outer([AGE_EFFECT[name] for name in AGE_BANDS], ones), world),
        "language": follow(np.outer([LANGUAGE_EFFECT[name] for name in LANGUAGES], ones), world),
        "need": follow(np.array([NEED_EFFECT[name] for name in NEEDS]), world),
    }


def crisis_effect(world: World) -> Array:
    """Measure what the crisis week does to every question, (questions,)."""
    blow = np.array([CRISIS_BLOW])
    effect: Array = follow(blow, world)[0]
    return effect
