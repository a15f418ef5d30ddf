"""Which cells may be published?

One control for all that leaves. `groups` hides small groups of one total, and more where
subtraction would give them back; `margins` does so where cells stand in several totals at once;
`survey` marks the rows and units that a published model may use; `estimates` blanks what may not be
shown;
`releases` finds what one release gives away beside another.
"""

from cxanalytics.disclosure.estimates import shared_control, withhold
from cxanalytics.disclosure.groups import suppress
from cxanalytics.disclosure.margins import suppress_margins, suppress_within
from cxanalytics.disclosure.releases import release_leaks
from cxanalytics.disclosure.survey import agency_reasons, publishable_rows, publishable_units

__all__ = [
    "agency_reasons",
    "publishable_rows",
    "publishable_units",
    "release_leaks",
    "shared_control",
    "suppress",
    "suppress_margins",
    "suppress_within",
    "withhold",
]
