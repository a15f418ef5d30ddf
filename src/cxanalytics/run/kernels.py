"""How is one notebook executed, quietly, the same way every time?

Importing papermill takes two seconds, so nothing here is imported before a notebook has to be
executed.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from cxanalytics.errors import CxError
from cxanalytics.run.handover import RUN_VARIABLE

QUIET = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "agg",
    # The debugger otherwise warns of frozen modules on the terminal of the run.
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
_OWN_ERRORS = ("CxError", "DataError", "ParamsError", "ModelError")
START_TIMEOUT = 180
STARTS = 3
"""Times a kernel is started: one that starts while many others do may find its ports taken."""
NEVER_STARTED = "before replying to kernel_info"


class NotebookFailedError(CxError):
    """A notebook stopped.

    The message is one line, `trace` the kernel's traceback, and `refusal` what a model said that
    the data cannot carry.
    """

    def __init__(self, message: str, *, trace: str = "", refusal: str = "") -> None:
        super().__init__(message)
        self.trace = trace
        self.refusal = refusal


def skip_address_grammar() -> None:
    """Keep jsonschema from compiling a grammar of addresses; before papermill and nbformat.

    It takes 1.7 of the 2.5 seconds of their import, and serves only to check the format of
    addresses, which no notebook schema asks for.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def _kernel_manager(variables: Mapping[str, str]) -> type:
    """Make a manager that starts this interpreter, whatever kernels the user has registered."""
    from ipykernel.kernelspec import get_kernel_dict
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    # Kernel specifications expand `$`; twice stands for itself.
    env = {name: value.replace("$", "$$") for name, value in variables.items()}
    described = get_kernel_dict()
    # What a notebook has to say is in its cells; the kernel's log would be noise in the terminal.
    described["argv"] += ["--IPKernelApp.log_level=CRITICAL"]

    class Manager(AsyncKernelManager):
        """Starts the interpreter that runs this."""

        @property
        def kernel_spec(self) -> KernelSpec:
            return KernelSpec(**described, env=env)

    return Manager


def execute(
    notebook: Path,
    target: Path,
    *,
    parameters: Mapping[str, Any],
    context: Mapping[str, Any],
) -> None:
    """Execute a notebook; the executed copy appears whole or not at all.

    Parameters
    ----------
    notebook : Path
    target : Path
        The executed copy. When a cell fails, the copy is left beside it, ending in
        `.failed.ipynb`, and what stood at `target` stays.
    parameters : mapping of str to value
        To inject.
    context : mapping
        What the kernel is told about the run.

    Raises
    ------
    NotebookFailedError
    """
    work = partial(_execute, notebook, target, parameters=parameters, context=context)
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        work()
    else:
        # Inside a notebook a loop is at work already; the kernel's own needs another thread.
        with ThreadPoolExecutor(max_workers=1) as pool:
            pool.submit(work).result()


def _execute(
    notebook: Path, target: Path, *, parameters: Mapping[str, Any], context: Mapping[str, Any]
) -> None:
    skip_address_grammar()
    import papermill
    from jupyter_core.utils import ensure_event_loop

    loop = ensure_event_loop()
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = target.with_name(f".writing-{target.name}")
    failed = target.with_name(f"{target.stem}.failed.ipynb")
    variables = QUIET | {RUN_VARIABLE: json.dumps(dict(context))}
    try:
        run = partial(
            papermill.execute_notebook,
            _plain(notebook),
            _plain(scratch),
            parameters=dict(parameters),
            kernel_name="python3",
            language="python",
            progress_bar=False,
            start_timeout=START_TIMEOUT,
            kernel_manager_class=_kernel_manager(variables),
        )
        _started(run)
        _tidy(scratch, notebook)
        failed.unlink(missing_ok=True)
        scratch.replace(target)
    except papermill.PapermillExecutionError as error:
        scratch.replace(failed)
        raise _in_one_line(error, target, failed) from None
    except CxError:
        raise
    except Exception as error:  # a kernel that does not start or dies raises many types
        text = " ".join(str(error).split()) or type(error).__name__
        raise NotebookFailedError(f"{notebook.name}: the kernel failed: {text}") from error
    finally:
        scratch.unlink(missing_ok=True)
        # Left open it would hold sockets until the thread is collected.
        loop.close()


def _started(run: Callable[[], object]) -> None:
    """Run a notebook, once more where its kernel never started: no cell was run then."""
    for left in reversed(range(STARTS)):
        try:
            run()
        except RuntimeError as error:
            if not left or NEVER_STARTED not in str(error):
                raise
        else:
            return


def _plain(path: Path) -> str:
    # Papermill formats paths with the parameters: braces in a folder's name are escaped.
    return str(path).replace("{", "{{").replace("}", "}}")


def _in_one_line(error: Any, target: Path, failed: Path) -> NotebookFailedError:
    known = error.ename in _OWN_ERRORS
    text = " ".join(str(error.evalue).split())
    what = text if known else f"{error.ename}: {text} (--debug shows more; see {failed.name})"
    below = f"{target.parent.name}/" if target.parent.name[:2].isdigit() else ""
    return NotebookFailedError(
        f"{below}{target.name}, cell [{error.exec_count}]: {what}",
        trace="\n".join(error.traceback),
        refusal=text if error.ename == "ModelError" else "",
    )


def _tidy(path: Path, notebook: Path) -> None:
    """Take clock, host and paths out of an executed notebook."""
    import nbformat

    book = nbformat.read(path, as_version=4)
    book.nbformat_minor = max(book.nbformat_minor, 5)
    book.metadata.pop("papermill", None)
    for place, cell in enumerate(book.cells):
        cell["id"] = f"{notebook.stem}-{place:02d}"
        for name in ("papermill", "execution"):
            cell.metadata.pop(name, None)
    nbformat.write(book, path)
