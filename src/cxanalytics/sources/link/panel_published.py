"""Do two published scores of the same agencies go together over time?

No number of answers was published, so nothing is known of chance in a single score; what can be
looked at is how the scores of agencies move together.
"""

from __future__ import annotations

from collections.abc import Mapping

from cxanalytics.errors import DataError
from cxanalytics.formats import count as count_text
from cxanalytics.published import Published
from cxanalytics.sources._cells import rows_text
from cxanalytics.tables import Check, Panel, need_columns


def panel_from_published(
    published: Published,
    *,
    morale: str,
    performance: str,
    only: Mapping[str, str] | None = None,
) -> Panel:
    """Set two published measures side by side, by agency and period.

    Parameters
    ----------
    published : Published
    morale, performance : str
        Names of two of its measures; both come from the same people.
    only : mapping of str to str, optional
        Group to the value that is kept, where agencies also stand in another agency's figures.

    Returns
    -------
    Panel
        Without a number of answers and without sampling errors: none was published.

    Raises
    ------
    DataError
        An unknown measure or group, one measure twice, or no agency with both in a period.
    """
    sides = (published.measure(morale), published.measure(performance))
    if morale == performance:
        raise DataError(f"`morale` and `performance` must differ; both are {morale!r}.")
    frame = published.frame
    for group, value in (only or {}).items():
        need_columns(frame, [group], "Published")
        frame = frame.loc[frame[group] == value]
    keys = ["agency", "period"]
    one, other = (
        frame.loc[frame["measure"] == side.name, [*keys, "value"]].rename(columns={"value": role})
        for side, role in zip(sides, ("morale", "performance"), strict=True)
    )
    both = one.merge(other, on=keys, validate="one_to_one")
    if both.empty:
        raise DataError(f"No agency has both {morale!r} and {performance!r} in the same period.")
    lost = len(one) - len(both)
    notes = (
        *published.notes,
        Check(
            "no counts",
            None,
            "The number of answers was not published: how far chance alone moves a score is not "
            "known, and no score was left out for too few answers.",
        ),
        Check(
            "rows kept",
            None,
            f"{rows_text(len(both))} have both measures; {count_text(lost)} have morale only.",
        ),
    )
    return Panel.from_frame(
        both.sort_values(keys, kind="stable"),
        agency="agency",
        period="period",
        morale="morale",
        performance="performance",
        morale_label=sides[0].label,
        performance_label=sides[1].label,
        performance_is="share" if sides[1].unit == "share" else "mean",
        higher_is_better=sides[1].higher_is_better,
        same_source=True,
        notes=notes,
    )
