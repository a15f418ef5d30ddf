"""With which parameters does a study run a notebook, and from what is that computed?

Later beats earlier: the notebook's default, `parameters` in study.yaml, NN_name.yaml, `-p`. Where
the two files disagree the difference is listed, never silent.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cxanalytics.errors import ParamsError, did_you_mean
from cxanalytics.published import NOT_POSSIBLE
from cxanalytics.run import keys
from cxanalytics.run.parameters import Parameter, check_values, declared_parameters
from cxanalytics.run.places import STUDY_FILE, find_study, notebooks, output_folder, studies
from cxanalytics.run.study_file import StudyFile
from cxanalytics.run.study_read import read_study_file
from cxanalytics.run.study_sources import SimulatedSurvey, SqlSurvey
from cxanalytics.run.yaml_file import YamlFile, read_yaml, resolve_path, short_path

LACKING = {
    "operations": "The study has no operations data.",
    "panel": "The study has no panel of units over time.",
    "published": "The study has no published scores.",
    "staff": "The study has no staff survey.",
    "results": "The study has staff answers and no results to put beside them.",
    "units": "Staff and survey are not both mapped to a unit, so they cannot meet.",
    "survey": "The study has no survey of respondents.",
}


_FILE_KEYS = (
    "file",
    "hospitals",
    "responses",
    "headcount",
    "history",
    "query_file",
    "units",
    "crosswalk",
)

NO_NAMES = "Peers are shown in summary only (`peers.names`), so there is no page of all of them."


def named_files(part: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Walk what study.yaml says and give every file it names, with its key path."""
    if isinstance(part, Mapping):
        for name, value in part.items():
            below = f"{key}.{name}" if key else str(name)
            if name in _FILE_KEYS and isinstance(value, str) and value:
                yield below, value
            elif name not in ("parameters", "questions", "waves", "scales"):
                yield from named_files(value, below)
    elif isinstance(part, list):
        for place, entry in enumerate(part):
            yield from named_files(entry, f"{key}.{place}")


@dataclass(frozen=True, slots=True)
class Resolved:
    """The parameters of one notebook.

    Attributes
    ----------
    values : dict
        Every declared parameter.
    given : dict
        Those that differ from the notebook's own defaults: what is injected.
    conflicts : tuple of str
        Where study.yaml and NN_name.yaml disagree, in words.
    """

    values: dict[str, Any]
    given: dict[str, Any]
    conflicts: tuple[str, ...]


@dataclass(frozen=True)
class StudyFolder:
    """A study as it lies in its folder.

    Attributes
    ----------
    name : str
    folder : Path
    file : StudyFile
    yaml : YamlFile
        The same with its lines.
    """

    name: str
    folder: Path
    file: StudyFile
    yaml: YamlFile

    @cached_property
    def plain(self) -> dict[str, Any]:
        """What study.yaml says, with its defaults, as plain data."""
        return self.file.model_dump(mode="json", by_alias=True, exclude={"parameters"})

    @property
    def argument(self) -> str:
        """How a command names this study: by name where that finds it, else by folder."""
        known = studies().get(self.name)
        return self.name if known and known.resolve() == self.folder else short_path(self.folder)

    def input_paths(self) -> dict[str, Path]:
        """Find the input files.

        Returns
        -------
        dict of str to Path
            Key path in study.yaml to the file.

        Raises
        ------
        ParamsError
            A file does not exist, or an environment variable is not set.
        """
        found: dict[str, Path] = {}
        for key, text in named_files(self.plain):
            found |= self._files(key, text)
        return found

    def _files(self, key: str, text: str) -> dict[str, Path]:
        """Find what a path names: a file, those of a pattern, or those of a folder."""
        folder, pattern = Path(text).parent, Path(text).name
        # A name such as "answers [2026].xlsx" is a file before it is a pattern.
        literal = not any(mark in pattern for mark in "*?[")
        if not literal and not (self.path(key, str(folder)) / pattern).exists():
            inside = sorted(self.path(key, str(folder)).glob(pattern))
            if not inside:
                raise ParamsError(
                    f"{self.yaml.where(key.split('.'))}: `{key}` must match a file; {text!r} "
                    "matches none."
                )
        else:
            path = self.path(key, text)
            if not path.is_dir():
                return {key: path}
            inside = sorted(entry for entry in path.iterdir() if entry.is_file())
        return {f"{key}/{entry.name}": entry for entry in inside}

    def path(self, key: str, text: str) -> Path:
        """Turn a path from study.yaml into one that can be opened; errors name the line."""
        try:
            return resolve_path(text, folder=self.folder, argument=key)
        except ParamsError as error:
            raise ParamsError(f"{self.yaml.where(key.split('.'))}: {error}") from None

    def input_digests(self) -> dict[str, str]:
        """Digest the input files, by key path, and the result of a query."""
        digests = {key: keys.file_digest(path) for key, path in self.input_paths().items()}
        if isinstance(self.file.survey, SqlSurvey):
            digests["survey.database"] = self._query_digest
        return digests

    @cached_property
    def _query_digest(self) -> str:
        """The result of the query, read once: what a run computes has one key from end to end."""
        from cxanalytics.run.query import query_digest

        return query_digest(self)

    def lacks(self, step: str) -> str:
        """Say what a notebook needs that this study does not have; "" when it has all."""
        file = self.file
        if step.startswith("09") and file.peers.names == "summary":
            return NO_NAMES
        if step != keys.SCORES and keys.SCORES in keys.loaded_steps(notebooks()[step]):
            # Pages that show scores cannot be without them.
            return self.lacks(keys.SCORES)
        needed = keys.needed_data(notebooks()[step])
        if keys.MORALE in needed and (part := file.lacks_morale):
            return LACKING[part]
        needed = [name for name in needed if name != keys.MORALE]
        missing = [name for name in needed if not getattr(file, name)]
        if not missing and "staff" in needed and not file.staff_meets_survey:
            return LACKING["units"]
        if "survey" in missing and file.published:
            return NOT_POSSIBLE
        return LACKING[missing[0]] if missing else ""

    def check_parameters(self) -> None:
        """Refuse a name under `parameters` that no notebook declares, and a file for no notebook.

        Raises
        ------
        ParamsError
        """
        known = {entry.name for path in notebooks().values() for entry in declared_parameters(path)}
        for name in self.file.parameters:
            if name not in known - {"study"}:
                raise ParamsError(
                    f"{self.yaml.where(['parameters', name])}: `parameters.{name}` is not declared "
                    f"by any notebook.{did_you_mean(name, known)}"
                )
        for path in sorted(self.folder.glob("[0-9][0-9]_*.y*ml")):
            if path.suffix != ".yaml" or path.stem not in notebooks():
                hint = did_you_mean(path.name, [f"{name}.yaml" for name in notebooks()])
                raise ParamsError(f"{short_path(path)} belongs to no notebook.{hint}")


