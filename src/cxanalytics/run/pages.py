"""How does an executed notebook become a page?"""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from cxanalytics.run.handover import write_text
from cxanalytics.run.kernels import skip_address_grammar

_CONVERTING = Lock()


def write_page(executed: Path, page: Path) -> None:
    """Convert an executed notebook with the report's template.

    Parameters
    ----------
    executed : Path
    page : Path
        Replaced in one move.
    """
    skip_address_grammar()
    import nbformat
    from nbconvert import HTMLExporter

    from cxanalytics.report.shell import export_options

    book = nbformat.read(executed, as_version=4)
    # Its highlighters and filters are shared between threads; a page takes well under a second.
    with _CONVERTING:
        html, _ = HTMLExporter(**export_options()).from_notebook_node(book)
    write_text(page, html)
