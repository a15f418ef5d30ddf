"""How does one command turn a study into results and pages?

Notebooks that fit run first, in groups that need only earlier groups; then the page of each
agency, the index and the appendix. Each notebook has a kernel, which is a process of its own with
one thread for arithmetic; the runner's own work is waiting, so threads do it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import Any

from cxanalytics.errors import CxError, ParamsError
from cxanalytics.run import handover
from cxanalytics.run.choice import (
    add_missing,
    check_request,
    choose_agencies,
    leave_out,
    page_tasks,
    read_board,
    remove_stale_pages,
    scores_are_current,
)
from cxanalytics.run.describe import input_hash, run_id
from cxanalytics.run.kernels import NotebookFailedError, execute
from cxanalytics.run.places import find_steps, notebooks, output_folder
from cxanalytics.run.plan import (
    OWN_PAGES,
    PAGES,
    PER_AGENCY,
    Plan,
    Task,
    is_done,
    levels,
    note_done,
)
from cxanalytics.run.record import Done, RunReport, write_run
from cxanalytics.run.resolve import StudyFolder, read_study


@dataclass(frozen=True, slots=True)
class _Job:
    """What every task of a run shares."""

    study: StudyFolder
    output: Path
    plan: Plan
    told: Mapping[str, Any]
    jobs: int
    continue_on_error: bool
    progress: bool
    stop: Event


def run_study(
    study: str | Path = "simulated",
    *,
    only: Sequence[str] = (),
    agencies: Sequence[str] = (),
    limit: int | None = None,
    jobs: int | None = None,
    continue_on_error: bool = False,
    dry_run: bool = False,
    parameters: Mapping[str, Any] | None = None,
    output: str | Path | None = None,
    progress: bool = True,
) -> RunReport:
    """Run the notebooks of a study and make its pages; what is already there is skipped.

    Parameters
    ----------
    study : str or Path
        Name or folder.
    only : sequence of str
        Notebooks, such as "04" or "04_benchmark"; all when empty.
    agencies : sequence of str
        Make pages for these agencies only.
    limit : int, optional
        Make at most this many pages of agencies, in alphabetical order.
    jobs : int, optional
        Notebooks at a time; the number of processors when absent.
    continue_on_error : bool
        Go on after a notebook fails; the report lists the failures.
    dry_run : bool
        Only say what would be run.
    parameters : mapping of str to value, optional
        Beat those of the study's files.
    output : str or Path, optional
        Folder for results and pages.
    progress : bool
        Show a progress bar on a terminal.

    Returns
    -------
    RunReport

    Raises
    ------
    ParamsError
        Something that was asked for does not exist or has the wrong type.
    NotebookFailedError
        A notebook stopped, without `continue_on_error`.
    """
    started = time.time()
    for name, number in (("jobs", jobs), ("limit", limit)):
        if number is not None and number < 1:
            raise ParamsError(f"`{name}` must be at least 1; got {number}.")
    source = read_study(study)
    source.check_parameters()
    plan = Plan(source, notebooks(), dict(parameters or {}))
    steps = check_request(plan, find_steps(only, plan.books), agencies)
    place = output_folder(source.name, output)
    report = RunReport(
        study=source.name,
        output=place,
        dry_run=dry_run,
        conflicts=tuple(plan.conflicts(steps)),
        run_id=run_id(source, parameters or {}),
        thresholds=source.file.thresholds,
    )
    lacking = leave_out(plan, steps, only)
    report = replace(report, left_out=lacking)
    steps = add_missing(plan, [step for step in steps if step not in lacking], place)
    if dry_run:
        return replace(report, done=tuple(_foresee(plan, steps, place, agencies, limit)))
    place.mkdir(parents=True, exist_ok=True)
    with handover.exclusive(place):
        handover.drop_unfinished(place)
        for page in (OWN_PAGES[step] for step in lacking if step in OWN_PAGES):
            (place / page).unlink(missing_ok=True)
        job = _Job(
            study=source,
            output=place,
            plan=plan,
            told=_told(source, plan, place, report.run_id),
            jobs=jobs or os.cpu_count() or 1,
            continue_on_error=continue_on_error,
            progress=progress,
            stop=Event(),
        )
        report = _run(job, steps, report, agencies, limit)
        write_run(report, source, started=started, parameters=plan.overrides)
        if not report.failed:
            handover.drop_superseded(place)
    if report.failed and not continue_on_error:
        raise report.failed[0].error or CxError(report.failed[0].task.name)
    return report


def _told(source: StudyFolder, plan: Plan, output: Path, made_by: str) -> dict[str, Any]:
    fits = [step for step in plan.books if step not in PAGES]
    return {
        "study": source.name,
        "folder": str(source.folder),
        "output": str(output),
        "run_id": made_by,
        "input_hash": input_hash(source),
        "keys": {step: plan.key(step) for step in fits},
    }


def _foresee(
    plan: Plan, steps: list[str], output: Path, agencies: Sequence[str], limit: int | None
) -> list[Done]:
    tasks = [plan.task(step) for step in steps if step not in PAGES]
    if scores_are_current(plan, output):
        board = read_board(plan.study, output)
        chosen, _ = choose_agencies(board, agencies)
        tasks += page_tasks(plan, steps, board, chosen[:limit], output)
    else:
        tasks += [plan.task(step) for step in steps if step in PAGES]
    return [Done(task, skipped=is_done(task, output)) for task in tasks]


def _run(
    job: _Job, steps: list[str], report: RunReport, agencies: Sequence[str], limit: int | None
) -> RunReport:
    from tqdm import tqdm

    fits = [step for step in steps if step not in PAGES]
    pages = [step for step in steps if step in PAGES]
    done: list[Done] = []
    chosen: list[str] = []
    suppressed: dict[str, str] = {}
    # Without a terminal there is no bar; `disable=None` says so.
    with tqdm(
        total=len(fits) + len(pages),
        disable=None if job.progress else True,
        desc=report.study,
        unit="notebook",
        dynamic_ncols=True,
    ) as bar:
        for group in levels(job.plan, fits):
            done += _perform_all(job, [job.plan.task(step) for step in group], bar)
        if job.stop.is_set():
            tasks = []
        elif scores_are_current(job.plan, job.output):
            board = read_board(job.study, job.output)
            chosen, suppressed = choose_agencies(board, agencies)
            remove_stale_pages(job.output, board)
            tasks = page_tasks(job.plan, pages, board, chosen[:limit], job.output)
        else:
            # Without scores nobody knows whose pages to make; the others say what they miss.
            tasks = [job.plan.task(step) for step in pages if step != PER_AGENCY]
        bar.total = len(fits) + len(tasks)
        done += _perform_all(job, tasks, bar)
    return replace(
        report,
        done=tuple(done),
        shown=tuple(name for name in chosen if name not in suppressed),
        suppressed=suppressed,
    )


def _perform_all(job: _Job, tasks: Sequence[Task], bar: Any) -> list[Done]:
    from joblib import Parallel, delayed

    results = Parallel(n_jobs=job.jobs, backend="threading", return_as="generator_unordered")(
        delayed(_perform)(job, task) for task in tasks
    )
    finished = {}
    try:
        for done in results:
            finished[done.task.name] = done
            bar.set_postfix_str(done.task.name, refresh=False)
            bar.update(1)
    except BaseException:
        job.stop.set()
        raise
    return [finished[task.name] for task in tasks]


def _perform(job: _Job, task: Task) -> Done:
    if job.stop.is_set():
        return Done(task, not_run=True)
    if is_done(task, job.output):
        return Done(task, skipped=True)
    started = time.perf_counter()
    refusal, failure = "", None
    try:
        _make(job, task)
    except CxError as error:
        refusal = _refused(job, task, error)
        if not refusal:
            failure = error
            if not job.continue_on_error:
                job.stop.set()
    return Done(task, seconds=time.perf_counter() - started, refusal=refusal, error=failure)


def _refused(job: _Job, task: Task, error: CxError) -> str:
    """Note that a model refused the data; "" where that is a failure, as for the scores."""
    reason = error.refusal if isinstance(error, NotebookFailedError) else ""
    if not reason or task.step in job.plan.vital():
        return ""
    overrides = dict(task.overrides)
    handover.save_step(
        job.output,
        task.step,
        key=task.key,
        tables={},
        facts={"reason": reason},
        overrides=overrides,
    )
    for made in filter(None, (task.executed, task.page)):
        (job.output / made).unlink(missing_ok=True)
    note_done(task, job.output, saved=True)
    return reason


def _make(job: _Job, task: Task) -> None:
    from cxanalytics.run.pages import write_page

    own = {"step": task.step, "key": task.key, "overrides": dict(task.overrides)}
    told = {**job.told, **own, "pages": task.pages}
    execute(task.notebook, job.output / task.executed, parameters=task.given, context=told)
    if task.page:
        write_page(job.output / task.executed, job.output / task.page)
    saved = handover.current(job.output, task.step).get("key") == task.key
    note_done(task, job.output, saved=saved)
