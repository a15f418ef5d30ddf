"""Range bars inside table rows, all on one printed scale."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from cxanalytics.formats import percent, share_range
from cxanalytics.report.components.text import fill

_STEP = 0.02
_LEAST_WIDTH = 0.10


@dataclass(frozen=True, slots=True)
class BarScale:
    """The common scale of a column of bars.

    Attributes
    ----------
    low, high : float
        Ends of the scale, as shares.
    """

    low: float
    high: float

    def at(self, share: float) -> str:
        """Place a share on the scale, as a percentage of its width."""
        place = 100 * (share - self.low) / (self.high - self.low)
        return f"{min(max(place, 0.0), 100.0):.2f}%"

    @property
    def ticks(self) -> tuple[str, str, str]:
        """Low end, middle and high end as printed."""
        return percent(self.low), percent((self.low + self.high) / 2), percent(self.high)

    @property
    def span(self) -> str:
        """The scale in words: "50% to 86%"."""
        return share_range(self.low, self.high)


def bar_scale(shares: Iterable[float]) -> BarScale:
    """Choose a scale that holds every share with a little room.

    Parameters
    ----------
    shares : iterable of float
        Ends of ranges and middle halves; NaN is passed over.

    Returns
    -------
    BarScale
        Ends on even percents, middle on a whole percent.
    """
    known = [share for share in shares if not math.isnan(share)]
    if not known:
        return BarScale(0.0, 1.0)
    low = math.floor((min(known) - _STEP / 2) / _STEP) * _STEP
    high = math.ceil((max(known) + _STEP / 2) / _STEP) * _STEP
    missing = _LEAST_WIDTH - (high - low)
    if missing > 0:
        low -= math.ceil(missing / 2 / _STEP) * _STEP
        high += math.ceil(missing / 2 / _STEP) * _STEP
    return BarScale(round(max(low, 0.0), 2), round(min(high, 1.0), 2))


def range_bar(
    scale: BarScale,
    *,
    estimate: float,
    low: float,
    high: float,
    peer: float,
    peer_low: float,
    peer_high: float,
) -> Markup:
    """Draw one range bar, with its range in words for those who cannot see it.

    Parameters
    ----------
    scale : BarScale
    estimate, low, high : float
        The score and the ends of its likely range, as shares.
    peer, peer_low, peer_high : float
        The typical peer and the middle half of peers; NaN leaves them out.

    Returns
    -------
    Markup
    """
    marks = Markup("")
    if not math.isnan(peer):
        marks += Markup(
            '<rect x="{0}" width="{1:.2f}%" y="3" height="20" fill="var(--rule)"/>'
            '<rect x="{2}" width="2" y="3" height="20" fill="var(--unsure)"'
            ' transform="translate(-1)"/>'
        ).format(
            scale.at(peer_low),
            float(scale.at(peer_high)[:-1]) - float(scale.at(peer_low)[:-1]),
            scale.at(peer),
        )
    marks += Markup(
        '<line x1="{0}" x2="{1}" y1="13" y2="13" stroke="var(--you)" stroke-width="3"/>'
        '<rect x="{2}" width="7" y="6" height="14" fill="var(--you)" transform="translate(-3.5)"/>'
    ).format(scale.at(low), scale.at(high), scale.at(estimate))
    return fill(
        '<svg class="rb" aria-hidden="true" focusable="false">{}</svg><span class="vh">{}</span>',
        marks,
        share_range(low, high),
    )


def bar_head(scale: BarScale, head: str) -> Markup:
    """Head a column of bars with its scale."""
    low, middle, high = scale.ticks
    return fill(
        '{}<span class="axis" aria-hidden="true"><i>{}</i><i>{}</i><i>{}</i></span>',
        head,
        low,
        middle,
        high,
    )


def bar_key(who: str, peers: str) -> Markup:
    """Explain the marks of a bar in one line.

    Parameters
    ----------
    who : str
        Whose range it is: "You" or "Agency".
    peers : str
        Plural noun of the compared: "peers" or "agencies".

    Returns
    -------
    Markup
    """
    return fill(
        '<p class="key"><span><i class="k-you"></i>{}, with likely range</span>'
        '<span><i class="k-mid"></i>Typical peer</span>'
        '<span><i class="k-band"></i>Middle half of {}</span></p>',
        who,
        peers,
    )
