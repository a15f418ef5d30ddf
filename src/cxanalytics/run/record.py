"""What did a run do? The report it returns, and run.json.

Times, host and durations stand in run.json alone, so that pages are the same when made again.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cxanalytics.errors import CxError
from cxanalytics.rules import THRESHOLDS, Thresholds
from cxanalytics.run.describe import input_hash, rerun_command
from cxanalytics.run.handover import read_json, write_json
from cxanalytics.run.keys import versions
from cxanalytics.run.plan import PAGES, PER_AGENCY, Task
from cxanalytics.run.resolve import StudyFolder


@dataclass(frozen=True, slots=True)
class Done:
    """How one task ended.

    Attributes
    ----------
    task : Task
    seconds : float
    skipped : bool
        It was already there.
    not_run : bool
        An earlier failure ended the run.
    refusal : str
        Why a model refused the data; the appendix says so in its place.
    error : CxError or None
    """

    task: Task
    seconds: float = 0.0
    skipped: bool = False
    not_run: bool = False
    refusal: str = ""
    error: CxError | None = None

    @property
    def state(self) -> str:
        """In a word: "failed", "refused", "not run", "unchanged" or "made"."""
        if self.error or self.refusal:
            return "failed" if self.error else "refused"
        if self.not_run:
            return "not run"
        return "unchanged" if self.skipped else "made"


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did.

    Attributes
    ----------
    study, run_id : str
    output : Path
    done : tuple of Done
        In the order of the notebooks.
    shown : tuple of str
        Agencies with a score, among those asked for.
    suppressed : mapping of str to str
        Agency to the reason why it has no score.
    left_out : mapping of str to str
        Notebook to what the study lacks for it.
    conflicts : tuple of str
        Where study.yaml and NN_name.yaml disagree.
    dry_run : bool
    thresholds : Thresholds
        Smallest numbers of answers for each use in this study.
    """

    study: str
    output: Path
    run_id: str = ""
    done: tuple[Done, ...] = ()
    shown: tuple[str, ...] = ()
    suppressed: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    conflicts: tuple[str, ...] = ()
    dry_run: bool = False
    thresholds: Thresholds = THRESHOLDS

    @property
    def failed(self) -> list[Done]:
        """The tasks that failed."""
        return [entry for entry in self.done if entry.error]

    @property
    def reasons(self) -> dict[str, str]:
        """Why a notebook has no result: the study lacks its data, or its model refused them."""
        refused = {entry.task.step: entry.refusal for entry in self.done if entry.refusal}
        return {**self.left_out, **refused}

    @property
    def pages(self) -> list[Path]:
        """Pages that are there now, of the tasks of this run."""
        good = (entry for entry in self.done if not entry.error and not entry.not_run)
        return [self.output / entry.task.page for entry in good if entry.task.page]

    @property
    def opening(self) -> Path | None:
        """The page to open: the index, else the last page made, else None."""
        index = self.output / PAGES["09_index"]
        if index in self.pages or (not self.pages and index.is_file()):
            return index
        return self.pages[-1] if self.pages else None

    def count(self, state: str) -> int:
        """Count the tasks in a state."""
        return sum(entry.state == state for entry in self.done)


def write_run(
    report: RunReport, study: StudyFolder, *, started: float, parameters: Mapping[str, Any]
) -> None:
    """Write run.json beside the pages.

    Parameters
    ----------
    report : RunReport
    study : StudyFolder
    started : float
        Seconds since 1970.
    parameters : mapping of str to value
        From the command line.
    """
    now = datetime.now(UTC)
    begun = datetime.fromtimestamp(started, UTC)
    path = report.output / "run.json"
    earlier = read_json(path).get("agencies", {})
    of_pages = any(entry.task.step == PER_AGENCY for entry in report.done)
    agencies = {"shown": list(report.shown), "suppressed": dict(report.suppressed)}
    document = {
        "study": report.study,
        "run_id": report.run_id,
        "command": rerun_command(study.argument, parameters),
        "started": begun.isoformat(timespec="seconds"),
        "seconds": round((now - begun).total_seconds(), 1),
        "host": {"name": platform.node(), "system": platform.platform()},
        "versions": versions(),
        "input_hash": input_hash(study),
        "inputs": study.input_digests(),
        "parameters": dict(parameters),
        "conflicts": list(report.conflicts),
        "left_out": dict(report.left_out),
        "agencies": agencies if of_pages else earlier or agencies,
        "tasks": [
            {
                "name": entry.task.name,
                "state": entry.state,
                "seconds": round(entry.seconds, 1),
                "key": entry.task.key,
                "parameters": dict(entry.task.given),
                **({"error": str(entry.error)} if entry.error else {}),
                **({"refusal": entry.refusal} if entry.refusal else {}),
            }
            for entry in report.done
        ],
    }
    write_json(path, document)
