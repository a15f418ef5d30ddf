"""How many customers of a federal service were there, were asked, and answered?

Both layouts of A-11 Section 280 carry these three numbers by deployment. They are kept as they
stand, because real rows have more respondents than customers.
"""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import pandas as pd

from cxanalytics.sources._a11 import read_agencies, read_periods, whole_counts
from cxanalytics.sources._grid import read_grid

FUNNEL = MappingProxyType(
    {
        "customers": "volume_of_customers",
        "asked": "volume_of_customers_provided_survey_opportunity",
        "answered": "volume_of_respondents",
    }
)


def read_a11_response(path: str | Path, *, agency: str = "service_provider_name") -> pd.DataFrame:
    """Read how many customers there were, were asked, and answered.

    Parameters
    ----------
    path : str or Path
        The file of `read_a11_v1`, or the details file of `read_a11_v2`, which has no quarters.
    agency : {"service_provider_name", "service_name"}

    Returns
    -------
    DataFrame
        `row agency period customers asked answered`: a row per row of the file, NaN where a count
        is blank, for `fit_response`. Nothing is divided or left out.

    Raises
    ------
    DataError
        A count is not whole, or a quarter is no quarter.
    ParamsError
        An unknown `agency`.
    """
    grid = read_grid(path)
    agencies = read_agencies(grid, agency)
    quarters = "collection_quarter" in grid.header
    made = pd.DataFrame(
        {
            "row": agencies.index,
            "agency": agencies.to_numpy(),
            "period": read_periods(grid).to_numpy() if quarters else "",
        }
    )
    counts = {role: whole_counts(grid, column) for role, column in FUNNEL.items()}
    return made.assign(**counts)
