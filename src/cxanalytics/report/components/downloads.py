"""Files carried inside the page as links."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from cxanalytics.formats import round_half_away
from cxanalytics.report.components.text import fill, join


@dataclass(frozen=True, slots=True)
class Download:
    """One file to take away.

    Attributes
    ----------
    label : str
        For example "CSV".
    filename : str
        Safe characters only.
    media : str
        Media type.
    content : bytes
    """

    label: str
    filename: str
    media: str
    content: bytes

    @property
    def size(self) -> str:
        """Size in whole kilobytes, at least one."""
        return f"{max(1, round_half_away(len(self.content) / 1024)):.0f}\u00a0KB"


def download_links(files: Sequence[Download]) -> Markup:
    """Link each file as data inside the page."""
    return fill(
        '<p class="dls">{}</p>',
        join(
            fill(
                '<a class="dl" download="{}" href="data:{};base64,{}">{} <span>{}</span></a>',
                entry.filename,
                entry.media,
                base64.b64encode(entry.content).decode("ascii"),
                entry.label,
                entry.size,
            )
            for entry in files
        ),
    )
