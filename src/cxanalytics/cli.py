"""What can be done from a terminal?

Exit codes: 0 done; 1 a notebook, a page, a number or the data failed; 2 what was typed, or a study
file, is wrong; 130 stopped from the keyboard. Anything a user can put right is one line on the
error stream, without a traceback.
"""

from __future__ import annotations

import json
import subprocess
import sys
import webbrowser
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cxanalytics.errors import CxError, ParamsError, did_you_mean

if TYPE_CHECKING:
    from cxanalytics.run.parameters import Parameter
    from cxanalytics.run.record import RunReport

RUN_FAILED = 1
BAD_INPUT = 2
INTERRUPTED = 130
LISTED = 8


class _Commands(click.Group):
    """Turns what a user can put right into one line."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ParamsError as error:
            _stop(error, BAD_INPUT)
        except CxError as error:
            _stop(error, RUN_FAILED)
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            _stop(error, RUN_FAILED)
        except KeyboardInterrupt:
            click.echo("cxanalytics: stopped. The same command goes on from here.", err=True)
            sys.exit(INTERRUPTED)


def _stop(error: Exception, code: int) -> None:
    trace = getattr(error, "trace", "")
    if trace and click.get_current_context().find_root().meta.get("debug"):
        click.echo(trace, err=True)
    click.echo(f"cxanalytics: {' '.join(str(error).split())}", err=True)
    sys.exit(code)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("cxanalytics"), prog_name="cxanalytics")
def main() -> None:
    """From a survey file to finished pages, one per agency.

    STUDY is the name of a study (see `cxanalytics list`) or a folder with a study.yaml.
    """


@main.command(short_help="Run a study and make its pages.")
@click.argument("study", default="simulated")
@click.option("--only", multiple=True, metavar="NN", help="Run these notebooks only: 04 or 02,04.")
@click.option("--agency", multiple=True, metavar="NAME", help="Make pages for these agencies only.")
@click.option("--limit", type=int, metavar="N", help="Make at most N pages of agencies.")
@click.option("--jobs", "-j", type=int, metavar="N", help="Notebooks at a time.")
@click.option("--continue-on-error", is_flag=True, help="Go on when a notebook fails.")
@click.option("--dry-run", "-n", is_flag=True, help="Only list what would be run.")
@click.option("-p", "values", multiple=True, metavar="NAME=VALUE", help="Set a parameter.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Folder for the pages.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
@click.option("--debug", is_flag=True, help="Show the traceback of a failing notebook.")
@click.pass_context
def run(
    ctx: click.Context,
    study: str,
    only: tuple[str, ...],
    agency: tuple[str, ...],
    limit: int | None,
    jobs: int | None,
    continue_on_error: bool,
    dry_run: bool,
    values: tuple[str, ...],
    output: Path | None,
    quiet: bool,
    debug: bool,
) -> None:
    """Run the notebooks of STUDY and make its pages; what is unchanged is skipped."""
    ctx.find_root().meta["debug"] = debug
    from cxanalytics.run.execute import run_study

    report = run_study(
        study,
        only=only,
        agencies=agency,
        limit=limit,
        jobs=jobs,
        continue_on_error=continue_on_error,
        dry_run=dry_run,
        parameters=_typed(values, only),
        output=output,
        progress=not quiet,
    )
    if not quiet:
        _print_dry_run(report) if dry_run else _print_report(report)
    for entry in report.failed:
        click.echo(f"cxanalytics: {entry.error}", err=True)
    if report.failed:
        sys.exit(RUN_FAILED)


def _typed(values: Sequence[str], only: Sequence[str]) -> dict[str, Any]:
    """Read NAME=VALUE by the types that the chosen notebooks declare."""
    from cxanalytics.run.parameters import parse_value

    known = _declared(only) if values else {}
    typed = {}
    for text in values:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise ParamsError(f"`-p` must be NAME=VALUE; got {text!r}.")
        if name in typed:
            raise ParamsError(f"`-p {name}` is given twice.")
        if name not in known:
            raise ParamsError(
                f"`{name}` is not a parameter of these notebooks; declared are "
                f"{', '.join(known)}.{did_you_mean(name, known)}"
            )
        typed[name] = parse_value(known[name], value)
    return typed


def _declared(only: Sequence[str]) -> dict[str, Parameter]:
    from cxanalytics.run.parameters import declared_parameters
    from cxanalytics.run.places import find_steps, notebooks

    books = notebooks()
    found: dict[str, Parameter] = {}
    for step in find_steps(only, books):
        for entry in declared_parameters(books[step]):
            found.setdefault(entry.name, entry)
    return {name: entry for name, entry in found.items() if name not in ("study", "agency")}


def _print_dry_run(report: RunReport) -> None:
    for entry in report.done:
        word = "unchanged" if entry.skipped else "would run"
        click.echo(f"{word:10} {entry.task.name:32} {entry.task.target}")
    for step, reason in report.reasons.items():
        click.echo(f"{'left out':10} {step:32} {reason}")
    _print_conflicts(report)


def _print_conflicts(report: RunReport) -> None:
    for text in report.conflicts:
        click.echo(f"Conflict: {text}.")


def _print_report(report: RunReport) -> None:
    from cxanalytics.rules import COMPLEMENTARY, HIDDEN
    from cxanalytics.run.yaml_file import short_path
    from cxanalytics.words import say_suppressed

    _print_conflicts(report)
    made, unchanged, failed = (report.count(word) for word in ("made", "unchanged", "failed"))
    ran = f"{made} run, {unchanged} unchanged" + (f", {failed} failed" if failed else "")
    click.echo(f"Notebooks: {ran}. Pages: {len(report.pages)}.")
    for step, reason in report.reasons.items():
        click.echo(f"  {step} is left out. {reason}")
    groups: dict[str, list[str]] = {}
    for name, reason in report.suppressed.items():
        groups.setdefault(reason, []).append(name)
    if groups:
        click.echo(f"Agencies without scores: {len(report.suppressed)}.")
    for reason, names in groups.items():
        told = say_suppressed(reason, thresholds=report.thresholds)
        told += " No page:" if reason in (HIDDEN, COMPLEMENTARY) else " Page with the base only:"
        more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
        click.echo(f"  {told} {', '.join(names[:LISTED])}{more}")
    if report.opening:
        click.echo(f"Open {short_path(report.opening)}")


@main.command(name="list")
def list_() -> None:
    """List the studies and the notebooks."""
    from cxanalytics.run.places import STUDY_FILE, notebooks, studies
    from cxanalytics.run.yaml_file import read_yaml

    click.echo("Studies")
    for name, folder in studies().items():
        click.echo(f"  {name:16} {read_yaml(folder / STUDY_FILE).data.get('title', '')}")
    click.echo("Notebooks")
    for name, path in notebooks().items():
        click.echo(f"  {name:16} {_question_of(path)}")


def _question_of(notebook: Path) -> str:
    from cxanalytics.run.parameters import read_cells

    lines = [line for cell in read_cells(notebook) for line in cell["source"].splitlines()]
    return next((line[2:] for line in lines if line.startswith("# ")), "")


@main.command(short_help="Show the parameters of a notebook or a study.")
@click.argument("what", metavar="[NOTEBOOK|STUDY]", default="simulated")
def params(what: str) -> None:
    """Show the parameters of a notebook, or those with which STUDY runs each notebook."""
    from cxanalytics.run.parameters import declared_parameters
    from cxanalytics.run.places import find_notebook, notebooks

    path = find_notebook(what)
    if path is not None:
        for entry in declared_parameters(path):
            shown = f"{entry.name}: {entry.type} = {entry.default!r}"
            click.echo(f"{shown:44} {entry.help}")
        return
    from cxanalytics.run.resolve import read_study, resolve

    source = read_study(what)
    source.check_parameters()
    for step, notebook in notebooks().items():
        found = resolve(source, notebook)
        click.echo(step)
        for name, value in found.values.items():
            click.echo(f"  {name} = {value!r}{'' if name in found.given else '  (default)'}")
        for text in found.conflicts:
            click.echo(f"  Conflict: {text}.")


@main.command(name="open")
@click.argument("study", default="simulated")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Folder of the pages.")
def open_(study: str, output: Path | None) -> None:
    """Open the index of STUDY in the browser, or the page that stands in for it."""
    from cxanalytics.run.places import find_study, output_folder
    from cxanalytics.run.plan import OWN_PAGES
    from cxanalytics.run.yaml_file import short_path

    folder = output_folder(find_study(study).name, output)
    page = folder / "index.html"
    if not page.is_file():
        # A study without scores has no index.
        others = (folder / name for name in reversed(OWN_PAGES.values()))
        page = next((other for other in others if other.is_file()), page)
    if not page.is_file():
        raise ParamsError(f"{short_path(page)} does not exist. Run: cxanalytics run {study}")
    click.echo(short_path(page))
    webbrowser.open(page.as_uri())


@main.command(short_help="Check study file, parameters and data; run nothing.")
@click.argument("study", default="simulated")
@click.option("--strict", is_flag=True, help="Exit with 1 when anything is to be looked at.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print."
)
@click.pass_context
def check(ctx: click.Context, study: str, strict: bool, form: str) -> None:
    """Check the study file, the parameters and the data of STUDY without running anything.

    Exit codes: 0 the study can be run; 1 its data cannot be used, or with --strict something is to
    be looked at; 2 the study file is wrong.
    """
    from cxanalytics.run.check import WARNING, check_study

    found = []
    try:
        for finding in check_study(study):
            found.append(finding)
            if form == "text":
                click.echo(str(finding))
    except CxError as error:
        if form == "json":
            told = {"part": study, "level": "error", "text": " ".join(str(error).split())}
            click.echo(_json([*map(asdict, found), told]))
            ctx.exit(BAD_INPUT if isinstance(error, ParamsError) else RUN_FAILED)
        raise
    if form == "json":
        click.echo(_json([*map(asdict, found)]))
    if strict and any(finding.level == WARNING for finding in found):
        ctx.exit(RUN_FAILED)


def _json(entries: list[dict[str, Any]]) -> str:
    return json.dumps(entries, indent=1, ensure_ascii=False)


@main.command(short_help="Follow a number on a page back to its rows.")
@click.argument("output", type=click.Path(path_type=Path))
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--page", default="", metavar="PAGE", help="Page with the ID: agencies/north.html.")
@click.option("--all", "every", is_flag=True, help="Follow every record of the page.")
@click.option("--study", default="", metavar="STUDY", help="Study of the outputs, if elsewhere.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print."
)
@click.option("--quiet", "-q", is_flag=True, help="Show no progress bar.")
@click.pass_context
def trace(
    ctx: click.Context,
    output: Path,
    ids: tuple[str, ...],
    page: str,
    every: bool,
    study: str,
    form: str,
    quiet: bool,
) -> None:
    """Follow the number at ID of a page in OUTPUT to its record, notebook, calls and rows.

    The rows are read anew and the number is computed again; nothing is written. Exit codes: 0 it
    agrees; 1 it does not, or cannot be computed again; 2 there is no such page, ID or study.
    """
    from cxanalytics.run.trace import as_lines, as_plain, trace_records

    if every == bool(ids):
        raise ParamsError("Name an ID, or --all with --page; not both.")
    found = trace_records(output, ids, page=page, study=study, progress=not quiet)
    if form == "json":
        click.echo(_json([as_plain(entry) for entry in found]))
    else:
        for entry in found:
            click.echo("\n".join(as_lines(entry)))
    if not all(entry.agrees for entry in found):
        ctx.exit(RUN_FAILED)


@main.command(short_help="Open a copy of a notebook to work on.")
@click.argument("notebook", metavar="NN")
@click.argument("study", default="simulated")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Outputs of the study.")
@click.option("--new", "fresh", is_flag=True, help="Make a further copy beside an earlier one.")
@click.option("--no-open", is_flag=True, help="Only say where it lies.")
def notebook(notebook: str, study: str, output: Path | None, fresh: bool, no_open: bool) -> None:
    """Open a copy of notebook NN with the parameters of STUDY; no run ever overwrites it."""
    from cxanalytics.run.work_copy import copy_notebook
    from cxanalytics.run.yaml_file import short_path

    path, made = copy_notebook(notebook, study, output=output, fresh=fresh)
    click.echo(f"{short_path(path)}{'' if made else ' (your earlier copy; --new makes another)'}")
    if not no_open:
        subprocess.run([sys.executable, "-m", "jupyter", "lab", str(path)], check=False)


@main.command(short_help="Fetch a public data set.")
@click.argument("name", required=False)
@click.option("--into", type=click.Path(path_type=Path), help="Parent folder of the data set.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
def fetch(name: str | None, into: Path | None, quiet: bool) -> None:
    """Fetch the public data set NAME to where its study looks for it; without NAME, list them."""
    from cxanalytics.run.catalog import DATASETS
    from cxanalytics.run.fetch import fetch_data

    if name is None:
        for entry in DATASETS.values():
            click.echo(f"{entry.name:22} {entry.title}. Licence: {entry.licence}.")
        return
    show = (lambda _: None) if quiet else click.echo
    fetch_data(name, into=into, say=show, progress=not quiet and sys.stderr.isatty())


@main.command(short_help="Start a study from your own files.")
@click.argument("name")
@click.option("--customers", multiple=True, metavar="FILE[#SHEET]", help="Answers of customers.")
@click.option("--staff", multiple=True, metavar="FILE[#SHEET]", help="Answers of staff.")
@click.option("--operations", multiple=True, metavar="FILE[#SHEET]", help="Measures of units.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where; params/NAME when absent.")
def new(
    name: str,
    customers: tuple[str, ...],
    staff: tuple[str, ...],
    operations: tuple[str, ...],
    folder: Path | None,
) -> None:
    """Write a commented study folder for files of your own, and say what was guessed."""
    from cxanalytics.run.new import make_study
    from cxanalytics.run.yaml_file import short_path

    made = make_study(name, customers=customers, staff=staff, operations=operations, folder=folder)
    for head, lines in (
        ("Guessed", made.guessed),
        ("Please check", made.unsure),
        ("Left out, or refused by the reader", made.refused),
    ):
        if lines:
            click.echo(f"{head}:")
        for line in lines:
            click.echo(f"  {line}")
    told = short_path(made.folder)
    click.echo(f"Wrote {told}. Next: cxanalytics check {told}")


@main.command(short_help="Store the outputs of the committed notebooks.")
@click.argument("only", nargs=-1, metavar="[NN]...")
def notebooks(only: tuple[str, ...]) -> None:
    """Execute the notebooks on the simulated study and store their outputs in place."""
    from cxanalytics.run.stored import store_notebooks

    for line in store_notebooks(only):
        click.echo(line)
