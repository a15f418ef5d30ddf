"""What flows from room to room: Survey, Panel, Estimates, Benchmark, Funnel, Check.

Each is one tidy frame plus a few facts, frozen, and checks its promise on birth.
Shares and probabilities are 0 to 1 everywhere inside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.columns import (
    check_category_order,
    check_period_order,
    read_counts,
    read_names,
    read_numbers,
    refuse_repeated_columns,
    refuse_role_names,
)
from cxanalytics.errors import DataError, ParamsError, did_you_mean
from cxanalytics.rules import LEVEL, THRESHOLDS, VERDICTS
from cxanalytics.scales import SCALES, Scale, get_scale

SURVEY_ROLES = (
    "agency",
    "department",
    "unit",
    "channel",
    "period",
    "date",
    "weight",
    "psu",
    "stratum",
    "respondent",
    "sector",
)
PANEL_COLUMNS = (
    "agency",
    "unit",
    "period",
    "morale",
    "morale_se",
    "performance",
    "performance_se",
    "n",
)
_PANEL_NUMBERS = ("morale", "morale_se", "performance", "performance_se", "n")
ESTIMATE_COLUMNS = ("key", "estimate", "std_error", "conf_low", "conf_high", "n")
BENCHMARK_COLUMNS = (
    "key",
    "raw",
    "raw_low",
    "raw_high",
    "estimate",
    "conf_low",
    "conf_high",
    "peer",
    "peer_low_quarter",
    "peer_high_quarter",
    "gap",
    "gap_low",
    "gap_high",
    "p_above",
    "p_below",
    "p_same",
    "p_top_quartile",
    "rank_low",
    "rank_high",
    "verdict",
    "certainty",
    "peers",
    "n",
    "n_eff",
    "reliability",
    "suppressed_reason",
)
CHANGE_COLUMNS = ("change", "change_low", "change_high", "p_rise", "p_fall", "change_reason")


def need_columns(frame: pd.DataFrame, needed: Sequence[str], table: str) -> None:
    """Refuse a frame that lacks a column; `table` is what it should become."""
    for column in needed:
        if column not in frame.columns:
            raise DataError(
                f"{table} needs a column `{column}`; got {', '.join(map(str, frame.columns))}."
                f"{did_you_mean(column, frame.columns)}"
            )


@dataclass(frozen=True, slots=True)
class Check:
    """Something that was looked at, and rides with the numbers to the page.

    Attributes
    ----------
    name : str
        Short, the same in every run.
    passed : bool or None
        None informs without judging.
    text : str
        One plain sentence.
    """

    name: str
    passed: bool | None
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """One survey question.

    Attributes
    ----------
    name : str
        Column in the survey frame.
    label : str
        Short label for tables and charts.
    scale : Scale
        What its answers mean.
    wording : str
        As respondents read it.
    changed : tuple of str
        Periods from which the wording differs.
    """

    name: str
    label: str
    scale: Scale
    wording: str = ""
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Break:
    """A point in time before which an agency was another one.

    Attributes
    ----------
    agency : str
    period : str
        First wave of the agency as it is now.
    text : str
        One plain sentence.
    """

    agency: str
    period: str
    text: str


def _as_question(name: str, given: Question | Scale | str) -> Question:
    if isinstance(given, Question):
        return given
    return Question(name=name, label=name.replace("_", " "), scale=get_scale(given))


@dataclass(frozen=True, slots=True)
class Survey:
    """Answers, one row per respondent or per cell of counts.

    Attributes
    ----------
    frame : DataFrame
        Columns `agency` and `period` (text; period sorts in time and is "" with one wave),
        `weight` (1.0 where there is none; the count itself when `counts`), where known
        `department unit channel date psu stratum respondent sector`, one float
        column per question (NaN is missing), and the case-mix columns. With millions of rows
        text may be categories of text, in order, and answers float32.
    questions : tuple of Question
    outcome : str
        Name of the question the study is about.
    drivers, case_mix : tuple of str
        Names of driver questions, and of columns an agency cannot choose.
    counts : bool
        True where a row stands for `weight` respondents with the same answers.
    notes : tuple of Check
        What reading the data dropped, kept and noticed.
    reasons : DataFrame, optional
        Why answers of these rows are missing, where the source tells: `question reason n`,
        reasons being `scales.MISSING_REASONS`.
    breaks : tuple of Break
        Where an agency's own past is another agency's.
    parent : str
        The agency whose departments stand as agencies here; "" where agencies are agencies.
    only_peers : tuple of str
        Agencies that come from published counts: compared with, never reported on.
    held_back : tuple of (str, str)
        Period and agency of what an earlier release hid: it stays hidden.
    """

    frame: pd.DataFrame
    questions: tuple[Question, ...]
    outcome: str
    drivers: tuple[str, ...] = ()
    case_mix: tuple[str, ...] = ()
    counts: bool = False
    notes: tuple[Check, ...] = ()
    reasons: pd.DataFrame | None = None
    breaks: tuple[Break, ...] = ()
    parent: str = ""
    only_peers: tuple[str, ...] = ()
    held_back: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        names = [question.name for question in self.questions]
        need_columns(self.frame, ["agency", "period", "weight", *names, *self.case_mix], "Survey")
        for name in (self.outcome, *self.drivers):
            if name not in names:
                raise DataError(
                    f"Survey needs a question `{name}`; got {', '.join(names)}."
                    f"{did_you_mean(name, names)}"
                )
        _check_names(self.frame)
        weight = self.frame["weight"].to_numpy(dtype=float)
        bad = ~np.isfinite(weight) | (weight <= 0)
        if bad.any():
            raise DataError(
                f"`weight` must be positive and finite; got {weight[bad][0]:g} in row "
                f"{int(np.flatnonzero(bad)[0]) + 1} and {int(bad.sum()) - 1} more."
            )
        if self.frame.empty:
            raise DataError("Survey needs at least one row; got none.")

    @classmethod
    def from_frame(
        cls,
        df: pd.DataFrame,
        *,
        agency: str,
        outcome: str,
        scale: str | Scale,
        unit: str | None = None,
        department: str | None = None,
        period: str | None = None,
        channel: str | None = None,
        weight: str | None = None,
        psu: str | None = None,
        stratum: str | None = None,
        respondent: str | None = None,
        date: str | None = None,
        sector: str | None = None,
        count: str | None = None,
        questions: Mapping[str, Question | Scale | str] | None = None,
        drivers: Sequence[str] = (),
        case_mix: Sequence[str] = (),
        notes: Sequence[Check] = (),
    ) -> Survey:
        """Build a survey from a frame whose columns have other names.

        Parameters
        ----------
        df : DataFrame
            One row per respondent, or per cell of counts when `count` is given.
        agency, outcome : str
            Columns with the agency and the answer the study is about.
        scale : str or Scale
            Scale of the outcome.
        unit, department, period, channel, weight, psu, stratum, respondent, date, sector : str
            Columns with these roles, all optional.
        count : str, optional
            Column with the number of respondents a row stands for.
        questions : mapping, optional
            Further questions: column to Question, Scale or scale id.
        drivers, case_mix : sequence of str
            Names of driver questions (outcome's scale unless listed in `questions`) and of
            case-mix columns.
        notes : sequence of Check

        Returns
        -------
        Survey

        Raises
        ------
        DataError
            A column is missing, repeated or named as a role; an agency or a wave is empty; waves do
            not sort in time as text; an answer is outside its scale.
        """
        if weight is not None and count is not None:
            raise DataError("`count` and `weight` exclude each other; got both.")
        given = {
            "agency": agency,
            "unit": unit,
            "department": department,
            "period": period,
            "channel": channel,
            "weight": weight or count,
            "psu": psu,
            "stratum": stratum,
            "respondent": respondent,
            "date": date,
            "sector": sector,
        }
        asked: dict[str, Question | Scale | str] = {outcome: scale}
        asked.update(dict.fromkeys(drivers, scale))
        asked.update(questions or {})
        roles = {role: column for role, column in given.items() if column is not None}
        refuse_role_names(asked, case_mix, roles=SURVEY_ROLES, columns=roles)
        used = [*roles.values(), *asked, *case_mix]
        need_columns(df, used, "The data")
        refuse_repeated_columns(df, used)
        df = df.set_axis(pd.RangeIndex(1, len(df) + 1))
        frame = _read_roles(df, roles, counted=count is not None)
        frame = frame.assign(**{name: df[name] for name in case_mix})
        resolved = tuple(_as_question(name, value) for name, value in asked.items())
        for question in resolved:
            frame[question.name] = _answers_on_scale(df[question.name], question)
        if count is not None:
            frame = frame.loc[frame["weight"] != 0]
        return cls(
            frame=frame.reset_index(drop=True),
            questions=resolved,
            outcome=outcome,
            drivers=tuple(drivers),
            case_mix=tuple(case_mix),
            counts=count is not None,
            notes=tuple(notes),
        )

    def question(self, name: str) -> Question:
        """Look one question up by name."""
        for question in self.questions:
            if question.name == name:
                return question
        names = [question.name for question in self.questions]
        raise DataError(
            f"`{name}` is not a question of this survey; it has {', '.join(names)}."
            f"{did_you_mean(name, names)}"
        )

    @property
    def agencies(self) -> list[str]:
        """Agencies in alphabetical order."""
        return sorted(self.frame["agency"].unique())

    @property
    def periods(self) -> list[str]:
        """Waves in time order."""
        return sorted(self.frame["period"].unique())

    def in_period(self, period: str) -> Survey:
        """Keep one wave."""
        if period not in self.periods:
            raise DataError(
                f"`period` must be one of {', '.join(map(repr, self.periods))}; got {period!r}."
            )
        return replace(self, frame=self.frame.loc[self.frame["period"] == period])

    def changed_between(self, before: str, after: str) -> list[str]:
        """Questions whose wording changed after one wave and up to another."""
        return [
            question.name
            for question in self.questions
            if any(before < period <= after for period in question.changed)
        ]

    def broken_between(self, before: str, after: str) -> dict[str, str]:
        """Agencies that became another one after one wave and up to another, and why."""
        return {entry.agency: entry.text for entry in self.breaks if before < entry.period <= after}

    def held_in(self, period: str) -> list[str]:
        """Agencies of a wave that an earlier release hid."""
        return [agency for wave, agency in self.held_back if wave == period]

    def answers(self, name: str) -> pd.DataFrame:
        """Rows with an answer to one question."""
        self.question(name)
        return self.frame.loc[self.frame[name].notna()]

    def to_frame(self) -> pd.DataFrame:
        """Give a copy of the frame."""
        return self.frame.copy()

    def __repr__(self) -> str:
        rows = "cells of counts" if self.counts else "rows"
        return (
            f"Survey: {len(self.frame):,} {rows}, {self.frame['agency'].nunique()} agencies, "
            f"{self.frame['period'].nunique()} waves, outcome {self.outcome!r} on "
            f"{self.question(self.outcome).scale.id}, {len(self.drivers)} drivers"
        )


def _check_names(frame: pd.DataFrame) -> None:
    """Refuse rows without agency or wave, and waves that do not sort in time."""
    for role in ("agency", "period"):
        names = frame[role]
        blank = _blank(names)
        if blank.any() and not (role == "period" and names.eq("").all()):
            raise DataError(
                f"`{role}` must be filled in every row; row {int(blank.argmax()) + 1} is empty."
            )
    check_period_order(map(str, frame["period"].unique()), "`period`")


def _blank(names: pd.Series[Any]) -> NDArray[np.bool_]:
    """Flag rows without a name; each distinct name is looked at once."""
    codes, levels = pd.factorize(names, use_na_sentinel=True)
    empty = np.array([not str(level).strip() for level in levels] + [True])
    return empty[codes]


def _read_roles(df: pd.DataFrame, roles: Mapping[str, str], *, counted: bool) -> pd.DataFrame:
    """Read the columns with a role; `agency`, `period` and `weight` are always there."""
    frame = pd.DataFrame({role: df[column] for role, column in roles.items()})
    for role in ("agency", "period"):
        if role in roles:
            frame[role] = read_names(df[roles[role]], _column(role, roles[role]))
    if "period" in roles:
        label = _column("period", roles["period"])
        check_category_order(df[roles["period"]], label)
        check_period_order(frame["period"].unique(), label)
    else:
        frame["period"] = ""
    if "weight" not in roles:
        frame["weight"] = 1.0
    elif counted:
        frame["weight"] = read_counts(df[roles["weight"]], _column("count", roles["weight"]))
    else:
        frame["weight"] = read_numbers(df[roles["weight"]], _column("weight", roles["weight"]))
    return frame.astype({"agency": str, "period": str, "weight": float})


def _column(role: str, column: str) -> str:
    return f"`{role}` (column {column!r})"


def _answers_on_scale(column: pd.Series[Any], question: Question) -> NDArray[np.float64]:
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    text = np.isnan(numbers) & column.notna().to_numpy()
    if column.dtype.kind in "bO" and question.scale.answers != SCALES["yes_no"].answers:
        text |= column.map(lambda value: isinstance(value, bool | np.bool_)).to_numpy(dtype=bool)
    off = ~np.isnan(numbers) & (question.scale.codes(numbers) < 0)
    bad = text | off
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        cell = column.iloc[first]
        told = bool(cell) if isinstance(cell, np.bool_) else cell
        got = repr(told) if text[first] else f"{numbers[first]:g}"
        raise DataError(
            f"`{question.name}` must be {question.scale.allowed()} (scale {question.scale.id}); "
            f"got {got} in row {first + 1}, and {int(bad.sum()) - 1} more."
        )
    return numbers


@dataclass(frozen=True, slots=True)
class Panel:
    """Units over time, with the morale of their staff and a performance measure.

    Attributes
    ----------
    frame : DataFrame
        Columns `agency unit period morale morale_se performance performance_se n`, plus
        covariates. `n` is the number of staff answers behind `morale`.
    morale_label, performance_label : str
        Names for tables and charts.
    performance_is : str
        "share", "mean", "rate" or "cost".
    higher_is_better : bool
        Direction of the performance measure.
    same_source : bool
        True where morale and performance come from the same people.
    notes : tuple of Check
    """

    frame: pd.DataFrame
    morale_label: str
    performance_label: str
    performance_is: str = "share"
    higher_is_better: bool = True
    same_source: bool = False
    notes: tuple[Check, ...] = ()

    def __post_init__(self) -> None:
        need_columns(self.frame, PANEL_COLUMNS, "Panel")
        for name in _PANEL_NUMBERS:
            column = self.frame[name]
            if column.dtype.kind not in "iufb":
                if column.notna().any():
                    raise DataError(f"Panel needs numbers in `{name}`; it holds text.")
                continue
            if np.isinf(column.to_numpy(dtype=float, na_value=np.nan)).any():
                raise DataError(f"Panel needs finite numbers in `{name}`; some row is infinite.")
            if name.endswith("_se") and (column < 0).any():
                raise DataError(f"Panel needs `{name}` of 0 or more; some row is negative.")
        for name in ("agency", "unit", "period"):
            if self.frame[name].isna().any():
                raise DataError(f"Panel needs `{name}` in every row; some row is empty.")
        check_period_order(map(str, self.frame["period"].unique()), "`period` of the panel")
        repeated = self.frame.duplicated(["agency", "unit", "period"])
        if repeated.any():
            row = self.frame.loc[repeated].iloc[0]
            raise DataError(
                f"Panel needs one row per agency, unit and period; got {row['agency']!r}, "
                f"{row['unit']!r}, {row['period']!r} twice."
            )

    @classmethod
    def from_frame(
        cls,
        df: pd.DataFrame,
        *,
        agency: str,
        morale: str,
        performance: str,
        unit: str | None = None,
        period: str | None = None,
        morale_se: str | None = None,
        performance_se: str | None = None,
        n: str | None = None,
        **facts: Any,
    ) -> Panel:
        """Build a panel from a frame whose columns have other names.

        Parameters
        ----------
        df : DataFrame
        agency, morale, performance : str
            Columns with the agency, the morale score and the performance measure.
        unit, period, morale_se, performance_se, n : str, optional
            Further columns; without a unit the agency is the unit.
        **facts
            Further fields of Panel, such as `higher_is_better`.

        Returns
        -------
        Panel
        """
        given = {
            "agency": agency,
            "unit": unit or agency,
            "period": period,
            "morale": morale,
            "morale_se": morale_se,
            "performance": performance,
            "performance_se": performance_se,
            "n": n,
        }
        roles = {role: column for role, column in given.items() if column is not None}
        need_columns(df, list(roles.values()), "The data")
        frame = pd.DataFrame({role: df[column] for role, column in roles.items()})
        for role in _PANEL_NUMBERS:
            if role in roles:
                frame[role] = read_numbers(frame[role], f"`{roles[role]}`")
        for column in PANEL_COLUMNS:
            if column not in frame:
                frame[column] = "" if column == "period" else np.nan
        frame = frame.astype({"agency": str, "unit": str, "period": str})
        facts.setdefault("morale_label", morale)
        facts.setdefault("performance_label", performance)
        return cls(frame=frame.reset_index(drop=True), **facts)

    def to_frame(self) -> pd.DataFrame:
        """Give a copy of the frame."""
        return self.frame.copy()

    def __repr__(self) -> str:
        return (
            f"Panel: {len(self.frame):,} rows, {self.frame['agency'].nunique()} agencies, "
            f"{self.frame[['agency', 'unit']].drop_duplicates().shape[0]:,} units, "
            f"{self.frame['period'].nunique()} waves; {self.morale_label} and "
            f"{self.performance_label}"
        )


def _short(frame: pd.DataFrame) -> pd.DataFrame:
    numbers = frame.select_dtypes("number").columns
    rounded = {column: frame[column].map(lambda value: float(f"{value:.3g}")) for column in numbers}
    return frame.assign(**rounded)


@dataclass(frozen=True, slots=True)
class Estimates:
    """What every model returns.

    Attributes
    ----------
    frame : DataFrame
        Columns `key estimate std_error conf_low conf_high n`, and any others.
    quantity : str
        What `estimate` is, in words with its unit.
    level : float
        Probability content of the intervals.
    covariance : ndarray of shape (rows, rows), optional
        Joint covariance in the order of the frame.
    draws : ndarray of shape (draws, rows), optional
    checks : tuple of Check
    facts : mapping
        Plain numbers, words and flags about the fit.
    """

    frame: pd.DataFrame
    quantity: str
    level: float = LEVEL
    covariance: NDArray[np.float64] | None = None
    draws: NDArray[np.float64] | None = None
    checks: tuple[Check, ...] = ()
    facts: Mapping[str, float | int | str | bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        need_columns(self.frame, ESTIMATE_COLUMNS, "Estimates")
        if not 0.0 < self.level < 1.0:
            raise ParamsError(f"`level` must be between 0 and 1; got {self.level:g}.")
        if self.frame["key"].duplicated().any():
            raise DataError("Estimates needs one row per key; got a key twice.")
        rows = len(self.frame)
        if self.covariance is not None and self.covariance.shape != (rows, rows):
            raise DataError(
                f"`covariance` must have shape ({rows}, {rows}); got {self.covariance.shape}."
            )
        if self.draws is not None and self.draws.shape[1:] != (rows,):
            raise DataError(f"`draws` must have {rows} columns; got shape {self.draws.shape}.")
        object.__setattr__(self, "facts", MappingProxyType(dict(self.facts)))

    def checks_frame(self) -> pd.DataFrame:
        """List the checks: `name`, `passed` ("yes", "no" or ""), `text`."""
        return _checks_frame(self.checks)

    def row(self, key: str) -> pd.Series[Any]:
        """Look one estimate up by key."""
        return _row(self.frame, key)

    def to_frame(self) -> pd.DataFrame:
        """Give a copy of the frame."""
        return self.frame.copy()

    def __repr__(self) -> str:
        return f"{self.quantity}\n{self._printed().to_string(index=False)}"

    def _repr_html_(self) -> str:
        return self._printed().to_html(index=False, border=0, escape=True)

    def _printed(self) -> pd.DataFrame:
        """Round for reading; a number of answers that is hidden is not printed."""
        short = _short(self.frame)
        hidden = self.frame["estimate"].isna() & (self.frame["n"] < THRESHOLDS.hide)
        if not hidden.any():
            return short
        return short.assign(n=short["n"].astype(object).where(~hidden, f"<{THRESHOLDS.hide}"))


def _checks_frame(checks: Sequence[Check]) -> pd.DataFrame:
    passed = {True: "yes", False: "no", None: ""}
    rows = [(check.name, passed[check.passed], check.text) for check in checks]
    return pd.DataFrame(rows, columns=["name", "passed", "text"])


def _row(frame: pd.DataFrame, key: str) -> pd.Series[Any]:
    found = frame.loc[frame["key"] == key]
    if found.empty:
        raise DataError(f"No row for {key!r}.{did_you_mean(key, frame['key'])}")
    return found.iloc[0]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Where each agency stands among its peers on one measure.

    Attributes
    ----------
    frame : DataFrame
        `BENCHMARK_COLUMNS`, and `CHANGE_COLUMNS` where an earlier wave is known. Shares and
        gaps are 0 to 1. A suppressed row has a reason and NaN in every figure; its `n` is kept
        only where the reason is "few".
    quantity : str
        What `estimate` is, in words.
    level : float
        Probability content of the intervals.
    difference : float
        Smallest difference that matters, as a share.
    rank_probability : DataFrame of shape (shown, shown)
        Index: key; columns: rank 1 (best) to p; rows sum to 1.
    p_ahead : DataFrame of shape (shown, shown)
        Probability that the row's true score is above the column's.
    checks : tuple of Check
    facts : mapping
        Plain numbers, words and flags about the fit.
    """

    frame: pd.DataFrame
    quantity: str
    level: float
    difference: float
    rank_probability: pd.DataFrame
    p_ahead: pd.DataFrame
    checks: tuple[Check, ...] = ()
    facts: Mapping[str, float | int | str | bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        need_columns(self.frame, BENCHMARK_COLUMNS, "Benchmark")
        unknown = set(self.frame["verdict"]) - {*VERDICTS, ""}
        if unknown:
            raise DataError(f"`verdict` must be one of {VERDICTS} or empty; got {unknown}.")
        suppressed = self.frame["suppressed_reason"] != ""
        figures = ["raw", "estimate", "gap", "rank_low", "p_above"]
        if self.frame.loc[suppressed, figures].notna().to_numpy().any():
            raise DataError("A suppressed row of a Benchmark must carry no figure.")
        object.__setattr__(self, "facts", MappingProxyType(dict(self.facts)))

    @property
    def shown(self) -> pd.DataFrame:
        """Rows that may be published."""
        return self.frame.loc[self.frame["suppressed_reason"] == ""]

    def row(self, key: str) -> pd.Series[Any]:
        """Look one agency up."""
        return _row(self.frame, key)

    def to_frame(self) -> pd.DataFrame:
        """Give a copy of the frame."""
        return self.frame.copy()

    def __repr__(self) -> str:
        columns = ["key", "estimate", "conf_low", "conf_high", "gap", "verdict", "certainty"]
        ranks = ["rank_low", "rank_high", "n", "suppressed_reason"]
        return f"{self.quantity}\n{_short(self.frame[columns + ranks]).to_string(index=False)}"

    def _repr_html_(self) -> str:
        return _short(self.frame).to_html(index=False, border=0, escape=True)


@dataclass(frozen=True, slots=True)
class Funnel:
    """Points and limits of a funnel plot.

    Attributes
    ----------
    points : DataFrame
        `key n n_eff share z z_adjusted p_value outside side discovery_rate discovered`: shown
        agencies; `outside` by the outer limits at the agency's own number of answers; `side` is
        "above", "below" or ""; `discovered` by the rule on the false discovery rate.
    limits : DataFrame
        `n low_outer low_inner high_inner high_outer` on a grid of effective answers.
    target : float
        Share at the center: the shown agencies together, by effective answers.
    checks : tuple of Check
    facts : mapping
        Plain numbers about the spread.
    """

    points: pd.DataFrame
    limits: pd.DataFrame
    target: float
    checks: tuple[Check, ...] = ()
    facts: Mapping[str, float | int | str | bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        need_columns(self.points, ["key", "n_eff", "share", "outside", "side"], "Funnel")
        object.__setattr__(self, "facts", MappingProxyType(dict(self.facts)))

    def to_frame(self) -> pd.DataFrame:
        """Give a copy of the points."""
        return self.points.copy()

    def __repr__(self) -> str:
        outside = self.points.loc[self.points["outside"], ["key", "n", "share", "side"]]
        listed = _short(outside).to_string(index=False) if len(outside) else "none"
        return f"Funnel: {len(self.points)} agencies; outside the outer limits: {listed}"


@dataclass(frozen=True, slots=True)
class Exposure:
    """How much attention each agency pays to customer experience, as others measured it.

    Attributes
    ----------
    frame : DataFrame
        Columns `agency`, `period` ("" where it has no waves) and `score`, a number.
    label : str
        The score, in a few words: "audit score".
    source : str
        Who measured it and how, in words that follow "measured by".
    at_least : float, optional
        Score from which an agency counts as attentive, declared before any result.
    notes : tuple of Check
        What reading the data dropped and noticed.
    """

    frame: pd.DataFrame
    label: str
    source: str
    at_least: float | None = None
    notes: tuple[Check, ...] = ()

    def __post_init__(self) -> None:
        need_columns(self.frame, ["agency", "period", "score"], "Exposure")
        if not self.source.strip() or not self.label.strip():
            raise DataError("Exposure needs a `label`, and a `source` that says who measured it.")
        if self.frame.empty:
            raise DataError("Exposure needs at least one row with a score; got none.")
        repeated = self.frame.duplicated(["agency", "period"])
        if repeated.any():
            row = self.frame.loc[repeated].iloc[0]
            raise DataError(
                f"Exposure needs one row per agency and period; got {row['agency']!r}, "
                f"{row['period']!r} twice."
            )
        if not np.isfinite(self.frame["score"].to_numpy(dtype=float)).all():
            raise DataError("Exposure needs a `score` in every row; leave rows without one out.")
        check_period_order(self.frame["period"].unique(), "`period` of the exposure")

    def latest(self, period: str = "") -> str:
        """Find the last period that is not after a wave; names of periods sort in time."""
        known = sorted(self.frame["period"].unique())
        before = [name for name in known if not period or name <= period]
        if not before:
            raise DataError(
                f"Exposure needs a period not after {period!r}; it starts in {known[0]!r}."
            )
        return str(before[-1])

    def scores(self, period: str = "") -> pd.Series[float]:
        """Give each agency's score in the last period that is not after a wave."""
        rows = self.frame.loc[self.frame["period"] == self.latest(period)]
        return rows.set_index("agency")["score"].astype(float)

    def to_frame(self) -> pd.DataFrame:
        """Give a copy of the frame."""
        return self.frame.copy()

    def __repr__(self) -> str:
        rule = "" if self.at_least is None else f", attentive from {self.at_least:g}"
        return (
            f"Exposure: {self.label} of {self.frame['agency'].nunique()} agencies, "
            f"{self.frame['period'].nunique()} periods{rule}; measured by {self.source}"
        )
