"""Which true values can be compared with what is estimated?"""

from __future__ import annotations

import pandas as pd

from cxanalytics.sources.simulated.government import Government
from cxanalytics.sources.simulated.true_effects import (
    audit_truth,
    crisis_truth,
    driver_truth,
    initiative_truth,
    morale_truth,
    officer_truth,
)
from cxanalytics.sources.simulated.true_scores import (
    Population,
    channel_truth,
    department_truth,
    share_truth,
    spread_truth,
    team_truth,
)


def tell_truth(government: Government, audit: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Compute every truth of a government.

    Parameters
    ----------
    government : Government
    audit : DataFrame
        The published audit scores, which decide who counts as attentive.

    Returns
    -------
    dict of str to DataFrame
    """
    population = Population(government)
    return {
        "world": pd.DataFrame({"world": [government.world.name], "text": [government.world.text]}),
        "shares": share_truth(population),
        "departments": department_truth(population),
        "teams": team_truth(population),
        "channels": channel_truth(population),
        "spread": spread_truth(population),
        "drivers": driver_truth(government),
        "morale": morale_truth(government),
        "audit": audit_truth(government, audit),
        "initiatives": initiative_truth(population),
        "officers": officer_truth(population),
        "crisis": crisis_truth(population),
    }
