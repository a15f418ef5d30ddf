"""What do we hold, and can it be trusted?

Counts before any model, for every source a study has: rows in and left out, who answered, missing
answers and why, use of the scale, straight-lining, repeated rows, weights, units too small to
publish, changes of wording and of organizations, response, how the sources fit together, and
what each claim would still need. Nothing is corrected here. Counts of answers go through
disclosure control, since the total is printed too; units below agencies appear as a number of
units only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd

from cxanalytics.errors import DataError
from cxanalytics.formats import count, list_words
from cxanalytics.models.audit.answers import audit_answers, row_notes
from cxanalytics.models.audit.bound import nonresponse_bound
from cxanalytics.models.audit.checks import audit_checks
from cxanalytics.models.audit.linked_names import name_large_units
from cxanalytics.models.audit.published_scores import audit_published_scores
from cxanalytics.models.audit.series import audit_operations, audit_panel, audit_published
from cxanalytics.models.claims import claims_table, held_ingredients, ingredients_table
from cxanalytics.models.counted import hide_alike, stands_for
from cxanalytics.models.holdings import Holdings
from cxanalytics.models.response import COUNTS, fit_response
from cxanalytics.operations import Operations
from cxanalytics.published import Published
from cxanalytics.rules import THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Panel, Survey

SIZES = ("n", "n_eff", "deff")
RATES = ("customers", "asked", "answered", "rate", "coverage", "bound")


def fit_audit(
    *,
    survey: Survey | None = None,
    staff: Survey | None = None,
    operations: Operations | None = None,
    published: Published | None = None,
    panel: Panel | None = None,
    funnel: pd.DataFrame | None = None,
    coverage: pd.DataFrame | None = None,
    declared: Sequence[str] = (),
    thresholds: Thresholds = THRESHOLDS,
) -> dict[str, pd.DataFrame]:
    """Describe what a study holds, before it is used.

    Parameters
    ----------
    survey, staff : Survey, optional
        Answers of customers, and of staff. Published peers count for the claims alone.
    operations : Operations, optional
    published : Published, optional
        Scores without counts.
    panel : Panel, optional
        Staff and results, linked.
    funnel : DataFrame, optional
        People asked and answered, as `fit_response` takes it.
    coverage : DataFrame, optional
        How the sources fit together, by name.
    declared : sequence of str
        Ingredients of claims that no column gives away.
    thresholds : Thresholds
        Smallest numbers of answers for each use.

    Returns
    -------
    dict of str to DataFrame
        Only the tables that apply. Shares are 0 to 1.

        Always: `sources` (source what rows agencies waves level), `claims` (number claim topic
        needs missing status note), `ingredients` (ingredient source supply held needed_by
        alone_missing), `checks` (source name passed text).

        With a survey: `rows` (step rows text), `waves` (period agencies n n_eff
        suppressed_reason), `agencies` (agency period n n_eff deff suppressed_reason), `missing`
        (question label n missing share told dont_know refused no_answer not_applicable not_asked
        suppressed_reason), `scale_use` (question label answer answer_label n share
        suppressed_reason), `straight_lining` (scale questions n share suppressed_reason),
        `duplicates` (kind rows share), `weights` (fact value), `small` (level period threshold
        at_least units below), `wording` (question label scale answers wording changed), `breaks`
        (agency period text). The staff survey has the same, each name starting with `staff_`.

        With a funnel: `response` and `impossible`, as `fit_response` gives them, and with a
        survey `bound` (agency period n cut score rate low high suppressed_reason).

        With operations: `operations` (measure label kind periods units lowest median highest
        zero_rows small impossible), `operation_rows`. With published scores: `published`
        (measure label unit waves agencies missing lowest median highest first last changed),
        `published_waves` (period agencies measures values), `published_rows`, and where they
        apply `published_groups` (measure label unit group name side estimate conf_low conf_high
        agencies suppressed_reason), `published_differences` (measure label unit wording group
        within kind first second first_words second_words first_mean second_mean difference
        difference_low difference_high first_agencies second_agencies together together_low
        together_high), `published_positions` (agency value median low_quarter high_quarter
        difference measure label unit), `published_noise` (measure label unit agencies waves
        changes over_a_gap left_out sd robust_sd). With a panel:
        `panel` (morale performance same_source agencies units periods rows complete
        missing_morale missing_performance), `panel_waves` (period units rows complete),
        `panel_rows`. And `coverage`, without the names of units with too few answers.

    Raises
    ------
    DataError
        There is no source at all, or the funnel lacks a column.
    ParamsError
        A declared ingredient is unknown, or can be seen in the data.

    Assumes
    -------
    Nothing about how the answers came about; every figure is a count or a share of counts. The
    bound takes people who did not answer to differ by a stated number of points.

    Reference
    ---------
    Kish (1992), Weighting for unequal Pi, for the effective number of answers and `deff`.
    """
    given = Holdings(
        survey=survey,
        staff=staff,
        operations=operations,
        published=published,
        panel=panel,
        funnel=funnel,
        coverage=coverage,
        declared=tuple(declared),
    )
    held = replace(given, survey=_without_peers(survey), staff=_without_peers(staff))
    made: dict[str, pd.DataFrame] = {}
    for part in _parts(held, thresholds):
        made |= part
    tables = {"sources": _sources(held), **made}
    seen = held_ingredients(given, thresholds=thresholds)
    tables["claims"] = claims_table(seen)
    tables["ingredients"] = ingredients_table(seen)
    tables["checks"] = audit_checks(held, tables)
    return tables


def _without_peers(survey: Survey | None) -> Survey | None:
    """Leave out published counts of other agencies, and say so."""
    if survey is None or not survey.only_peers:
        return survey
    theirs = survey.frame["agency"].isin(survey.only_peers)
    noun = "agency" if len(survey.only_peers) == 1 else "agencies"
    text = (
        f"Published counts of {count(len(survey.only_peers))} other {noun}, "
        f"{count(stands_for(survey)[theirs].sum())} answers, serve as peers and are not audited "
        "here."
    )
    return replace(
        survey,
        frame=survey.frame.loc[~theirs].reset_index(drop=True),
        notes=(*survey.notes, Check("peers not audited", None, text)),
    )


def _parts(held: Holdings, thresholds: Thresholds) -> Iterator[dict[str, pd.DataFrame]]:
    yield from _survey_and_response(held, thresholds)
    if held.staff is not None:
        staff = audit_answers(held.staff, thresholds=thresholds)
        yield {f"staff_{name}": table for name, table in staff.items()}
    if held.operations is not None:
        yield audit_operations(held.operations, thresholds=thresholds)
        yield {"operation_rows": row_notes(held.operations.notes, len(held.operations.frame))}
    if held.published is not None:
        yield audit_published(held.published)
        yield audit_published_scores(held.published, thresholds=thresholds)
        yield {"published_rows": row_notes(held.published.notes, len(held.published.frame))}
    if held.panel is not None:
        yield audit_panel(held.panel)
        yield {"panel_rows": row_notes(held.panel.notes, len(held.panel.frame))}
    if held.coverage is not None:
        sides = {"survey": held.survey, "staff": held.staff}
        yield {"coverage": name_large_units(held.coverage, **sides, thresholds=thresholds)}


def _survey_and_response(
    held: Holdings, thresholds: Thresholds
) -> Iterator[dict[str, pd.DataFrame]]:
    survey = held.survey
    answers = audit_answers(survey, thresholds=thresholds) if survey is not None else {}
    if held.funnel is None:
        yield answers
        return
    tables = fit_response(held.funnel, thresholds=thresholds)
    if survey is None:
        yield tables
        return
    agencies, response = answers["agencies"], tables["response"]
    answers["agencies"] = hide_alike(agencies, response, figures=SIZES)
    tables["response"] = hide_alike(response, agencies, figures=RATES)
    # A row listed as impossible would give a hidden agency back.
    for hidden in (answers["agencies"], tables["response"]):
        tables["impossible"] = hide_alike(tables["impossible"], hidden, figures=COUNTS)
    yield answers | tables
    yield {"bound": nonresponse_bound(survey, tables["response"], thresholds=thresholds)}


def _sources(held: Holdings) -> pd.DataFrame:
    rows = list(_source_rows(held))
    if not rows:
        raise DataError(
            "An audit needs at least one source: survey, staff, operations, published, panel or "
            "funnel; got none."
        )
    columns = ["source", "what", "frame", "level"]
    table = pd.DataFrame(rows, columns=columns)
    frames = list(table.pop("frame"))
    table.insert(2, "rows", [len(frame) for frame in frames])
    table.insert(3, "agencies", [int(frame["agency"].nunique()) for frame in frames])
    waves = [int(frame["period"].nunique()) if "period" in frame else 1 for frame in frames]
    table.insert(4, "waves", waves)
    return table


def _source_rows(held: Holdings) -> Iterator[tuple[str, str, pd.DataFrame, str]]:
    for source, survey in (("customer survey", held.survey), ("staff survey", held.staff)):
        if survey is not None:
            level = "counts" if survey.counts else "answers"
            yield source, _questions(survey), survey.frame, level
    if held.operations is not None:
        labels = [measure.label for measure in held.operations.measures]
        yield "operations", list_words(labels), held.operations.frame, "operations"
    if held.published is not None:
        measures = held.published.measures
        what = measures[0].label if len(measures) == 1 else f"{count(len(measures))} measures"
        yield "published scores", what, held.published.frame, "no counts"
    if held.panel is not None:
        what = f"{held.panel.morale_label} and {held.panel.performance_label}"
        yield "staff and results, linked", what, held.panel.frame, "linked units"
    if held.funnel is not None:
        yield "response counts", "people asked and answered", held.funnel, "response counts"


def _questions(survey: Survey) -> str:
    label = survey.question(survey.outcome).label
    others = len(survey.questions) - 1
    if not others:
        return label
    return f"{label}, and {count(others)} more {'question' if others == 1 else 'questions'}"
