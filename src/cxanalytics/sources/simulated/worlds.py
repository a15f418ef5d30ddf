"""In which worlds can the simulated government live, and what is wrong in each?

`default` is kind to a careful analyst and cruel to a careless one. Every other world
breaks one assumption that some method leans on, and changes nothing else: the same
agencies, teams and random numbers, another mechanism.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class World:
    """Strength of each mechanism, on the latent scale of experience.

    Attributes
    ----------
    name : str
    text : str
        What is true in this world, in one sentence.
    morale_within : float
        Effect of a team's morale, against its own mean, on experience one wave later.
    morale_between : float
        Effect of a team's lasting morale on experience.
    attention : float
        Effect of one standard deviation of an agency's attention to customer experience.
    driver_pull : float
        Multiplies the effects of the service drivers on the three outcomes.
    driver_halo, outcome_halo : float
        Loading of a customer's general mood on driver and outcome answers.
    goodwill : float
        Loading of a mood that only the three outcomes share.
    interventions : float
        Multiplies the true effects of initiatives and customer experience officers.
    hidden_agency : float
        Effect of hidden funding on outcomes; it raises attention and morale as well.
    hidden_team : float
        Effect of hidden workload on outcomes; it lowers morale as well.
    performance_to_morale : float
        Effect of a team's standardized experience on its morale one wave later.
    spread : float
        How strongly an unresolved need widens the recommend answer.
    response_tilt : float
        How strongly the general mood decides who answers.
    acquiescence : float
        Share of customers who agree with everything a little more.
    """

    name: str
    text: str
    morale_within: float = 0.18
    morale_between: float = 0.12
    attention: float = 0.06
    driver_pull: float = 1.0
    driver_halo: float = 0.65
    outcome_halo: float = 0.15
    goodwill: float = 0.25
    interventions: float = 1.0
    hidden_agency: float = 0.0
    hidden_team: float = 0.0
    performance_to_morale: float = 0.0
    spread: float = 0.0
    response_tilt: float = 0.0
    acquiescence: float = 0.08


WORLDS: dict[str, World] = {
    world.name: world
    for world in (
        World(
            "default",
            "Morale, attention, drivers and some initiatives have modest true effects; "
            "nonresponse is undone by the weights.",
        ),
        World(
            "non_proportional",
            "An unresolved need makes detractors but hardly fewer promoters: "
            "no single odds ratio describes it.",
            spread=0.7,
        ),
        World(
            "confounded",
            "Hidden funding, workload and hardship move both sides: morale and attention "
            "do nothing, and drivers do much less than they seem to.",
            morale_within=0.0,
            morale_between=0.0,
            attention=0.0,
            driver_pull=0.4,
            outcome_halo=0.55,
            hidden_agency=0.08,
            hidden_team=0.14,
        ),
        World(
            "informative_nonresponse",
            "Pleased customers answer more often, in some agencies far more often: "
            "weights for channel and age do not undo it.",
            response_tilt=1.0,
        ),
        World(
            "zero_effect",
            "Agencies differ, but morale, attention, drivers, initiatives and officers do nothing.",
            morale_within=0.0,
            morale_between=0.0,
            attention=0.0,
            driver_pull=0.0,
            outcome_halo=0.0,
            goodwill=0.85,
            interventions=0.0,
            acquiescence=0.0,
        ),
        World(
            "performance_causes_morale",
            "Good results lift morale one wave later; morale does nothing for results.",
            morale_within=0.0,
            morale_between=0.0,
            performance_to_morale=0.25,
        ),
    )
}
