"""How does study.yaml say where the data lie and how they are read?"""

from __future__ import annotations

import os
from pathlib import Path

from cxanalytics.run.guess.file import Sample
from cxanalytics.run.guess.operations import OperationsGuess
from cxanalytics.run.guess.survey import SurveyGuess
from cxanalytics.run.guess.words import quoted, yaml_text


def source_lines(part: SurveyGuess | OperationsGuess, folder: Path) -> list[tuple[str, str, str]]:
    """List the keys that say how a part is read: key, value as YAML, remark."""
    samples = part.samples if isinstance(part, SurveyGuess) else (part.sample,)
    first, lines = samples[0], []
    if isinstance(part, SurveyGuess) and len(samples) > 1:
        listed = "".join(
            f"\n    - {{{_part(sample, period, folder)}}}"
            for sample, period in zip(samples, part.periods, strict=True)
        )
        lines.append(("parts", listed, ""))
    else:
        lines.append(
            ("file", yaml_text(path_text(first.path, folder)), _where_remark(first, folder))
        )
        if first.sheet:
            lines.append(("sheet", yaml_text(first.sheet), ""))
    if first.header != 1:
        lines.append(("header", str(first.header), "row of the column names"))
    if first.layout != "plain":
        lines.append(("layout", first.layout, "question texts and ImportIds below the names"))
    if first.encoding != "utf-8":
        lines.append(("encoding", first.encoding, "please check: names with accents"))
    if first.delimiter:
        lines.append(("delimiter", quoted(first.delimiter), ""))
    if part.roles.date_format and "date" in part.roles.columns:
        lines.append(("date_format", quoted(part.roles.date_format), ""))
    return lines


def _part(sample: Sample, period: str, folder: Path) -> str:
    sheet = f", sheet: {quoted(sample.sheet)}" if sample.sheet else ""
    path = quoted(path_text(sample.path, folder))
    return f"file: {path}{sheet}, period: {quoted(period)}"


def _where_remark(sample: Sample, folder: Path) -> str:
    far = Path(path_text(sample.path, folder)).is_absolute()
    return "please check: a path of this computer only" if far else ""


def path_text(path: Path, folder: Path) -> str:
    """Write the path of a file so that the study finds it.

    Parameters
    ----------
    path : Path
    folder : Path
        The study's.

    Returns
    -------
    str
        With ${CXANALYTICS_DATA} where the file lies below that folder; else relative to the study,
        or absolute where they have no folder in common.
    """
    path = path.resolve()
    data = os.environ.get("CXANALYTICS_DATA")
    if data and path.is_relative_to(Path(data).expanduser().resolve()):
        inside = path.relative_to(Path(data).expanduser().resolve())
        return f"${{CXANALYTICS_DATA}}/{inside.as_posix()}"
    common = os.path.commonpath([path, folder.resolve()])
    if Path(common).parent == Path(common):
        return path.as_posix()
    return Path(os.path.relpath(path, folder.resolve())).as_posix()
