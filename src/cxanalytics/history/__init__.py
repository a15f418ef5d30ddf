"""Is an agency of today the agency of the wave before?

A history is a short file of changes: renamed, merged, split, created, closed. A name that changed
is bridged: one agency, one trend. Parts that merged are pooled before the date where the file
says so, otherwise the trend is broken there; a split always breaks it. Nothing is guessed from
names, and whatever is done is said in a note.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cxanalytics.history.bridge import bridge_published, bridge_survey
from cxanalytics.history.events import KINDS, Event, check_events, read_events
from cxanalytics.published import Published
from cxanalytics.tables import Survey

__all__ = ["KINDS", "Event", "History", "read_history"]


@dataclass(frozen=True, slots=True)
class History:
    """What became of the agencies.

    Attributes
    ----------
    events : tuple of Event
    source : str
        Where they were read, for messages.
    """

    events: tuple[Event, ...]
    source: str = "the history"

    def __post_init__(self) -> None:
        check_events(self.events, self.source)

    def apply(self, survey: Survey) -> Survey:
        """Give every agency one name over time, pool what was merged, mark where trends break.

        Parameters
        ----------
        survey : Survey

        Returns
        -------
        Survey
            With `breaks` and a note for every change. Changes of departments rename and pool
            departments; where departments stand as agencies, they break trends as well.

        Raises
        ------
        DataError
            A day cannot be placed among the waves.
        """
        return bridge_survey(survey, self.events, source=self.source)

    def apply_published(self, published: Published) -> Published:
        """Give every agency one name over time, and set its earlier self apart where it broke.

        Parameters
        ----------
        published : Published

        Returns
        -------
        Published
            A renamed agency has one name. Shares without counts cannot be pooled: the parts of
            a merger keep their own names, and an agency that took others in or was split is
            called "X (until 2012)" before the change.

        Raises
        ------
        DataError
            A day cannot be placed among the waves, or an agency stands under its old and its new
            name in one wave.
        """
        return bridge_published(published, self.events, source=self.source)

    def __repr__(self) -> str:
        kinds = [f"{sum(e.kind == kind for e in self.events)} {kind}" for kind in KINDS]
        return f"History: {len(self.events)} rows from {self.source}; {', '.join(kinds)}"


def read_history(path: str | Path) -> History:
    """Read what became of the agencies.

    Parameters
    ----------
    path : str or Path
        A CSV file with the columns `kind` (renamed, merged, split, created or closed), `old`,
        `new`, and `date` (2024-04-30) or `period` (the first wave after the change); where wanted
        `bridge` (yes or no: are the answers of merged parts pooled before the date?), `agency`
        (where `old` and `new` are departments of it) and `note`. A row per part: two agencies
        that became one are two rows.

    Returns
    -------
    History

    Raises
    ------
    DataError
        The file, a row or the history as a whole is impossible; the message names the row.
    """
    return History(events=read_events(Path(path)), source=Path(path).name)
