"""How many departments and channels are not shown, and why? None is named, none has a figure.

One count for page and appendix: whatever carries a reason instead of figures.
"""

from __future__ import annotations

from cxanalytics.tables import Benchmark, Estimates
from cxanalytics.words.grammar import capital, counted, verb
from cxanalytics.words.nouns import Nouns

ONE_SIDED = "one_sided"
"""Why a channel that may be shown has no adjusted share, as `fit_channel_scores` says it."""


def say_departments_left_out(benchmark: Benchmark, *, nouns: Nouns, agency: str = "") -> str:
    """Say how many departments are not shown, and why; none is named.

    Parameters
    ----------
    benchmark : Benchmark
        From `benchmark_departments`.
    nouns : Nouns
    agency : str
        One agency; all when empty.

    Returns
    -------
    str
        "" where all are shown.
    """
    frame = benchmark.frame
    here = frame if not agency else frame.loc[frame["agency"] == agency]
    number = int((here["suppressed_reason"] != "").sum())
    return _say_few(number, nouns.department, nouns.departments)


def say_channels_left_out(estimates: Estimates, *, nouns: Nouns, agency: str = "") -> str:
    """Say how many channels are not compared, and why; none is named.

    Parameters
    ----------
    estimates : Estimates
        From `benchmark_channels`.
    nouns : Nouns
    agency : str
        One agency; all together when empty.

    Returns
    -------
    str
        "" where none is left out.
    """
    frame = estimates.frame
    cells = frame.loc[(frame["row"] == "cell") & frame["estimate"].isna()]
    one, many = "channel", "channels"
    if agency:
        cells = cells.loc[cells["agency"] == agency]
    else:
        one += f" of one {nouns.organization}"
        many += f" of single {nouns.organizations}"
    one_sided = int((cells["suppressed_reason"] == ONE_SIDED).sum())
    told = [_say_few(len(cells) - one_sided, one, many)]
    if one_sided:
        told.append(
            f"{capital(counted(one_sided, one, many))} {verb(one_sided)} left out: all or none of "
            "the answers are positive."
        )
    return " ".join(filter(None, told))


def _say_few(number: int, singular: str, plural: str) -> str:
    """Say how many are too small, or hidden for their sake; "" for none."""
    if not number:
        return ""
    return (
        f"{capital(counted(number, singular, plural))} {verb(number, 'has', 'have')} too few "
        "answers to show, or would give such a one away."
    )
