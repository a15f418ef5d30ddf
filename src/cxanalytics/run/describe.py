"""What does a page say about its study, besides the scores?

Nothing here reads a clock or an answer of a respondent.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, cast

from cxanalytics.report import Measure, PageFacts
from cxanalytics.run import handover, keys
from cxanalytics.run.places import notebooks
from cxanalytics.run.resolve import StudyFolder, resolve, source_names
from cxanalytics.scales import get_scale
from cxanalytics.tables import Check
from cxanalytics.words import Nouns

if TYPE_CHECKING:
    import pandas as pd

    from cxanalytics.run.study import Study
    from cxanalytics.store import Result
    from cxanalytics.tables import Survey


BESIDE_INDEX = ("appendix", "audit", "morale")
INDEX = "09_index"


def measures(study: Study) -> tuple[Measure, ...]:
    """Name the rows of the scorecard, the headline first.

    Parameters
    ----------
    study : Study

    Returns
    -------
    tuple of Measure
    """
    asked = study.file.questions
    positive = study.file.statistic == "positive"
    made = []
    for name in dict.fromkeys([study.headline, *study.file.scorecard] if asked else ()):
        scale = get_scale(asked[name].scale, study.file.scales)
        made.append(
            Measure(
                name=name,
                label=asked[name].label,
                phrase=asked[name].phrase,
                cut_label=scale.cut_label if positive else scale.top_label,
                wording=asked[name].wording,
            )
        )
    return tuple(made)


def page_facts(
    study: Study,
    *,
    kind: str,
    scores: Result | None = None,
    audit: Result | None = None,
    survey: Survey | None = None,
    agency: str = "",
    **more: Any,
) -> PageFacts:
    """Describe a page; see `Study.facts`.

    Parameters
    ----------
    study : Study
    kind, agency : str
    scores, audit : Result, optional
    survey : Survey, optional
    **more
        Further fields of PageFacts.

    Returns
    -------
    PageFacts
    """
    file, told = study.file, handover.run_context()
    shown = scores.facts if scores is not None else {}
    parent = survey.parent if survey is not None else str(shown.get("parent", ""))
    wave, previous = str(shown.get("period", "")), str(shown.get("previous", ""))
    overrides = _overrides(study)
    made_by = told.get("run_id") or run_id(study.source, overrides)
    given: dict[str, Any] = {
        "title": agency or file.title,
        "kind": kind,
        "programme": file.programme,
        "wave": wave,
        "dates": file.waves.get(wave, wave),
        "publisher": file.publisher,
        "contact": file.contact,
        "simulated": file.simulated,
        "notice": file.notice,
        "nouns": _nouns(file.nouns, parent, study.department_role),
        "parent": parent,
        "measures": study.measures,
        "thresholds": study.thresholds,
        "run_id": made_by,
        "input_hash": told.get("input_hash") or input_hash(study.source),
        "versions": keys.versions(),
        "parameters": _parameters(study),
        "site": file.site,
        "next_update": file.dates.next_update,
        "source": source_names(study.source),
        "data_cut": file.dates.data_cut,
        "produced": file.dates.produced,
        "previous": previous,
        "response_rates": _response_rates(audit, wave) if audit else {},
        "checks": tuple(_checks(audit)) if audit else (),
        "caveats": tuple((check.name.capitalize(), check.text) for check in _doubtful(audit)),
        "changed": _changed(study, previous, wave),
        # An agency's page is forwarded alone: it links to the others only on a site.
        "home": "index.html"
        if kind in BESIDE_INDEX and not study.source.lacks(INDEX)
        else file.site,
        "pages": study.pages() if kind == "index" else {},
        "audit": "audit.html" if kind in ("index", "appendix", "morale") else "",
        "appendix": "appendix.html" if kind == "index" and "10_appendix" in notebooks() else "",
        "command": rerun_command(study.name, overrides),
        "citation": _citation(study, made_by),
    }
    return PageFacts(**given | more)


def _parameters(study: Study) -> dict[str, Any]:
    """Collect the parameters behind the figures: those of every step that has a result."""
    return {
        f"{step} {name}": value
        for step, notebook in notebooks().items()
        if (found := handover.current(study.output, step))
        for name, value in (
            resolve(study.source, notebook).values | found.get("overrides", {})
        ).items()
    }


def _response_rates(audit: Result, wave: str) -> dict[str, float]:
    """Read the response rates of the wave: agencies that may be shown, and "" for all."""
    if "response" not in audit:
        return {}
    frame = cast("pd.DataFrame", audit["response"])
    frame = frame.loc[(frame["period"] == wave) & (frame["suppressed_reason"] == "")]
    everyone = {"": frame["answered"].sum() / frame["asked"].sum()} if len(frame) else {}
    return everyone | dict(zip(frame["agency"], frame["rate"], strict=True))


def _checks(audit: Result) -> Iterator[Check]:
    """Read what was noticed about the data."""
    frame = cast("pd.DataFrame", audit["checks"])
    # A page of scores tells what was noticed about the survey behind them.
    frame = frame.loc[frame["source"] == "customer survey"]
    judged = {"yes": True, "no": False}
    for row in frame.itertuples():
        yield Check(str(row.name), judged.get(str(row.passed)), str(row.text))


def _doubtful(audit: Result | None) -> list[Check]:
    """Choose what a reader of any page must know: the tests of the survey that failed."""
    return [check for check in _checks(audit) if check.passed is False] if audit else []


def _nouns(nouns: Nouns, parent: str, role: str) -> Nouns:
    """Speak of departments where they stand as agencies, unless the study has its own words."""
    plain = Nouns()
    if role == "unit" and nouns.department == plain.department:
        nouns = replace(nouns, department="unit", departments="units")
    if not parent or nouns.organization != plain.organization:
        return nouns
    return replace(nouns, organization="department", organizations="departments", peer="department")


def _changed(study: Study, previous: str, wave: str) -> dict[str, str]:
    """Find the measures whose wording changed after the previous wave, and when."""
    asked = study.file.questions
    since = {
        name: [period for period in asked[name].changed if previous < period <= wave]
        for name in (measure.name for measure in study.measures)
    }
    return {name: max(periods) for name, periods in since.items() if previous and periods}


def _citation(study: Study, made_by: str) -> str:
    file = study.file
    day = file.dates.produced or file.dates.data_cut
    lines = [
        f"@techreport{{{study.name}",
        f"  title = {{{file.title}}}",
        f"  institution = {{{file.publisher}}}",
        *([f"  year = {{{day.year}}}"] if day else []),
        f"  note = {{{file.programme}; cxanalytics {version('cxanalytics')}, run {made_by}}}",
    ]
    return ",\n".join(lines) + "\n}"


def run_id(study: StudyFolder, overrides: Mapping[str, Any]) -> str:
    """Digest what a run is made of: notebooks, package, libraries, study, inputs, parameters.

    Parameters
    ----------
    study : StudyFolder
    overrides : mapping of str to value
        Parameters from the command line, or set by hand.

    Returns
    -------
    str
        The same on every page of the run.
    """
    books = {name: keys.notebook_digest(path) for name, path in notebooks().items()}
    own = {path.name: keys.file_digest(path) for path in sorted(study.folder.glob("*.yaml"))}
    parts = [books, keys.package_digest(), keys.versions(), own, study.input_digests()]
    return keys.digest([*parts, dict(overrides)])[: keys.KEY_LENGTH]


def rerun_command(name: str, overrides: Mapping[str, Any]) -> str:
    """Name the command that makes a run again, by name and without a path of this machine."""
    given = [part for key, value in overrides.items() for part in ("-p", f"{key}={value}")]
    return shlex.join(["cxanalytics", "run", name, *given])


def _overrides(study: Study) -> dict[str, Any]:
    """Collect the parameters that the results at hand were given besides the study's own."""
    found = (handover.current(study.output, step) for step in notebooks())
    return {name: value for entry in found for name, value in entry.get("overrides", {}).items()}


def input_hash(study: StudyFolder) -> str:
    """Digest the input files, or the simulated world and its seed."""
    return keys.digest([study.input_digests(), source_names(study)])[: keys.KEY_LENGTH]
