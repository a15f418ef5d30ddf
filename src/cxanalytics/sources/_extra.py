"""Is the library there that a special format needs?

Databases, statistical packages and downloads are an extra, `readers`; whoever reads only CSV,
Parquet and Excel does without. A source asks for its library inside the function that uses it.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from cxanalytics.errors import DataError

PACKAGES = {"sqlalchemy": "SQLAlchemy"}
"""Libraries that are installed under another name than they are imported by."""


def need(name: str, what: str) -> ModuleType:
    """Import a library of the extra `readers`.

    Parameters
    ----------
    name : str
        As it is imported, such as "pyreadstat" or "sqlalchemy".
    what : str
        What needs it, as the start of a sentence: "Reading SPSS files".

    Returns
    -------
    module

    Raises
    ------
    DataError
        It is not installed; the message says how to get it.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name.partition(".")[0]:
            raise
        package = PACKAGES.get(error.name, error.name)
        raise DataError(f"{what} needs {package}: pip install 'cxanalytics[readers]'.") from None
