"""Which drivers go with the outcome most, as shares of what all of them explain together?

Every subset of drivers gets its own ordinal model; a driver's share is its Shapley value, what it
adds to the fit averaged over all orders in which drivers could enter. People are compared within
their own agency: agencies, waves and case mix are in every model and get no share. Otherwise a
driver on which agencies differ would be paid for whatever else agencies differ in. Ranges come
from resampled sampling units. Shares describe what goes together: a driver may be high because it
matters, because it stands for something that was not asked, or because of the mood of the day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cxanalytics.errors import ParamsError
from cxanalytics.models.driver_checks import Player
from cxanalytics.models.driver_shares import RESAMPLES, How, read_drivers, share_out
from cxanalytics.rules import LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Estimates, Survey


def fit_drivers(
    survey: Survey,
    *,
    drivers: Sequence[str] | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    case_mix: Sequence[str] | None = None,
    period: str | None = None,
    statistic: str = "positive",
    agency_effects: bool = True,
    resamples: int = RESAMPLES,
    cluster: str | None = None,
    level: float = LEVEL,
    seed: int,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Share out among the drivers what they explain together.

    Parameters
    ----------
    survey : Survey
    drivers : sequence of str, optional
        Driver questions; the survey's own by default.
    groups : mapping of str to sequence of str, optional
        Names of groups of drivers, for the column `group`; `fit_driver_groups` shares out among
        the groups themselves.
    case_mix : sequence of str, optional
        Columns that are held constant; the survey's own by default.
    period : str, optional
        One wave; by default all waves, each with its own level.
    statistic : {"positive", "top"}
        Which answers are counted for the refusals; the model uses the whole scale.
    agency_effects : bool
        Give each agency its own level, so that people are compared within agencies.
    resamples : int
    cluster : {"agency", "psu", "respondent"}, optional
        What is resampled: agencies from 40 on, else sampling units, else respondents.
    level : float
        Probability content of the ranges.
    seed : int
    thresholds : Thresholds
        Smallest numbers of answers; agencies below `hide` are left out.

    Returns
    -------
    Estimates
        A row per driver, in the order given. `estimate` is its share, from 0 to 1, of what all
        explain together; `direction` the sign of its coefficient beside all others; `p_first` and
        `p_top3` the probability of the largest share and of one of the three largest; `rank_low`
        and `rank_high` the range of its place; `tier` 1 for the largest share and all that cannot
        be told from it, 2 for the largest of the rest, and so on; `group`. Draws are resampled
        shares.

    Raises
    ------
    DataError, ParamsError
        A question, column, wave, statistic or cluster that does not exist.
    ModelError
        Fewer than 2 drivers, 30 people a driver, 100 positive or 100 other answers; drivers that
        overlap (variance inflation above 10, or a correlation above .9); `survey` is `Published`.

    Assumes
    -------
    Drivers act in a straight line on the link, alike in all agencies and on all parts of the
    scale. Sampling units are independent. Nothing says that a driver causes the outcome.

    Reference
    ---------
    Azen and Traxel (2009); Lindeman, Merenda and Gold (1980); Johnson (2000);
    methods.md#drivers.
    """
    _check_groups(survey, groups or {}, drivers)
    how = How(
        drivers=drivers,
        case_mix=case_mix,
        period=period,
        statistic=statistic,
        agency_effects=agency_effects,
        resamples=resamples,
        cluster=cluster,
        level=level,
        seed=seed,
        thresholds=thresholds,
    )
    rows, checks = read_drivers(survey, how)
    of = {name: group for group, names in (groups or {}).items() for name in names}
    players = [
        Player(name, survey.question(name).label, of.get(name, ""), (place,))
        for place, name in enumerate(rows.drivers)
    ]
    return share_out(rows, players, checks, how)


def fit_driver_groups(
    survey: Survey,
    *,
    groups: Mapping[str, Sequence[str]],
    drivers: Sequence[str] | None = None,
    case_mix: Sequence[str] | None = None,
    period: str | None = None,
    statistic: str = "positive",
    agency_effects: bool = True,
    resamples: int = RESAMPLES,
    cluster: str | None = None,
    level: float = LEVEL,
    seed: int,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Share out among groups of drivers what all drivers explain together.

    Parameters
    ----------
    survey : Survey
    groups : mapping of str to sequence of str
        Names of groups and their drivers; a driver in no group stands for itself.
    drivers, case_mix, period, statistic, agency_effects, resamples, cluster, level
        As in `fit_drivers`.
    seed : int
    thresholds : Thresholds

    Returns
    -------
    Estimates
        As `fit_drivers`, a row per group, `key` and `label` its name. Drivers of a group enter
        together. `direction` is 0 where they point in different directions.

    Raises
    ------
    DataError, ParamsError, ModelError
        As `fit_drivers`; drivers may overlap with others of their own group. A driver in two
        groups.

    Assumes
    -------
    As `fit_drivers`. A group of more drivers has more chances to explain.

    Reference
    ---------
    Budescu (1993); Azen and Traxel (2009); methods.md#drivers.
    """
    _check_groups(survey, groups, drivers)
    how = How(
        drivers=drivers,
        case_mix=case_mix,
        period=period,
        statistic=statistic,
        agency_effects=agency_effects,
        resamples=resamples,
        cluster=cluster,
        level=level,
        seed=seed,
        thresholds=thresholds,
    )
    rows, checks = read_drivers(survey, how)
    place = {name: column for column, name in enumerate(rows.drivers)}
    grouped = {name for names in groups.values() for name in names}
    players = [
        Player(group, group, group, tuple(place[name] for name in names if name in place))
        for group, names in groups.items()
    ]
    alone = [name for name in rows.drivers if name not in grouped]
    players += [Player(name, survey.question(name).label, "", (place[name],)) for name in alone]
    return share_out(rows, [player for player in players if player.columns], checks, how)


def _check_groups(
    survey: Survey, groups: Mapping[str, Sequence[str]], drivers: Sequence[str] | None
) -> None:
    chosen = survey.drivers if drivers is None else drivers
    seen: set[str] = set()
    for group, names in groups.items():
        for name in names:
            if name not in chosen:
                raise ParamsError(
                    f"`groups` must name drivers ({', '.join(chosen)}); got {name!r} in {group!r}."
                )
            if name in seen:
                raise ParamsError(f"`groups` must name a driver once; got {name!r} twice.")
            seen.add(name)
