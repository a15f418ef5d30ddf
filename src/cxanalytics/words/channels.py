"""Is the experience the same in every channel, said only where the band of sameness allows it?

"About the same" is called as a difference is: where it is likely enough. What cannot be called is
left out of the sentence and counted.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxanalytics.formats import fixed, list_words, points, size_range
from cxanalytics.tables import Estimates
from cxanalytics.words.certainty import say_verdict
from cxanalytics.words.grammar import capital, counted, none_or, shortened, verb
from cxanalytics.words.nouns import Nouns

_APART = ("above", "below")
_MOST_NAMED = 2


def _rows(estimates: Estimates, row: str, agency: str) -> pd.DataFrame:
    frame = estimates.frame
    return frame.loc[
        (frame["row"] == row) & (frame["agency"] == agency) & frame["estimate"].notna()
    ]


def say_channels(estimates: Estimates, *, nouns: Nouns, agency: str = "") -> str:
    """Say which channels are alike and which are not.

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
        One to three sentences.
    """
    pairs = _rows(estimates, "pair", agency)
    where = "in your channels" if agency else "over all channels"
    if pairs.empty:
        return f"Fewer than two channels can be shown, so {nouns.outcome} {where} is not compared."
    same = pairs.loc[pairs["verdict"] == "same"].sort_values("certainty", ascending=False)
    apart = pairs.loc[pairs["verdict"].isin(_APART)]
    apart = apart.loc[apart["gap"].abs().sort_values(ascending=False, kind="stable").index]
    told = [_say_apart(row) for _, row in apart.head(_MOST_NAMED).iterrows()]
    told += [_say_same(row, estimates) for _, row in same.head(_MOST_NAMED).iterrows()]
    unclear = int((pairs["verdict"] == "unclear").sum())
    if not told:
        none = "The one pair of channels is" if len(pairs) == 1 else "All pairs of channels are"
        return f"{none} too close to call."
    rest = len(pairs) - len(told) - unclear
    if rest:
        told.append(f"{capital(counted(rest, 'more pair', 'more pairs'))} can be called.")
    if unclear:
        many = f"{capital(none_or(unclear))} of {counted(len(pairs), 'pair', 'pairs')}"
        told.append(f"{many} {verb(unclear)} too close to call.")
    return " ".join(told)


def _say_apart(row: pd.Series[Any]) -> str:
    low, high = str(row["channel"]), str(row["other"])
    gap, ends = float(row["gap"]), (float(row["gap_low"]), float(row["gap_high"]))
    if gap > 0:
        low, high, gap, ends = high, low, -gap, (-ends[1], -ends[0])
    chip = say_verdict(row)
    word = chip.word.rsplit(" ", 1)[0].lower()
    size = points(abs(gap)).removeprefix("+")
    return (
        f"{capital(low)} is {word} below {high} ({chip.certain}), by {size} "
        f"(likely {size_range(*ends)})."
    )


def _say_same(row: pd.Series[Any], estimates: Estimates) -> str:
    band = fixed(100.0 * float(estimates.facts["difference"]), 1).removesuffix(".0")
    return (
        f"{capital(str(row['channel']))} and {row['other']} are about the same, within {band} "
        f"points ({say_verdict(row).certain})."
    )


def say_channel_spread(estimates: Estimates, *, nouns: Nouns, agency: str = "") -> str:
    """Say how far the channels of one agency lie apart.

    Parameters
    ----------
    estimates : Estimates
        From `benchmark_channels`.
    nouns : Nouns
    agency : str
        One agency; all pooled when empty.

    Returns
    -------
    str
        "" where there is no figure.
    """
    found = _rows(estimates, "spread", agency)
    if found.empty:
        return ""
    row = found.iloc[0]
    whose = "Your channels lie" if agency else f"The channels of one {nouns.organization} lie"
    low, high = (fixed(100.0 * row[end], 1) for end in ("conf_low", "conf_high"))
    middle = fixed(100.0 * row["estimate"], 1)
    return f"{whose} typically {middle} points from their average (likely {low} to {high})."


def say_title_channels(estimates: Estimates, *, agency: str = "") -> str:
    """Say in a title how many pairs of channels can be told apart.

    Parameters
    ----------
    estimates : Estimates
        From `benchmark_channels`.
    agency : str
        One agency; all together when empty.

    Returns
    -------
    str
    """
    pairs = _rows(estimates, "pair", agency)
    apart = int(pairs["verdict"].isin(_APART).sum())
    same = int((pairs["verdict"] == "same").sum())
    if pairs.empty:
        return "Fewer than two channels can be compared"
    of = counted(len(pairs), "pair of channels", "pairs of channels")
    told = [
        f"{none_or(number)} {verb(number)} {what}"
        for number, what in ((apart, "apart"), (same, "about the same"))
        if number
    ]
    return f"Of {of}, {' and '.join(told) or 'none can be called'}"


def say_title_channel_rows(table: pd.DataFrame) -> str:
    """Say in a title which channels stand apart from the average of the others.

    Parameters
    ----------
    table : DataFrame
        From `channels_table`: `name verdict`.

    Returns
    -------
    str
    """
    called = table.loc[table["verdict"].isin(_APART)]
    if len(called) == 1:
        row = called.iloc[0]
        word = say_verdict(row).word.rsplit(" ", 1)[0].lower()
        return f"{capital(row['name'])} is {word} {row['verdict']} the other channels"
    stand = f"{none_or(len(called))} {verb(len(called), 'stands', 'stand')} apart"
    return f"Of {counted(len(table), 'channel', 'channels')}, {stand}"


def say_channels_note(estimates: Estimates, *, nouns: Nouns) -> str:
    """Say what is adjusted, what that changed, and what is not known.

    Parameters
    ----------
    estimates : Estimates
        From `benchmark_channels`; facts `adjusted_for`, `pairs`.
    nouns : Nouns

    Returns
    -------
    str
    """
    facts = estimates.facts
    mix = [name.replace("_", " ") for name in str(facts.get("adjusted_for", "")).split(", ")]
    other = f"Why {nouns.respondents} choose a channel is not known."
    if mix == [""]:
        return (
            f"Nothing is adjusted: channels serve different {nouns.respondents} for different "
            f"needs, and part of each gap may be that. {other}"
        )
    pairs = _rows(estimates, "pair", "")
    changed = int((pairs["verdict"] != pairs["raw_verdict"]).sum())
    return (
        f"Filled dots: as if each channel had the same {nouns.respondents}, by {list_words(mix)}. "
        f"Over all {nouns.organizations}, that changes the verdict on {none_or(changed)} of "
        f"{counted(len(pairs), 'pair', 'pairs')} of channels. “Gap” is to the average of the other "
        f"channels; few answers are drawn toward them. {other}"
    )


def say_alt_channels(table: pd.DataFrame) -> str:
    """Describe the chart of channels.

    Parameters
    ----------
    table : DataFrame
        From `channels_table`.

    Returns
    -------
    str
    """
    rows = counted(len(table), "channel", "channels")
    text = f"Dot-and-range chart of {rows}, adjusted and as answered, the highest first."
    if table.empty or table["gap"].isna().all():
        return text
    far = table.iloc[int(table["gap"].abs().argmax())]
    return f"{text} Furthest from the others: {shortened(far['name'])}, {points(far['gap'])}."
