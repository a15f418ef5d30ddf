"""What do the data say of the claims about channels and departments, in a sentence or two?

The verdict stands beside the sentence and comes from the model; here are the figures it rests on,
or what is missing and what is known without it.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxanalytics.claims.verdicts import CONTRADICTED, SUPPORTED
from cxanalytics.formats import fixed, list_words
from cxanalytics.words.grammar import capital, counted, none_or, verb
from cxanalytics.words.nouns import Nouns
from cxanalytics.words.tested_claims import say_missing


def say_department_claims(claims: pd.DataFrame, *, nouns: Nouns) -> list[str]:
    """Say what the data say of each claim about channels and departments.

    Parameters
    ----------
    claims : DataFrame
        From `fit_department_claims`.
    nouns : Nouns

    Returns
    -------
    list of str
        A sentence or two per row; the verdict stands beside them.
    """
    return [_say_claim(row, nouns) for _, row in claims.iterrows()]


def _say_claim(row: pd.Series[Any], nouns: Nouns) -> str:
    number = int(row["claim"])
    missing = say_missing(str(row["missing"])) if row["missing"] else ""
    if missing and pd.isna(row["other"]):
        return missing
    middle, low, high = (
        fixed(100.0 * row[name], 1) for name in ("estimate", "conf_low", "conf_high")
    )
    other = fixed(100.0 * row["other"], 1)
    ratio, ratio_low, ratio_high = (
        fixed(row[name], 2) for name in ("ratio", "ratio_low", "ratio_high")
    )
    if number == 27:
        mix = list_words([name.replace("_", " ") for name in str(row["about"]).split(", ")])
        return (
            f"{missing} Known without it: with the same {nouns.respondents} in every channel, by "
            f"{mix}, {none_or(int(row['changed']))} of "
            f"{counted(int(row['other']), 'pair', 'pairs')} of channels "
            f"{verb(int(row['changed']), 'gets', 'get')} another verdict."
        )
    if number == 28:
        return (
            f"The channels of one {nouns.organization} lie {middle} points apart as a standard "
            f"deviation (likely {low} to {high}), with the same mix of {nouns.respondents}; the "
            f"smallest difference that matters is {other}."
        )
    if number == 35:
        more = {SUPPORTED: "more", CONTRADICTED: "less"}.get(str(row["about"]), "")
        answer = f"{nouns.departments} differ {more} than"
        if not more:
            answer = f"{nouns.departments} may differ as much as"
        return (
            f"{missing} Known without it: {answer} averages of {nouns.organizations}, "
            f"{middle} points apart (likely {low} to {high}) against {other}; ratio {ratio} "
            f"({ratio_low} to {ratio_high})."
        )
    officers = int(row["changed"])
    return (
        f"{capital(nouns.departments)} lie {middle} points apart (likely {low} to {high}), in "
        f"{row['about']} {other}; ratio {ratio} ({ratio_low} to {ratio_high}). "
        f"{capital(counted(officers, nouns.department, nouns.departments))} "
        f"{verb(officers, 'has', 'have')} an "
        "officer with a known start. Other things changed too, so this is no proof of cause."
    )
