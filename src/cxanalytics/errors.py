"""What went wrong, in one message: argument, need, what came, what is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class CxError(Exception):
    """Anything a user can put right; shown as one line, never as a traceback."""


class DataError(CxError):
    """The data break a promise: a column, an answer, a weight, a date."""


class ParamsError(CxError):
    """A parameter or a study file is wrong."""


class ModelError(CxError):
    """The data cannot carry the model that was asked for."""


class SeparationError(ModelError):
    """Answers are separated perfectly, so that an effect has no finite estimate."""


def did_you_mean(word: object, choices: Iterable[object]) -> str:
    """Suggest the closest choice.

    Parameters
    ----------
    word : object
        What came.
    choices : iterable of object
        What is allowed.

    Returns
    -------
    str
        `" Did you mean 'x'?"`, or an empty string when nothing is close.
    """
    by_lower = {str(choice).lower(): str(choice) for choice in choices}
    close = get_close_matches(str(word).lower(), list(by_lower), n=1, cutoff=0.6)
    return f" Did you mean '{by_lower[close[0]]}'?" if close else ""


def must_be(argument: str, allowed: Iterable[object], got: object) -> str:
    """Say that an argument is not one of the allowed values.

    Parameters
    ----------
    argument : str
        Name of the argument, without backticks.
    allowed : iterable of object
        The allowed values, in the order to print.
    got : object
        What came.

    Returns
    -------
    str
        For example `` `scale` must be one of 'nps_0_10', 'yes_no'; got 'stars'. ``
    """
    choices = list(allowed)
    listed = ", ".join(f"'{choice}'" for choice in choices) or "(nothing is available)"
    suggestion = did_you_mean(got, choices) if isinstance(got, str) else ""
    return f"`{argument}` must be one of {listed}; got {got!r}.{suggestion}"
