"""From a number on a page back to the rows it was computed from, and whether they still give it.

`outputs` and `page` read what is there, `cells` and `tables` find the code behind it, `again` runs
that code, `rows` and `bases` count the rows, `compare` holds the two against each other, `follow`
does all of it, `text` tells it.
Nothing here writes a file.
"""

from __future__ import annotations

from cxanalytics.run.trace.follow import Trace, trace_records
from cxanalytics.run.trace.text import as_lines, as_plain

__all__ = ["Trace", "as_lines", "as_plain", "trace_records"]
