"""Which page, which study and which notebook do these outputs belong to?"""

from __future__ import annotations

import ast
import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cxanalytics.errors import DataError, ParamsError, did_you_mean
from cxanalytics.report.section import SECTION_MIME
from cxanalytics.run import handover, keys
from cxanalytics.run.describe import run_id
from cxanalytics.run.keys import SCORES
from cxanalytics.run.places import find_study, notebooks
from cxanalytics.run.plan import OWN_PAGES, PAGES
from cxanalytics.run.resolve import StudyFolder, read_study, resolve
from cxanalytics.run.trace.again import Call, TracedStudy
from cxanalytics.run.trace.page import ReadPage, read_page
from cxanalytics.run.trace.tables import Key
from cxanalytics.run.yaml_file import short_path
from cxanalytics.store import Table

FIRST = ("index.html", "audit.html", "morale.html", "appendix.html")
"""Pages that are looked through, in this order, where none is named; then those of agencies."""


@dataclass(slots=True)
class Way:
    """One page, and what was computed again for it so far.

    Attributes
    ----------
    output : Path
    address : str
        Of the page, in the outputs.
    page : ReadPage
    step : str
        The notebook that wrote it.
    study : TracedStudy
    cells : mapping of str to (int, int)
        Section to the place of its cell in the notebook's file, and its own among what the cell
        shows.
    tables : dict
        Step and table to the table, computed again.
    calls : dict
        Step and table to the calls that made it.
    problems : dict
        Step and table to why it could not be computed again.
    written : ReadPage or None
        The page, written from the tables computed again.
    unwritten : str
        Why it could not be written.
    """

    output: Path
    address: str
    page: ReadPage
    step: str
    study: TracedStudy
    cells: Mapping[str, tuple[int, int]]
    tables: dict[Key, Table] = field(default_factory=dict)
    calls: dict[Key, list[Call]] = field(default_factory=dict)
    problems: dict[Key, str] = field(default_factory=dict)
    written: ReadPage | None = None
    unwritten: str = ""

    @property
    def period(self) -> str:
        """The wave of the page."""
        if told := self.page.facts.get("wave"):
            return str(told)
        if SCORES in notebooks() and handover.current(self.output, SCORES):
            return str(self.study.stored(SCORES).facts.get("period", ""))
        return self.study.waves(self.study.survey())[0]

    def params_of(self, step: str) -> dict[str, Any]:
        """The parameters with which the run made a step."""
        overrides = handover.current(self.output, step).get("overrides", {})
        values = resolve(self.study.source, notebooks()[step], overrides=overrides).values
        return {name: value for name, value in values.items() if name not in ("study", "output")}


def open_way(output: Path, ids: Sequence[str], *, page: str, study: str) -> Way:
    """Find the page that is meant, its study and its notebook.

    Parameters
    ----------
    output : Path
        Folder of the outputs.
    ids : sequence of str
    page, study : str
        As in `trace_records`.

    Returns
    -------
    Way

    Raises
    ------
    ParamsError, DataError
        As `trace_records`.
    """
    record = handover.read_json(output / "run.json")
    if not record:
        raise ParamsError(
            f"`output` must be the outputs of a run, such as outputs/simulated; "
            f"{short_path(output)} has no run.json."
        )
    address, read = _find_page(output, ids, page)
    source = _study_of(record, study)
    _same_version(record, read, source)
    return _open(output, source, address, read)


def _addresses(folder: Path) -> list[str]:
    own = [name for name in FIRST if (folder / name).is_file()]
    found = sorted(path.relative_to(folder).as_posix() for path in folder.glob("*/*.html"))
    others = sorted(path.name for path in folder.glob("*.html") if path.name not in own)
    return [*own, *others, *found]


def _find_page(folder: Path, ids: Sequence[str], page: str) -> tuple[str, ReadPage]:
    """Find the page that is meant, and read it."""
    known = _addresses(folder)
    if page:
        if page not in known:
            raise ParamsError(
                f"`page` must be a page of these outputs, such as {known[0] if known else 'none'}; "
                f"got {page!r}.{did_you_mean(page, known)}"
            )
        read = read_page(folder / page)
        for name in ids:
            if name not in read.texts:
                places = [*read.records, *read.texts]
                raise ParamsError(f"{page} has no id {name!r}.{did_you_mean(name, places)}")
        return page, read
    if not ids:
        raise ParamsError("`page` must be named where no id is.")
    pages = {address: read_page(folder / address) for address in known}
    having = [address for address, read in pages.items() if set(ids) <= set(read.texts)]
    if not having:
        known_ids = {name for read in pages.values() for name in (*read.records, *read.texts)}
        missing = next((name for name in ids if name not in known_ids), ids[0])
        told = did_you_mean(missing, sorted(known_ids))
        raise ParamsError(f"No page of these outputs has an id {missing!r}.{told}")
    # The appendix prints rows of pages whose files have the record.
    having = [address for address in having if set(ids) <= set(pages[address].records)] or having
    firm = [address for address in having if address in FIRST]
    if not firm and len(having) > 1:
        raise ParamsError(
            f"{ids[0]!r} is on {len(having)} pages; name one, such as --page {having[0]}."
        )
    address = (firm or having)[0]
    return address, pages[address]


