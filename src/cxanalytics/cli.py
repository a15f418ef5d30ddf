"""What can be done from a terminal?

Exit codes: 0 done; 1 a notebook, a page or the data failed; 2 what was typed, or a study file, is
wrong; 130 stopped from the keyboard. Anything a user can put right is one line on the error
stream, without a traceback.
"""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Sequence
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
    """Open the index of STUDY in the browser."""
    from cxanalytics.run.places import find_study, output_folder
    from cxanalytics.run.yaml_file import short_path

    page = output_folder(find_study(study).name, output) / "index.html"
    if not page.is_file():
        raise ParamsError(f"{short_path(page)} does not exist. Run: cxanalytics run {study}")
    click.echo(short_path(page))
    webbrowser.open(page.as_uri())


@main.command(short_help="Check study file, parameters and data; run nothing.")
@click.argument("study", default="simulated")
def check(study: str) -> None:
    """Check the study file, the parameters and the data of STUDY without running anything."""
    from cxanalytics.run.check import check_study

    for line in check_study(study):
        click.echo(line)


@main.command(short_help="Store the outputs of the committed notebooks.")
@click.argument("only", nargs=-1, metavar="[NN]...")
def notebooks(only: tuple[str, ...]) -> None:
    """Execute the notebooks on the simulated study and store their outputs in place."""
    from cxanalytics.run.stored import store_notebooks

    for line in store_notebooks(only):
        click.echo(line)