def read_study(study: str | Path) -> StudyFolder:
    """Find a study and read its file.

    Parameters
    ----------
    study : str or Path
        Name or folder.

    Returns
    -------
    StudyFolder

    Raises
    ------
    ParamsError
        There is no such study, or its file is wrong.
    """
    folder = find_study(study)
    path = folder / STUDY_FILE
    return StudyFolder(folder.name, folder, read_study_file(path), read_yaml(path))


def resolve(
    study: StudyFolder, notebook: Path, *, overrides: Mapping[str, Any] | None = None
) -> Resolved:
    """Resolve the parameters of one notebook.

    Parameters
    ----------
    study : StudyFolder
    notebook : Path
    overrides : mapping of str to value, optional
        From the command line; names that this notebook does not declare are passed over.

    Returns
    -------
    Resolved

    Raises
    ------
    ParamsError
        A value has another type than declared, or NN_name.yaml names an unknown parameter.
    """
    declared = declared_parameters(notebook)
    names = {entry.name for entry in declared}
    shared = {name: value for name, value in study.file.parameters.items() if name in names}
    own = read_yaml(path) if (path := study.folder / f"{notebook.stem}.yaml").is_file() else None
    conflicts = []
    given = {"study": study.name} if "study" in names else {}
    for name, value in shared.items():
        given |= _checked(declared, name, value, study.yaml, ["parameters", name])
    for name, value in (own.data if own else {}).items():
        checked = _checked(declared, name, value, own, [name])
        if name in shared and shared[name] != checked[name]:
            conflicts.append(
                f"{notebook.stem}: `{name}` is {shared[name]!r} in {STUDY_FILE} and "
                f"{checked[name]!r} in {notebook.stem}.yaml, which is used"
            )
        given |= checked
    given |= check_values(
        declared, {name: value for name, value in (overrides or {}).items() if name in names}
    )
    defaults = {entry.name: entry.default for entry in declared}
    injected = {name: value for name, value in given.items() if value != defaults[name]}
    return Resolved(values=defaults | given, given=injected, conflicts=tuple(conflicts))


def _checked(
    declared: list[Parameter], name: str, value: Any, file: YamlFile | None, keys_: list[str]
) -> dict[str, Any]:
    try:
        return check_values(declared, {name: value})
    except ParamsError as error:
        raise ParamsError(f"{file.where(keys_) if file else ''}: {error}") from None


def expected_key(
    study: StudyFolder,
    step: str,
    *,
    overrides: Mapping[str, Any] | None = None,
    upstream: Mapping[str, str],
    edited: str = "",
) -> str:
    """Compute the key that the result of a step must have.

    Parameters
    ----------
    study : StudyFolder
    step : str
    overrides : mapping of str to value, optional
    upstream : mapping of str to str
        Keys of the steps that this one loads.
    edited : str
        As in `keys.step_key`.

    Returns
    -------
    str
    """
    notebook = notebooks()[step]
    return keys.step_key(
        notebook=notebook,
        parameters=resolve(study, notebook, overrides=overrides).values,
        study=study.plain,
        inputs=study.input_digests(),
        upstream=upstream,
        edited=edited,
    )


def command(study: StudyFolder, output: Path, *options: str) -> str:
    """Name the command that runs a study into a folder.

    Parameters
    ----------
    study : StudyFolder
    output : Path
    *options : str

    Returns
    -------
    str
    """
    elsewhere = [] if output == output_folder(study.name) else ["-o", short_path(output)]
    return shlex.join(["cxanalytics", "run", study.argument, *options, *elsewhere])


def source_names(study: StudyFolder) -> str:
    """Name the input files, for the page."""
    survey = study.file.survey
    if isinstance(survey, SimulatedSurvey):
        return f"simulated government, world {survey.world!r}, seed {survey.seed}"
    queried = ["a database query"] if isinstance(survey, SqlSurvey) else []
    files = [path.name for path in study.input_paths().values()]
    return ", ".join(dict.fromkeys([*queried, *files]))