def _study_of(record: Mapping[str, Any], study: str) -> StudyFolder:
    """Find the study that made the outputs."""
    words = shlex.split(str(record.get("command", "")))
    argument = words[2] if len(words) > 2 else ""
    tried = [study] if study else [str(record["study"]), argument]
    problem: ParamsError | None = None
    for name in filter(None, tried):
        try:
            return read_study(find_study(name))
        except ParamsError as error:
            problem = problem or error
    raise ParamsError(
        f"The study of these outputs, {record['study']!r}, is not here; name its folder with "
        f"--study. {problem}"
    )


def _same_version(record: Mapping[str, Any], page: ReadPage, source: StudyFolder) -> None:
    """Refuse outputs that are not those of the study, the data and the package of now."""
    made_by = str(page.facts.get("run_id") or record["run_id"])
    if made_by == run_id(source, record.get("parameters", {})):
        return
    now, then = keys.versions(), dict(record.get("versions", {}))
    other = [name for name, version in now.items() if then.get(name) != version]
    digests = source.input_digests()
    changed = [name for name, value in digests.items() if record["inputs"].get(name) != value]
    if changed:
        why = f"the data have changed since: {', '.join(changed)}"
    elif other:
        told = ", ".join(f"{name} {then.get(name, 'none')} then, {now[name]} now" for name in other)
        why = f"they were made by other versions: {told}"
    else:
        why = "the package, its notebooks or the study's files have changed since"
    raise DataError(
        f"These outputs cannot be computed again: {why}. Run the study again: {record['command']}"
    )


def _open(output: Path, source: StudyFolder, address: str, page: ReadPage) -> Way:
    """Find the notebook that wrote a page, and the cells of its sections."""
    step, slug = _step_of(address)
    executed = output / "notebooks" / (f"{step}/{slug}.ipynb" if slug else f"{step}.ipynb")
    cells = handover.read_json(executed).get("cells", [])
    if not cells:
        raise DataError(
            f"These outputs are incomplete: {short_path(executed)} is missing. Run the study again."
        )
    found = handover.current(output, step).get("overrides", {})
    agency = _injected_agency(cells) if slug else ""
    values = resolve(
        source, notebooks()[step], overrides={**found, **({"agency": agency} if agency else {})}
    ).values
    params = {name: value for name, value in values.items() if name not in ("study", "output")}
    study = TracedStudy(source.name, source.folder, output, params, source)
    return Way(output, address, page, step, study, _cells_of_sections(cells))


def _step_of(address: str) -> tuple[str, str]:
    """Name the notebook behind a page, and the slug of its agency."""
    whole = {pattern: step for step, pattern in {**PAGES, **OWN_PAGES}.items()}
    if address in whole:
        return whole[address], ""
    folder, _, name = address.rpartition("/")
    for pattern, step in whole.items():
        if pattern == f"{folder}/{{slug}}.html":
            return step, name.removesuffix(".html")
    raise ParamsError(f"`page` must be a page that a notebook makes; got {address!r}.")


def _injected_agency(cells: Sequence[Mapping[str, Any]]) -> str:
    """Read whose page it is from the parameters that the runner gave."""
    for cell in cells:
        source = "".join(cell["source"])
        if "injected-parameters" in cell.get("metadata", {}).get("tags", []):
            for node in ast.parse(source).body:
                match node:
                    case ast.Assign(
                        targets=[ast.Name(id="agency")], value=ast.Constant(value=str(name))
                    ):
                        return name
    return ""


def _cells_of_sections(cells: Sequence[Mapping[str, Any]]) -> dict[str, tuple[int, int]]:
    """Find where in the notebook's file each section is shown, by the section's id."""
    injected = 0
    found = {}
    for place, cell in enumerate(cells):
        if "injected-parameters" in cell.get("metadata", {}).get("tags", []):
            # The runner puts this cell in: the notebook's own file does not have it.
            injected += 1
        shown = [output["data"] for output in cell.get("outputs", []) if output.get("data")]
        for at, data in enumerate(shown):
            if told := data.get(SECTION_MIME):
                told = json.loads(told) if isinstance(told, str) else told
                found[str(told["id"])] = (place - injected, at)
    return found
