"""How does a public data set come to where its study looks for it?"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from cxanalytics.errors import DataError, ParamsError, must_be
from cxanalytics.run.catalog import DATASETS, Dataset, RemoteFile
from cxanalytics.run.yaml_file import short_path
from cxanalytics.sources._extra import need

DATA = "CXANALYTICS_DATA"


def data_folder() -> Path:
    """Name the folder of fetched data: CXANALYTICS_DATA, else ./data.

    Returns
    -------
    Path
    """
    return Path(os.environ.get(DATA) or "data").expanduser()


def fetch_data(
    name: str,
    *,
    into: str | Path | None = None,
    say: Callable[[str], None] = print,
    progress: bool = True,
    catalog: Mapping[str, Dataset] = DATASETS,
) -> Path:
    """Fetch a data set, unless its files are already there and whole.

    Parameters
    ----------
    name : str
        In the catalog.
    into : str or Path, optional
        Parent folder; `data_folder` when absent.
    say : callable
        Gets each line: the licence, what is fetched, what was there.
    progress : bool
        Show a progress bar.
    catalog : mapping of str to Dataset

    Returns
    -------
    Path
        The folder of the data set.

    Raises
    ------
    ParamsError
        The catalog has no such data set.
    DataError
        A file cannot be fetched, or is not the one that was promised; nothing is left behind.
    """
    if name not in catalog:
        raise ParamsError(must_be("name", catalog, name))
    dataset = catalog[name]
    folder = Path(into) if into else data_folder()
    folder = folder / name
    say(f"{dataset.title}. Publisher: {dataset.publisher}.")
    say(f"Licence: {dataset.licence}.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _not_writable(folder, error) from None
    for file in dataset.files:
        target = folder / file.name
        if target.is_file() and _digest(target) == file.sha256:
            say(f"{short_path(target)} is there.")
            continue
        _fetch(file, folder, progress=progress)
        say(f"{short_path(target)} fetched, {target.stat().st_size:,} bytes.")
    if not os.environ.get(DATA):
        say(f"Studies look there once you: export {DATA}={folder.parent.resolve()}")
    return folder


def _fetch(file: RemoteFile, folder: Path, *, progress: bool) -> None:
    """Fetch one file; pooch puts it in place once its digest is right."""
    pooch = need("pooch", "Fetching data")
    pooch.get_logger().setLevel("ERROR")
    try:
        pooch.retrieve(
            file.address,
            known_hash=f"sha256:{file.sha256}",
            fname=file.name,
            path=folder,
            downloader=pooch.HTTPDownloader(progressbar=progress, timeout=60),
        )
    except ValueError:
        raise DataError(
            f"'{file.name}' at {file.address} is not the file that was promised: its digest "
            "differs. Nothing was kept."
        ) from None
    except PermissionError as error:
        raise _not_writable(folder, error) from None
    except OSError as error:
        # requests' errors are OSErrors; their text may span lines
        reason = " ".join(str(error).split())
        raise DataError(f"'{file.name}' cannot be fetched from {file.address}: {reason}") from None


def _not_writable(folder: Path, error: OSError) -> DataError:
    return DataError(
        f"{short_path(folder)} cannot be written to ({error.strerror or 'no permission'}). Set "
        f"{DATA} to a folder that can be."
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
