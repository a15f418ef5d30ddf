"""What does a notebook hold when it works on a study?

A Study reads its sources, names its measures, hands results over and describes pages. Nothing is
read before it is asked for: the pages load results and never open answers of respondents.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxanalytics.errors import ParamsError, must_be
from cxanalytics.formats import slugs
from cxanalytics.rules import COMPLEMENTARY, HIDDEN
from cxanalytics.run import by_hand, handover
from cxanalytics.run.keys import SCORES
from cxanalytics.run.places import find_study, notebooks, output_folder
from cxanalytics.run.resolve import StudyFolder, read_study
from cxanalytics.run.study_file import StudyFile
from cxanalytics.store import Result, Table, read_result
from cxanalytics.words.nouns import Nouns

if TYPE_CHECKING:
    import pandas as pd

    from cxanalytics.benchmark import Baseline, Restart, Target
    from cxanalytics.operations import Operations
    from cxanalytics.published import Published
    from cxanalytics.report import Measure, PageFacts
    from cxanalytics.rules import Thresholds
    from cxanalytics.sources.simulated import SimulatedGovernment
    from cxanalytics.tables import Benchmark, Estimates, Exposure, Panel, Survey


@dataclass(frozen=True, slots=True)
class Study:
    """A study, opened by a notebook or a script.

    Attributes
    ----------
    name : str
    folder : Path
        Where its study.yaml lies.
    output : Path
        Where its results and pages go.
    params : mapping of str to value
        The parameters of the notebook, without `study` and `output`.
    source : StudyFolder
        What study.yaml says, with its lines.
    """

    name: str
    folder: Path
    output: Path
    params: Mapping[str, Any]
    source: StudyFolder = field(repr=False)

    @property
    def file(self) -> StudyFile:
        """What study.yaml says, checked."""
        return self.source.file

    @property
    def nouns(self) -> Nouns:
        """Respondents, organizations and outcome in the study's words."""
        return self.file.nouns

    @property
    def difference(self) -> float:
        """The smallest difference that matters, as a share."""
        return self.file.difference_points / 100

    @property
    def thresholds(self) -> Thresholds:
        """The thresholds of this study: the built-in ones, or higher."""
        return self.file.thresholds

    @property
    def targets(self) -> list[Target]:
        """What the questions should reach, and by when."""
        from cxanalytics.benchmark import Target

        return [
            Target(entry.measure, entry.target / 100, entry.by, entry.agency)
            for entry in self.file.vision
        ]

    @property
    def baselines(self) -> list[Baseline]:
        """Points that set the limits of charts over time, where the study says so."""
        from cxanalytics.benchmark import Baseline

        return [
            Baseline(entry.first, entry.last or "", entry.reason, entry.agency, entry.measure)
            for entry in self.file.baseline
        ]

    @property
    def breaks(self) -> list[Restart]:
        """Points from which the study declares a new baseline."""
        from cxanalytics.benchmark import Restart

        return [
            Restart(entry.start, entry.reason, entry.agency, entry.measure)
            for entry in self.file.breaks
        ]

    @property
    def department_role(self) -> str:
        """Which role of the survey is compared inside agencies: "department" or "unit"."""
        return self.file.departments

    @property
    def peers(self) -> list[str] | dict[str, list[str]] | None:
        """Agencies that serve as peers, or those of each agency by rule; None for all."""
        if self.file.peers.by_rule:
            return self.peers_alike
        return None if self.file.peers.members == "all" else list(self.file.peers.members)

    @property
    def peers_alike(self) -> dict[str, list[str]]:
        """Agency to its peers by rule; empty where the study has none."""
        from cxanalytics.benchmark import choose_peers

        spec, table = self.file.peers, self.attributes
        if not spec.by_rule or table is None:
            return {}
        chosen, _ = choose_peers(
            table, like=spec.like, where=spec.where, thresholds=self.thresholds
        )
        return chosen

    @property
    def peer_rule(self) -> str:
        """The rule that chooses peers, in words; "" where there is none."""
        from cxanalytics.benchmark import name_rule

        spec = self.file.peers
        return name_rule(spec.like, spec.where) if spec.by_rule else ""

    @property
    def peer_names(self) -> str:
        """Whether pages name the peers: "named", "anonymous" or "summary"."""
        return self.file.peers.names

    @property
    def attributes(self) -> pd.DataFrame | None:
        """What the study says of each agency, the index; None where it says nothing."""
        from cxanalytics.run.read_more import read_attributes

        return read_attributes(self.source)

    def peers_among(self, estimates: Estimates) -> list[str] | dict[str, list[str]] | None:
        """Agencies that serve as peers and have a score there, or those of each; None for all."""
        from cxanalytics.benchmark import peers_with_scores

        return peers_with_scores(self.peers, set(estimates.frame["key"]))

    @property
    def items(self) -> dict[str, list[str]]:
        """Staff items by dimension of morale; empty without a staff survey."""
        return dict(self.file.staff.items) if self.file.staff else {}

    def morale_items(self, dimension: str = "") -> list[str]:
        """List the staff items of one dimension of morale, or of all of them."""
        if not dimension:
            return list(dict.fromkeys(item for items in self.items.values() for item in items))
        if dimension not in self.items:
            raise ParamsError(must_be("dimension", self.items, dimension))
        return list(self.items[dimension])

    @property
    def legs(self) -> dict[str, list[str]]:
        """Staff items for expectations, capabilities and rewards; empty where none are mapped."""
        mapped = self.file.staff.legs if self.file.staff else {}
        return {str(leg): list(items) for leg, items in mapped.items()}

    def kpi_block(self, block: str) -> list[str]:
        """List the measures of one block: "effectiveness", "efficiency" or "outcome"."""
        return [kpi.name for kpi in self.file.kpis if kpi.block == block]

    @property
    def kpi_roles(self) -> dict[str, Any]:
        """What study.yaml says of its measures: arguments of `fit_kpi_cards`."""
        named = {kpi.role: kpi.name for kpi in self.file.kpis if kpi.role}
        return {
            "resolution": named.get("resolution", ""),
            "repeats": named.get("repeats", ""),
            "blocks": {kpi.name: kpi.block for kpi in self.file.kpis},
            "reward_weights": {
                kpi.name: kpi.reward_weight
                for kpi in self.file.kpis
                if kpi.reward_weight is not None
            },
        }

    @property
    def labels(self) -> dict[str, str]:
        """Label of every question, by name."""
        return {name: asked.label for name, asked in self.file.questions.items()}

    @property
    def item_labels(self) -> dict[str, str]:
        """Label of the staff items that have one, here or as questions of the survey, by item."""
        asked = self.file.questions.values()
        told = {column: one.label for one in asked if (column := getattr(one, "column", None))}
        return told | (dict(self.file.staff.labels) if self.file.staff else {})

    @property
    def headline(self) -> str:
        """Name of the question that the page opens with."""
        return self.file.outcome

    @property
    def drivers(self) -> list[str]:
        """Questions that the model of the outcome is made of; empty where the study names none."""
        return list(self.file.drivers)

    @property
    def about_staff(self) -> list[str]:
        """Those of the drivers that are about the people who served."""
        return list(self.file.survey.about_staff) if self.file.survey else []

    @property
    def of_staff(self) -> bool:
        """Whether staff answer the survey, who cannot speak for customers."""
        return bool(self.file.survey and self.file.survey.respondents_are == "staff")

    @property
    def other_outcomes(self) -> list[str]:
        """Questions of the scorecard that could be asked for instead of the outcome."""
        named = {self.file.outcome, *self.file.drivers}
        return [name for name in self.measure_names if name not in named]

    @property
    def compared(self) -> list[str]:
        """Questions on which agencies are compared: the scorecard, then the other drivers."""
        return list(dict.fromkeys([*self.measure_names, *self.file.drivers]))

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The rows of the scorecard, the headline first."""
        from cxanalytics.run.describe import measures

        return measures(self)

    @property
    def measure_names(self) -> list[str]:
        """Questions of the scorecard, the headline first."""
        return [measure.name for measure in self.measures]

    def survey(self) -> Survey:
        """Read the survey."""
        from cxanalytics.run.read import read_survey

        return read_survey(self.source)

    def companies(self) -> Survey | None:
        """Read the answers about companies; None where the study does not ask for them."""
        from cxanalytics.run.read import read_companies

        return read_companies(self.source)

    def staff(self) -> Survey:
        """Read the staff answers; the questions are the items of every dimension."""
        from cxanalytics.run.read_more import read_staff

        return read_staff(self.source)

    def leg_answers(self) -> Survey | None:
        """Read the staff answers to the items of `legs`; None where none are mapped."""
        from cxanalytics.run.read_costs import read_legs

        return read_legs(self.source)

    def costs(self) -> Operations | None:
        """Read costs, contacts and resolved cases by unit and period; None without `cost`."""
        from cxanalytics.run.read_costs import read_costs

        return read_costs(self.source)

    def cost_options(self, survey: Survey | None = None) -> dict[str, Any]:
        """Give the arguments of `fit_long_run_cost` that the study decides.

        Parameters
        ----------
        survey : Survey, optional
            Measures service, where the study names a question for it and customers answer.
        """
        from cxanalytics.run.read_costs import cost_options

        found = cost_options(self.source)
        asked = bool(found.get("measure")) and not self.of_staff
        return found | {"service": survey} if asked else found

    def operations(self) -> Operations:
        """Read the performance of units."""
        from cxanalytics.run.read_more import read_operations

        return read_operations(self.source)

    def kpis(self) -> Operations | None:
        """Read the counts behind the measures that study.yaml names under `kpis`; None without."""
        from cxanalytics.run.read_more import read_kpis

        return read_kpis(self.source) if self.file.kpis else None

    def government(self) -> SimulatedGovernment:
        """Read the simulated government with its truth; only in a simulated study."""
        from cxanalytics.run.read import read_government

        return read_government(self.source)

    def truth(self) -> dict[str, pd.DataFrame]:
        """Give the truths of a simulated study, by name; empty where nobody knows them."""
        from cxanalytics.run.read import read_truth

        return read_truth(self.source)

    def response(self) -> pd.DataFrame | None:
        """Read how many were asked and answered, by agency and period; None when not known."""
        from cxanalytics.run.read_more import read_response

        return read_response(self.source)

    def attention(self) -> Exposure | None:
        """Read each agency's attention to customer experience, as others measured it, or None."""
        from cxanalytics.run.read_more import read_attention

        return read_attention(self.source)

    def published(self) -> Published:
        """Read scores as published, without the number of answers."""
        from cxanalytics.run.read_more import read_published

        return read_published(self.source)

    def panel(self) -> Panel:
        """Read units over time, with morale and performance."""
        from cxanalytics.run.read_more import read_panel

        return read_panel(self.source)[0]

    def morale_panel(
        self, *, dimension: str = "", performance: str = "", same_source: bool = False
    ) -> Panel:
        """Put the morale of units beside their results, whatever part of the study holds them.

        Parameters
        ----------
        dimension : str
            One dimension of the staff items; all items when empty. Only where there are staff
            answers.
        performance : str
            A question of the survey, a measure of the operations, or a score of the panel or of
            the published scores. When empty, the headline question, else the operations' first
            measure, else what study.yaml names.
        same_source : bool
            Survey and staff answers come from the same people.

        Returns
        -------
        Panel

        Raises
        ------
        ParamsError
            The study holds no such measure.
        """
        from cxanalytics.run.morale import read_morale_panel

        return read_morale_panel(
            self, dimension=dimension, performance=performance, same_source=same_source
        )

    def chain_panel(self, panel: Panel) -> tuple[Panel | None, dict[str, Any]]:
        """Put the study's operations between morale and results; see `fit_service_profit_chain`.

        Parameters
        ----------
        panel : Panel
            From `morale_panel`.

        Returns
        -------
        (Panel or None, dict)
            The panel, and what the model needs to know of its further column; None where there is
            nothing that could stand between.
        """
        from cxanalytics.run.morale import read_chain_panel

        return read_chain_panel(self, panel)

    def appreciation_panels(self) -> tuple[Panel, Panel] | tuple[None, None]:
        """Put appreciation, and the other staff items, beside results; see `fit_appreciation`."""
        from cxanalytics.run.morale import read_appreciation_panels

        return read_appreciation_panels(self)

    def same_people(self, performance: str = "") -> Survey | None:
        """Put a survey question beside the staff answers of the same people; None if they differ.

        Parameters
        ----------
        performance : str
            Question of the survey; the headline when empty.
        """
        from cxanalytics.run.morale import read_same_people

        if not self.params.get("same_source"):
            return None
        return read_same_people(self, performance or self.headline)

    def staff_or_none(self) -> Survey | None:
        """Read the staff answers; None where the study holds none."""
        return self.staff() if self.file.staff else None

    def customers(self) -> Survey | None:
        """Read the survey where customers answer it; None where there is none, or staff answer."""
        return self.survey() if self.file.survey and not self.of_staff else None

    def holdings(self) -> dict[str, Any]:
        """Read everything the study holds: the arguments of `fit_audit`."""
        from cxanalytics.run.read_more import holdings

        return holdings(self.source)

    def waves(self, survey: Survey) -> tuple[str, str]:
        """Choose the wave to report and the one before it.

        Parameters
        ----------
        survey : Survey

        Returns
        -------
        tuple of (str, str)
            The parameter `period`, or the latest wave; and the wave before it, "" when it is the
            first.
        """
        period = str(self.params.get("period") or survey.periods[-1])
        survey.in_period(period)
        earlier = [wave for wave in survey.periods if wave < period]
        return period, max(earlier, default="")

    def save(self, step: str, *, facts: Mapping[str, Any] | None = None, **tables: Table) -> str:
        """Hand tables over to later notebooks.

        Parameters
        ----------
        step : str
            Name of this notebook, such as "04_benchmark".
        facts : mapping, optional
            Plain values beside the tables.
        **tables : Estimates, Benchmark or DataFrame

        Returns
        -------
        str
            What was saved, for the cell to show.

        Raises
        ------
        ParamsError
            There is no such notebook.
        """
        if step not in notebooks():
            raise ParamsError(must_be("step", notebooks(), step))
        told = handover.run_context()
        if told.get("step") == step:
            record: dict[str, Any] = {"key": told["key"], "overrides": told["overrides"]}
        else:
            record = by_hand.record(self.source, step, params=self.params, output=self.output)
        handover.save_step(self.output, step, tables=tables, facts=facts or {}, **record)
        return f"{step}: {', '.join(tables)}"

    def load(self, step: str) -> Result:
        """Load the tables of an earlier notebook.

        Parameters
        ----------
        step : str
            Such as "04_benchmark".

        Returns
        -------
        Result
            A mapping of table names to tables, with `.facts`. Empty, with the fact `reason`,
            where the study does not have the data of that step.

        Raises
        ------
        ParamsError
            The step has not been run, or not with the study, notebook, package and data of now;
            the message names the command. On the simulated study it is run instead.
        """
        if step not in notebooks():
            raise ParamsError(must_be("step", notebooks(), step))
        if reason := self.source.lacks(step):
            return Result({}, {"reason": reason})
        found = handover.current(self.output, step)
        told = handover.run_context()
        wanted = (
            told["keys"].get(step)
            if told
            else by_hand.key_of(self.source, step, output=self.output)
        )
        if not found or found["key"] != wanted:
            why = "is out of date" if found else "has not been run"
            by_hand.run_missing(self.source, step, why, output=self.output)
            found = handover.current(self.output, step)
        return read_result(handover.step_folder(self.output, step) / found["key"])

    def facts(
        self,
        *,
        kind: str,
        scores: Result | None = None,
        audit: Result | None = None,
        survey: Survey | None = None,
        agency: str = "",
        **more: Any,
    ) -> PageFacts:
        """Describe a page.

        Parameters
        ----------
        kind : str
            "agency", "index", "appendix", "audit" or "morale".
        scores : Result, optional
            What 04_benchmark saved, with the facts `period` and `previous`; absent for "audit"
            and "morale".
        audit : Result, optional
            What 01_audit saved: response rates, and what was noticed about the data.
        survey : Survey, optional
            For "audit", where nothing is saved yet: says whose departments stand as agencies.
        agency : str
            The agency of the page, for kind "agency".
        **more
            Further fields of PageFacts.

        Returns
        -------
        PageFacts
        """
        from cxanalytics.run.describe import page_facts

        return page_facts(
            self, kind=kind, scores=scores, audit=audit, survey=survey, agency=agency, **more
        )

    @property
    def agencies(self) -> list[str]:
        """Agencies with a score, in alphabetical order; from the results of the benchmark."""
        board = self.board
        return sorted(board.shown["key"].astype(str))

    @property
    def board(self) -> Benchmark:
        """The benchmark of the headline measure."""
        return headline_board(self.load(SCORES), self.headline)

    def pages(self) -> dict[str, str]:
        """Give the address of each agency's page, relative to the index."""
        board = self.board
        names = slugs(board.frame["key"].astype(str))
        made = handover.run_context().get("pages")
        linked = with_page(board) if made is None else made
        return {name: f"agencies/{names[name]}.html" for name in linked}


