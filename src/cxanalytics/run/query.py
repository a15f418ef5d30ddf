"""How is a database asked without its address reaching anything that is kept?

The address stands in an environment variable and is read at the moment of use.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cxanalytics.errors import ParamsError
from cxanalytics.run import keys
from cxanalytics.run.study_sources import SqlSurvey

if TYPE_CHECKING:
    from cxanalytics.run.resolve import StudyFolder


def database(study: StudyFolder, spec: SqlSurvey) -> str:
    """Read the address of the database.

    Parameters
    ----------
    study : StudyFolder
    spec : SqlSurvey

    Returns
    -------
    str
        Never to be printed or stored.

    Raises
    ------
    ParamsError
        The environment variable is not set.
    """
    name = spec.database[2:-1]
    if not os.environ.get(name):
        raise ParamsError(
            f"{study.yaml.where(['survey', 'database'])}: the environment variable {name} is not "
            "set. Set it to the address of the database, such as "
            "postgresql+psycopg://user:password@host/name."
        )
    return os.environ[name]


def query(study: StudyFolder, spec: SqlSurvey) -> str:
    """Read the query of a study.

    Parameters
    ----------
    study : StudyFolder
    spec : SqlSurvey

    Returns
    -------
    str
    """
    if spec.query:
        return spec.query
    return study.path("survey.query_file", spec.query_file or "").read_text(encoding="utf-8")


def query_digest(study: StudyFolder) -> str:
    """Digest what the query gives now, so that new data make new results.

    Parameters
    ----------
    study : StudyFolder
        With a survey from a database.

    Returns
    -------
    str
    """
    import pandas as pd

    from cxanalytics.run.read import read_survey

    survey = read_survey(study)
    parts: list[object] = [[note.text for note in survey.notes]]
    for frame in (survey.frame, survey.reasons):
        if frame is not None:
            rows = pd.util.hash_pandas_object(frame, index=False)
            parts.append([list(frame.columns), len(rows), int(rows.sum())])
    return keys.digest(parts)
