"""Which column is the agency, the wave, the date, the weight, the respondent?

Names decide first, in English and a few other languages; then the cells have to agree. What the
reader would refuse is said now.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from cxanalytics.columns import check_period_order
from cxanalytics.errors import DataError
from cxanalytics.run.guess.dates import guess_date
from cxanalytics.run.guess.levels import guess_levels
from cxanalytics.run.guess.personal import find_personal
from cxanalytics.run.guess.words import all_numbers, filled, words_of
from cxanalytics.sources._cells import key
from cxanalytics.tables import SURVEY_ROLES

PERIODS_AT_MOST = 60
CHANNELS_AT_MOST = 30
MIX_AT_MOST = 30
"""More distinct cells than this are no wave, no channel, no category of case mix."""

_PERIOD = (
    r"(?:survey |fiscal |financial |reporting )?(?:wave|quarter|period|round|year|month)"
    r"|fy|welle|quartal|jahr|vague|trimestre|ola|ano|annee|year quarter|year month"
)
_NAMES = (
    ("weight", r"(?:\w+ )?(?:weights?|wgt|wt|gewicht|gewichtung|poids|peso)(?: \w+)?"),
    ("stratum", r"stratum|strata|sampling stratum"),
    ("psu", r"psu|cluster|cluster id|interviewer(?: id)?|agent(?: id| no| number| code)?"),
    ("channel", r"(?:contact |service )?(?:channel|mode)|contact (?:method|type)|kanal|canal"
                r"|how contacted|medium"),
    ("period", _PERIOD),
    ("respondent", r"(?:respondent|response|participant|case|fall|record|caller|user|customer"
                   r"|client) ?(?:id|no|number|key|nr)|respondent|uuid|guid|id|lfd ?nr"),
)  # fmt: skip
_COUNT = (
    r"n|count|counts|responses|respondents|number of (?:responses|respondents|answers)"
    r"|num responses|freq|frequency|anzahl|nombre|n responses"
)
_LAST_DATE = re.compile(r"\b(?:end|completed?|completion|submitted|answered|contact)\b")
_TECHNICAL = re.compile(
    r"status|progress|duration(?: .*)?|finished|distribution channel|user agent|browser.*|os"
    r"|resolution|collector id|language version|device(?: type)?|survey id|form id|version"
)
_MIX = re.compile(
    r"age(?: ?(?:group|band|range|bracket))?|gender|sex|language|user ?language|education"
    r"|disability|ethnicity|race|alter(?:sgruppe)?|geschlecht|sprache|sexe|langue|edad|sexo|idioma"
)
_CHANNELS = frozenset(
    "phone telephone call web website online internet email e-mail mail post letter chat webchat "
    "app mobile sms text in-person person counter branch office walk-in video in live face".split()
)


@dataclass(slots=True)
class Roles:
    """Which column serves what; it grows while the columns are looked at.

    Attributes
    ----------
    columns : dict of str to str
        Role to column.
    why : dict of str to str
        Role to what speaks for it.
    doubts : dict of str to str
        Role to what its owner has to look at; the role is in `columns` or in `held_back`.
    held_back : dict of str to str
        Role to a column that may serve it, and is not used unless its owner says so.
    count : str
        Column with the number of answers a row stands for; "" where there is none.
    date_format : str
        Where dates are not year-month-day.
    case_mix, numbers : list of str
        Facts that an agency cannot choose; those of them that are numbers.
    personal : dict of str to str
        Column to what it looks like.
    technical : list of str
        Columns about the questionnaire, and columns that were refused.
    refused : list of str
        What the reader would refuse, with the reason.
    """

    columns: dict[str, str] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)
    held_back: dict[str, str] = field(default_factory=dict)
    count: str = ""
    date_format: str = ""
    case_mix: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    personal: dict[str, str] = field(default_factory=dict)
    technical: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def taken(self) -> set[str]:
        """Columns that serve something, or must not."""
        roles = (*self.columns.values(), *self.held_back.values(), self.count)
        return {*roles, *self.case_mix, *self.personal, *self.technical}

    def give(self, role: str, column: str, why: str) -> None:
        """Let a column serve a role."""
        self.columns[role] = column
        self.why[role] = why


def guess_roles(
    frame: pd.DataFrame,
    *,
    wordings: Mapping[str, str],
    asked: Iterable[str] = (),
    waves: pd.Series | None = None,
    grouped: bool = True,
) -> Roles:
    """Guess which column has which role.

    Parameters
    ----------
    frame : DataFrame
        Cells as text.
    wordings : mapping of str to str
        Column to its question text.
    asked : iterable of str
        Columns whose cells are words of a scale; they have no role.
    waves : Series, optional
        Which file or sheet a row is from, where several are waves.
    grouped : bool
        As in `guess_levels`.

    Returns
    -------
    Roles
    """
    roles = Roles()
    free = [str(name) for name in frame if name not in set(asked)]
    for name in free:
        found = find_personal(frame[name], name=name, wording=wordings.get(name, ""))
        if found:
            roles.personal[name] = found
        elif _TECHNICAL.fullmatch(words_of(name)):
            roles.technical.append(name)

    def left() -> list[str]:
        return [name for name in free if name not in roles.taken()]

    _dates(frame, left(), roles)
    for role, pattern in _NAMES:
        for name in left():
            if role not in roles.columns and re.fullmatch(pattern, words_of(name)):
                _take(frame, role, name, roles, waves)
    _count(frame, left(), roles)
    _channel(frame, left(), roles)
    for name in left():
        if _MIX.fullmatch(words_of(name)):
            _mix(filled(frame[name]), name, roles)
    levels = guess_levels(frame, left(), grouped=grouped)
    roles.columns |= levels.columns
    roles.why |= levels.why
    roles.doubts |= levels.doubts
    roles.refused += levels.refused
    roles.columns = {role: roles.columns[role] for role in SURVEY_ROLES if role in roles.columns}
    return roles


def _dates(frame: pd.DataFrame, free: Sequence[str], roles: Roles) -> None:
    """Take the date of the answer; a second date column is about the questionnaire."""
    found = {
        name: guess
        for name in free
        if not re.fullmatch(_PERIOD, words_of(name))
        and (guess := guess_date(filled(frame[name]))) is not None
    }
    if not found:
        return
    name = next((name for name in found if _LAST_DATE.search(words_of(name))), next(iter(found)))
    guess = found[name]
    roles.technical += [other for other in found if other != name]
    roles.date_format = guess.format
    if guess.doubt:
        roles.held_back["date"] = name
        roles.doubts["date"] = f"'{name}': {guess.doubt}"
    else:
        roles.give("date", name, f"its cells are dates{guess.said}")


def _take(frame: pd.DataFrame, role: str, name: str, roles: Roles, waves: pd.Series | None) -> None:
    """Give a role to a column, if its cells allow it."""
    cells = filled(frame[name])
    if cells.empty:
        return
    if role == "weight":
        _weight(cells, len(frame), name, roles)
    elif role == "period":
        _period(cells, len(frame), name, roles)
    elif role == "respondent":
        _respondent(frame, name, roles, waves)
    elif role == "channel":
        if cells.nunique() <= CHANNELS_AT_MOST:
            roles.give("channel", name, "its name")
    elif role == "psu" and not cells.str.contains(r"\d").all():
        roles.personal[name] = "names of persons, it seems"
    elif len(cells) < len(frame):
        roles.refused.append(f"'{name}' is not taken as `{role}`: some of its cells are empty.")
        roles.technical.append(name)
    else:
        roles.give(role, name, "its name")


def _weight(cells: pd.Series, rows: int, name: str, roles: Roles) -> None:
    why = ""
    if not all_numbers(cells) or cells.str.contains("%").any():
        commas = cells.str.fullmatch(r"\d+(?:,\d+)?").all()
        why = "its numbers have decimal commas" if commas else "some of its cells are no numbers"
    elif len(cells) < rows or cells.astype(float).min() <= 0:
        why = "some of its cells are empty, 0 or below"
    if why:
        roles.refused.append(
            f"'{name}' is not taken as `weight`: {why}. Without it every answer counts the same."
        )
        roles.technical.append(name)
    elif cells.nunique() > 1:
        roles.give("weight", name, "its name, and positive numbers in every row")


def _period(cells: pd.Series, rows: int, name: str, roles: Roles) -> None:
    if cells.nunique() > PERIODS_AT_MOST:
        return
    kinds = cells.nunique()
    roles.give(
        "period", name, f"its name, and {kinds} different {'wave' if kinds == 1 else 'waves'}"
    )
    if len(cells) < rows:
        roles.refused.append(f"'{name}' holds the wave and is empty in some rows: fill them first.")
    try:
        check_period_order(list(cells.unique()), f"`period` (column '{name}')")
    except DataError as error:
        roles.refused.append(f"The waves cannot be put in order yet. {error}")


def _respondent(frame: pd.DataFrame, name: str, roles: Roles, waves: pd.Series | None) -> None:
    cells = filled(frame[name])
    within = pd.DataFrame({"cell": cells})
    if waves is not None:
        within["wave"] = waves.loc[cells.index]
    if "period" in roles.columns:
        within["period"] = frame.loc[cells.index, roles.columns["period"]]
    if not within.duplicated().any():
        once = "no cell stands twice" + (" in a wave" if len(within.columns) > 1 else "")
        roles.give("respondent", name, f"its name, and {once}")
    elif cells.nunique() > len(cells) / 20:
        roles.held_back["respondent"] = name
        roles.doubts["respondent"] = (
            f"'{name}' names the same one in several rows of a wave; where one person may answer "
            "more than once, map it to `psu`"
        )


def _count(frame: pd.DataFrame, free: Sequence[str], roles: Roles) -> None:
    """A column counts answers where its numbers are whole and no two other rows are the same."""
    for name in free:
        if not re.fullmatch(_COUNT, words_of(name)):
            continue
        cells = filled(frame[name])
        whole = len(cells) == len(frame) and cells.str.fullmatch(r"\d+(?:\.0+)?").all()
        rest = frame.drop(columns=[name])
        if whole and len(rest.columns) > 1 and not rest.duplicated().any():
            roles.count = name
            for role in ("weight", "respondent"):
                roles.columns.pop(role, None)
            return


def _channel(frame: pd.DataFrame, free: Sequence[str], roles: Roles) -> None:
    """A column whose cells are ways of contact is the channel, whatever its name."""
    if "channel" in roles.columns:
        return
    for name in free:
        kinds = {key(cell) for cell in filled(frame[name]).unique()[: CHANNELS_AT_MOST + 1]}
        if 1 < len(kinds) <= CHANNELS_AT_MOST and all(
            set(re.split(r"[ /]", kind)) <= _CHANNELS for kind in kinds
        ):
            roles.give("channel", name, "its cells are ways of contact")
            return


def _mix(cells: pd.Series, name: str, roles: Roles) -> None:
    kinds = cells.nunique()
    if 2 <= kinds <= MIX_AT_MOST or (kinds > MIX_AT_MOST and all_numbers(cells)):
        roles.case_mix.append(name)
    if kinds > MIX_AT_MOST and all_numbers(cells):
        roles.numbers.append(name)