def open_study(study: str = "simulated", *, output: str = "", **params: Any) -> Study:
    """Open a study.

    Parameters
    ----------
    study : str
        Its name, or its folder.
    output : str
        Folder for results and pages; see `places.output_folder` when empty.
    **params
        The other parameters of the notebook: `open_study(**parameters())`.

    Returns
    -------
    Study

    Raises
    ------
    ParamsError
        There is no such study, or its study.yaml is wrong.
    """
    told = handover.run_context()
    if told:
        if study != told["study"]:
            raise ParamsError(
                f"`study` must be {told['study']!r} in this run; the notebook opens {study!r}. "
                "It must declare `study` in its parameters."
            )
        folder, place = told["folder"], Path(told["output"])
    else:
        folder = str(find_study(study))
        place = output_folder(Path(folder).name, output)
    source = read_study(folder)
    return Study(source.name, source.folder, place, params, source)


def headline_board(result: Result, headline: str) -> Benchmark:
    """Find the benchmark of the headline measure among the tables of a step.

    Parameters
    ----------
    result : Result
    headline : str
        Name of the measure.

    Returns
    -------
    Benchmark

    Raises
    ------
    ParamsError
        There is none.
    """
    boards = result.benchmarks()
    if headline not in boards:
        raise ParamsError(
            f"{SCORES} must save a Benchmark named `{headline}`; it saved {', '.join(result)}."
        )
    return boards[headline]


def only_peers(board: Benchmark) -> list[str]:
    """List the agencies that are compared with, and have no page: published counts of others."""
    told = str(board.facts.get("only_peers", ""))
    return told.split("\n") if told else []


def with_page(board: Benchmark) -> list[str]:
    """List the agencies that get a page: not those whose answers are hidden, nor mere peers.

    Parameters
    ----------
    board : Benchmark
        Of the headline measure.

    Returns
    -------
    list of str
        In alphabetical order; one with too few answers for a score has a page with its base only.
    """
    hidden = board.frame["suppressed_reason"].isin([HIDDEN, COMPLEMENTARY])
    names = board.frame.loc[~hidden, "key"].astype(str)
    return sorted(set(names) - set(only_peers(board)))
