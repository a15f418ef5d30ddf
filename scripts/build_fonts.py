"""Build the typefaces of charts and pages from the published @fontsource packages.

Two typefaces under the SIL Open Font License 1.1: Public Sans (400, 600, 700) and Source Serif 4
(600). Unpack the npm packages once (``npm pack @fontsource/public-sans@5.3.0
@fontsource/source-serif-4@5.3.1`` and ``tar xzf`` each), then::

    python scripts/build_fonts.py PUBLIC_SANS_FOLDER SOURCE_SERIF_FOLDER

Charts get TTF files with every Latin-1 glyph, because matplotlib measures text with them. Pages
get WOFF2 files with fewer glyphs, because they are embedded in every page. Both come from the
same outlines and metrics, so that measured text is shown text. The licence text is written beside
each set. The result depends on nothing but the input files: dates in the fonts are left alone.
A cut font may not carry the reserved name "Source", so inside its file the serif is called
"Page Serif"; the style sheet gives it its name.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "cxanalytics"
CHART_FONTS = PACKAGE / "charts" / "fonts"
PAGE_FONTS = PACKAGE / "report" / "fonts"

ASCII = "".join(chr(code) for code in range(0x20, 0x7F))
PUNCTUATION = "\u00a0–—‘’“”…·•−×°§©€£"
LETTERS = "àáâãäåæçèéêëíîïñóôõöøúûüœßÁÅÇÉÑÓÖØÚÜ"
PAGE_CHARACTERS = ASCII + PUNCTUATION + LETTERS
CHART_CHARACTERS = PAGE_CHARACTERS + "".join(chr(code) for code in range(0xA1, 0x100)) + "ŒŸ‚„†‡‹›™"
FEATURES = ["kern", "lnum", "tnum"]


def subset(source: Path, characters: str, *, family: str, weight: int) -> TTFont:
    """Return the font of `source` cut down to `characters`, named `family` at `weight`.

    Parameters
    ----------
    source
        A WOFF2 file.
    characters
        The characters to keep; those the font lacks are passed over.
    family
        Family name written into the font: matplotlib and the style sheet ask for it.
    weight
        CSS weight, 400 to 700.

    Returns
    -------
    TTFont
        The font without hinting, in TrueType form.
    """
    font = TTFont(source, recalcTimestamp=False)
    font.flavor = None
    options = Options()
    options.layout_features = FEATURES
    options.hinting = False
    options.name_IDs = [0, 1, 2, 4, 6, 13, 14]
    options.recalc_timestamp = False
    cutter = Subsetter(options)
    cutter.populate(text=characters)
    cutter.subset(font)
    style = "Bold" if weight >= 700 else "Regular"
    for record in font["name"].names:
        label = {
            1: family,
            2: style,
            4: f"{family} {weight}",
            6: f"{family.replace(' ', '')}-{weight}",
        }.get(record.nameID)
        if label is not None:
            record.string = label
    font["OS/2"].usWeightClass = weight
    return font


def build(folder: Path, name: str, *, family: str, weights: tuple[int, ...], charts: bool) -> None:
    """Write the files of one typeface and its licence.

    Parameters
    ----------
    folder
        The unpacked npm package, with ``files/`` and ``LICENSE``.
    name
        Name of the typeface in the package's file names, such as "public-sans".
    family
        Family name, such as "Public Sans".
    weights
        CSS weights to build.
    charts
        Whether charts use the typeface too (TTF), or pages alone (WOFF2).
    """
    places = [PAGE_FONTS, CHART_FONTS] if charts else [PAGE_FONTS]
    for place in places:
        place.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / "LICENSE", place / f"OFL-{name}.txt")
    for weight in weights:
        source = folder / "files" / f"{name}-latin-{weight}-normal.woff2"
        page = subset(source, PAGE_CHARACTERS, family=family, weight=weight)
        page.flavor = "woff2"
        page.save(PAGE_FONTS / f"{name}-{weight}.woff2")
        if charts:
            chart = subset(source, CHART_CHARACTERS, family=family, weight=weight)
            chart.save(CHART_FONTS / f"{name}-{weight}.ttf")


def main() -> None:
    """Read the two folders from the command line and build every font."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("public_sans", type=Path, help="unpacked @fontsource/public-sans")
    parser.add_argument("source_serif", type=Path, help="unpacked @fontsource/source-serif-4")
    given = parser.parse_args()
    build(
        given.public_sans, "public-sans", family="Public Sans", weights=(400, 600, 700), charts=True
    )
    build(given.source_serif, "source-serif-4", family="Page Serif", weights=(600,), charts=False)


if __name__ == "__main__":
    main()
