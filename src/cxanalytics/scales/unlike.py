"""May two questions be compared?

Only the same question on the same scale may. Scales are not equated: that needs people who
answered on both, or items asked on both.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from cxanalytics.scales.scale import Scale

if TYPE_CHECKING:
    from cxanalytics.tables import Question

SHOWN = 90


def unlike(first: Question, second: Question) -> str:
    """Say why two questions may not be compared.

    Parameters
    ----------
    first, second : Question

    Returns
    -------
    str
        "" where they may, else one sentence. Wordings are compared where both are known.
    """
    return unlike_scale(first, second) or unlike_wording(first, second)


def unlike_scale(first: Question, second: Question) -> str:
    """Say how the scales of two questions differ; "" where they are one."""
    one, other = first.scale, second.scale
    if _meaning(one) == _meaning(other):
        return ""
    scales = f"{_named(one)} and {_named(other)}"
    if one.id == other.id:
        scales = f"two scales named {one.id} that do not mean the same"
    nps = ""
    if (one.net_label == "NPS") != (other.net_label == "NPS"):
        nps = ' "NPS" is said of 0 to 10 alone, and'
    return (
        f"'{first.label}' is asked on {scales};{nps} scales are not put on one footing without "
        "people who answered on both."
    )


def unlike_wording(first: Question, second: Question) -> str:
    """Say how the wordings of two questions differ; "" where they are one, or one is unknown."""
    one, other = _words(first.wording), _words(second.wording)
    if not one or not other or one == other:
        return ""
    return (
        f"'{first.label}' is worded in two ways, {_quoted(first.wording)} and "
        f"{_quoted(second.wording)}: a difference could come from the words."
    )


def _meaning(scale: Scale) -> tuple[object, ...]:
    return (
        scale.id,
        scale.answers,
        scale.positive,
        scale.top,
        scale.promoters,
        scale.detractors,
    )


def _named(scale: Scale) -> str:
    return f"{scale.allowed()} (scale {scale.id})"


def _words(wording: str) -> str:
    plain = re.sub(r"['’]", "", unicodedata.normalize("NFKC", wording))
    return re.sub(r"[\W_]+", " ", plain).strip().casefold()


def _quoted(wording: str) -> str:
    plain = " ".join(wording.split())
    return f"“{plain if len(plain) <= SHOWN else plain[: SHOWN - 1] + '…'}”"
