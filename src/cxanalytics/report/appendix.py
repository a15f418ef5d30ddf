"""What does a researcher need to judge the figures and to make them again?

One page for a run. Denser than the other pages; the words of statistics are allowed here.
Figures of a model are printed as its `Estimates` holds them, with every check it carries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from cxanalytics.charts import draw_shrinkage
from cxanalytics.formats import count, fixed, percent, share_range
from cxanalytics.report.agency import kicker
from cxanalytics.report.components.appendix import checks_list, facts_table, preformatted
from cxanalytics.report.components.figures import data_table, figure, folded, scrolling
from cxanalytics.report.components.lists import paragraphs
from cxanalytics.report.components.text import clean, fill, join
from cxanalytics.report.finding import Finding
from cxanalytics.report.section import Section, framed
from cxanalytics.report.shell import page_shell
from cxanalytics.rules import CALL_AT_LEAST, CERTAINTIES, LEVEL
from cxanalytics.words import say_alt_shrinkage, say_rank_cell

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Benchmark, Check

_LEVELS = (0.70, CALL_AT_LEAST, 0.90, CERTAINTIES[1].at_least)
_BASES = (50, 100, 200)


def write_appendix_masthead(facts: PageFacts) -> Section:
    """Write the head of the appendix.

    Parameters
    ----------
    facts : PageFacts

    Returns
    -------
    Section
    """
    answer = "Data, models, checks and settings, for those who check them."
    html = fill(
        '<div class="mast" id="brief"><p class="kicker">{}</p><h1>Technical appendix</h1>'
        '<p class="headline">{}</p></div>',
        kicker(facts),
        answer,
    )
    return Section(
        id="brief",
        number=0,
        question="Technical appendix",
        answer=answer,
        html=html,
        key_figures=pd.DataFrame(),
        page=page_shell(facts),
    )


def write_appendix_exclusions(
    facts: PageFacts, *, flow: pd.DataFrame, checks: Sequence[Check] = ()
) -> Section:
    """Write what was read, what was left out, and why.

    Parameters
    ----------
    facts : PageFacts
    flow : DataFrame
        One row a step: `step rows text`, as `fit_audit` gives its `rows`.
    checks : sequence of Check
        Tests of the input.

    Returns
    -------
    Section
    """
    failed = sum(check.passed is False for check in checks)
    decided = sum(check.passed is not None for check in checks)
    tests = "test" if decided == 1 else "tests"
    told = f"{count(failed)} of {count(decided)} {tests} of the input failed."
    if not failed:
        told = "No test of the input failed." if decided else "The input was not tested."
    steps = pd.DataFrame(
        {
            "Step": [str(step).capitalize() for step in flow["step"]],
            "Rows": [count(rows) for rows in flow["rows"]],
            "What happened": list(flow["text"]),
        }
    )
    return framed(
        data_table(steps, caption="From the file to the figures", numeric=["Rows"])
        + checks_list(checks)
        + paragraphs(f"Source: {facts.source}" if facts.source else ""),
        kind="appendix",
        anchor="exclusions",
        question="What data, and what was left out?",
        answer=told,
        key_figures=flow,
        label="Data",
    )


def scores_table(board: Benchmark) -> pd.DataFrame:
    """List raw and stabilized scores of the agencies that may be shown, as printed."""
    rows = board.shown.sort_values(["estimate", "key"], ascending=[False, True])
    return pd.DataFrame(
        {
            "Agency": [clean(key) for key in rows["key"]],
            "n": [count(value) for value in rows["n"]],
            "n effective": [count(value) for value in rows["n_eff"]],
            "Raw (interval)": _with_range(rows, "raw", "raw_low", "raw_high"),
            "Stabilized (interval)": _with_range(rows, "estimate", "conf_low", "conf_high"),
            "Reliability": [fixed(value, 2) for value in rows["reliability"]],
            "Rank interval": [say_rank_cell(row) for _, row in rows.iterrows()],
        }
    )


def _with_range(rows: pd.DataFrame, value: str, low: str, high: str) -> list[str]:
    return [
        f"{percent(middle, 1)} ({share_range(least, most, 1)})"
        for middle, least, most in zip(rows[value], rows[low], rows[high], strict=True)
    ]


def write_appendix_scores(boards: Mapping[str, Benchmark], facts: PageFacts) -> Section:
    """Write every score of every measure, raw and stabilized.

    Parameters
    ----------
    boards : mapping of str to Benchmark
    facts : PageFacts

    Returns
    -------
    Section
    """
    parts, figures = [], []
    for measure in facts.measures:
        board = boards.get(measure.name)
        if board is None:
            continue
        table = scores_table(board)
        numeric = [name for name in table.columns if name != "Agency"]
        name = f"Scores: {measure.label}"
        content = scrolling(data_table(table, caption=name, numeric=numeric), name=name)
        asked = paragraphs(
            f"Question: {measure.wording}" if measure.wording else "",
            f"Counted: {measure.cut_label}." if measure.cut_label else "",
        )
        settings = facts_table(board.facts, caption="The fit")
        inner = asked + content + checks_list(board.checks) + settings
        parts.append(folded(measure.label, inner))
        figures.append(
            (measure.name, len(board.shown), *board.shown["estimate"].quantile([0, 0.5, 1]))
        )
    compared = sum(int((board.shown["verdict"] != "").sum()) for board in boards.values())
    called = sum(float((1 - board.shown["certainty"].dropna()).sum()) for board in boards.values())
    many = paragraphs(
        f"{count(compared)} comparisons with the typical peer are made in this run, over all "
        f"measures; of those called, {fixed(called, 1)} are expected to be wrong. Probabilities "
        "come from one model a measure and are not adjusted further for their number."
    )
    return framed(
        join(parts) + many,
        kind="appendix",
        anchor="scores",
        question="What are the scores before and after stabilizing?",
        answer=f"Intervals hold {percent(LEVEL)}; scores are shown where n is at least "
        f"{facts.thresholds.hide} and effective n at least {facts.thresholds.rank}.",
        key_figures=pd.DataFrame(
            figures, columns=["measure", "shown", "lowest", "middle", "highest"]
        ),
        label="Scores",
    )


def write_appendix_stabilized(boards: Mapping[str, Benchmark], facts: PageFacts) -> Section:
    """Write how far stabilizing moves the outcome of each agency.

    Parameters
    ----------
    boards : mapping of str to Benchmark
    facts : PageFacts

    Returns
    -------
    Section
    """
    board = boards[facts.outcome.name]
    names = {key: clean(key) for key in board.frame["key"]}
    shown = board.shown.assign(name=[names[key] for key in board.shown["key"]]).sort_values("n")
    moved = (shown["estimate"] - shown["raw"]).abs()
    table = pd.DataFrame(
        {
            "Agency": list(shown["name"]),
            "Raw": [percent(value, 1) for value in shown["raw"]],
            "Stabilized": [percent(value, 1) for value in shown["estimate"]],
            "Answers": [count(value) for value in shown["n"]],
        }
    )
    wide, narrow = (
        draw_shrinkage(board, names=names, axis_label=facts.outcome.label, size=size)
        for size in ("wide", "narrow")
    )
    finding = Finding(
        id="stabilized",
        claim="Scores with few answers move most",
        table=table,
        wide=wide,
        narrow=narrow,
        alt=say_alt_shrinkage(shown, nouns=facts.nouns),
        subtitle=f"{facts.outcome.label}, fewest answers first. Open circle: raw; dot: stabilized",
    )
    answer = (
        f"Stabilizing moves a score by {fixed(100 * moved.median(), 1)} points in the middle case "
        f"and by {fixed(100 * moved.max(), 1)} at most."
    )
    return framed(
        figure(finding, number=1, numeric=("Raw", "Stabilized", "Answers")),
        kind="appendix",
        anchor="stabilized",
        question="How much does stabilizing change?",
        answer=answer,
        key_figures=pd.DataFrame(
            {"moved": [moved.median(), moved.max()]}, index=["middle", "most"]
        ),
        label="Stabilizing",
        figures=1,
    )


def write_appendix_sensitivity(boards: Mapping[str, Benchmark], facts: PageFacts) -> Section:
    """Write how the verdicts on the outcome depend on the thresholds.

    Parameters
    ----------
    boards : mapping of str to Benchmark
    facts : PageFacts

    Returns
    -------
    Section
    """
    shown = boards[facts.outcome.name].shown
    compared = shown.dropna(subset=["p_above"])
    lines = []
    for level in _LEVELS:
        told = [int((compared[name] >= level).sum()) for name in ("p_above", "p_below", "p_same")]
        lines.append((percent(level), *told, len(compared) - sum(told)))
    verdicts = pd.DataFrame(
        lines, columns=["Called at", "Above", "Below", "About the same", "Too close to call"]
    )
    rank = facts.thresholds.rank
    bases = pd.DataFrame(
        [
            (need, int((shown["n_eff"] >= need).sum()))
            for need in (rank, *(more for more in _BASES if more > rank))
        ],
        columns=["Effective answers needed", "Agencies shown"],
    )
    least, most = verdicts["Too close to call"].min(), verdicts["Too close to call"].max()
    answer = (
        f"Between {least} and {most} of {len(compared)} comparisons are too close to call, as the "
        f"certainty asked for goes from {percent(_LEVELS[0])} to {percent(_LEVELS[-1])}."
    )
    if compared.empty:
        answer = f"No {facts.nouns.organization} is compared with peers, so no threshold decides."
    return framed(
        data_table(
            verdicts,
            caption="Verdicts by the certainty asked for",
            numeric=list(verdicts.columns[1:]),
        )
        + data_table(
            bases, caption="Agencies by the answers asked for", numeric=["Agencies shown"]
        ),
        kind="appendix",
        anchor="sensitivity",
        question="Do the thresholds decide the result?",
        answer=answer,
        key_figures=verdicts,
        label="Sensitivity",
    )


def write_appendix_session(facts: PageFacts) -> Section:
    """Write the parameters, seeds, hashes and versions of the run.

    Parameters
    ----------
    facts : PageFacts

    Returns
    -------
    Section
    """
    thresholds = asdict(facts.thresholds)
    content = join(
        (
            facts_table(
                {"Run": facts.run_id, "Input": facts.input_hash, "Source": facts.source},
                caption="Run",
            ),
            folded("Parameters", facts_table(facts.parameters, caption="Parameters")),
            folded("Thresholds", facts_table(thresholds, caption="Thresholds")),
            folded("Versions", facts_table(facts.versions, caption="Versions")),
        )
    )
    return framed(
        content,
        kind="appendix",
        anchor="session",
        question="With which settings and versions?",
        answer="The run id changes when any input, setting or line of code does.",
        key_figures=pd.DataFrame(
            [(name, str(value)) for name, value in facts.parameters.items()],
            columns=["parameter", "value"],
        ),
        label="Session",
    )


def write_appendix_cite(facts: PageFacts) -> Section:
    """Write how to cite the report and how to make it again.

    Parameters
    ----------
    facts : PageFacts

    Returns
    -------
    Section
    """
    command = preformatted(facts.command, name="Command") if facts.command else Markup("")
    citation = preformatted(facts.citation, name="Citation") if facts.citation else Markup("")
    return framed(
        fill("<h3>Run it again</h3>{}", command) * bool(command)
        + fill("<h3>Cite it</h3>{}", citation) * bool(citation),
        kind="appendix",
        anchor="cite",
        question="How do I cite it and run it again?",
        answer="With the command and the entry below.",
        key_figures=pd.DataFrame({"command": [facts.command]}),
        label="Citation",
    )
