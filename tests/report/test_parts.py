from __future__ import annotations

import math
import re

import pandas as pd
import pytest
from matplotlib.figure import Figure

from cxanalytics.errors import DataError, ParamsError
from cxanalytics.report.components.bars import bar_scale, range_bar
from cxanalytics.report.components.downloads import Download, download_links
from cxanalytics.report.components.figures import data_table
from cxanalytics.report.components.text import clean, fill
from cxanalytics.report.finding import Finding
from cxanalytics.report.section import plain_table
from cxanalytics.report.svg import to_svg


def drawn():
    figure = Figure(figsize=(4, 3))
    ax = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    ax.plot([0.123456, 1], [0, 1], marker="o")
    ax.set_title("A < B & C")
    return figure


def test_svg_keeps_text_and_viewbox_and_owns_its_ids():
    svg = to_svg(drawn(), prefix="fig-a", label='Says "this" & <that>')
    assert 'viewBox="0 0 288 216"' in svg
    assert 'role="img"' in svg
    assert "A &lt; B &amp; C</text>" in svg
    assert not re.search(r"<svg[^>]* (width|height)=", svg)
    assert not re.search(r"metadata|<style|xlink|ns0:|xmlns", svg)
    assert all(name.startswith("fig-a-") for name in re.findall(r' id="([^"]+)"', svg))
    assert set(re.findall(r"(?:url\(#|href=\"#)([^)\"]+)", svg)) == set(
        re.findall(r' id="([^"]+)"', svg)
    )
    assert not re.search(r"\d\.\d{3,}", re.sub(r">[^<]*<|url\([^)]*\)|id=\"[^\"]*\"", "", svg))


def test_svg_of_the_same_figure_is_the_same():
    assert to_svg(drawn(), prefix="a", label="x") == to_svg(drawn(), prefix="a", label="x")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("\u202eevil\u202c", "evil"),
        ("a\u200fb\u2066c\u2069", "abc"),
        ("line\nbreak\ttab", "line break tab"),
        ("zero\u200bwidth", "zerowidth"),
        ("تجربة", "تجربة"),
    ],
)
def test_clean_drops_what_reorders_or_hides(text, kept):
    assert clean(text) == kept


def test_fill_escapes_text_and_keeps_markup():
    inner = fill("<b>{}</b>", "<i>")
    assert fill('<p title="{}">{}</p>', 'a"b', inner) == ('<p title="a&#34;b"><b>&lt;i&gt;</b></p>')


def test_scale_holds_every_share_on_even_percents():
    scale = bar_scale([0.513, 0.846, math.nan])
    assert (scale.low, scale.high) == (0.5, 0.86)
    assert scale.ticks == ("50%", "68%", "86%")
    assert bar_scale([]).span == "0% to 100%"
    narrow = bar_scale([0.5, 0.51])
    assert narrow.high - narrow.low >= 0.10


def test_bar_says_its_range_to_those_who_cannot_see_it():
    bar = range_bar(
        bar_scale([0.5, 0.9]),
        estimate=0.63,
        low=0.61,
        high=0.66,
        peer=math.nan,
        peer_low=math.nan,
        peer_high=math.nan,
    )
    assert '<span class="vh">61% to 66%</span>' in bar
    assert 'aria-hidden="true"' in bar
    assert "nan" not in bar


def test_table_escapes_heads_and_cells_and_keeps_ids():
    table = data_table(pd.DataFrame({"id": ["r1"], "<h>": ["<c>"], "n": ["1"]}), caption="<t>")
    assert '<tr id="r1">' in table
    assert table.count("&lt;") == 3


def test_download_is_a_link_with_name_and_size():
    link = download_links([Download("CSV", "a.csv", "text/csv", b"x" * 2048)])
    assert 'download="a.csv"' in link
    assert "2\u00a0KB" in link


def test_finding_needs_an_anchor_and_an_alternative():
    kept = {"claim": "", "table": pd.DataFrame(), "wide": drawn(), "narrow": drawn()}
    with pytest.raises(DataError, match="`id` must be lower-case"):
        Finding(id="Not good", alt="x", **kept)
    with pytest.raises(DataError, match="`alt` must say"):
        Finding(id="good", alt="", **kept)


def test_plain_table_has_three_significant_digits():
    assert "0.123" in plain_table(pd.DataFrame({"x": [0.123456]}))
    assert "0.1234" not in plain_table(pd.DataFrame({"x": [0.123456]}))
    assert plain_table(pd.DataFrame()) == ""


def test_facts_refuse_an_unknown_kind_and_measure(made_up, facts):
    with pytest.raises(ParamsError, match="`kind` must be one of 'agency', 'index', 'appendix'"):
        made_up.make_facts(kind="agencies")
    with pytest.raises(ParamsError, match="Did you mean 'trust'"):
        facts.measure("trusted")
    with pytest.raises(ParamsError, match="`measures` must name at least one"):
        made_up.make_facts(measures=())
