"""Stored notebooks carry plain text, no clock and no path."""

import json

from cxanalytics.run.stored import store_notebooks


def test_store_notebooks(house):
    books = house / "notebooks"
    path = books / "08_agency.ipynb"
    path.write_text(path.read_text().replace('agency: str = \\"\\"', 'agency: str = \\"North\\"'))
    assert list(store_notebooks(["04", "08"])) == [
        "notebooks/04_benchmark.ipynb",
        "notebooks/08_agency.ipynb",
    ]
    for name in ("04_benchmark", "08_agency"):
        text = (books / f"{name}.ipynb").read_text()
        book = json.loads(text)
        assert str(house) not in text
        assert [cell["id"] for cell in book["cells"]] == [
            f"{name}-{place:02d}" for place in range(len(book["cells"]))
        ]
        assert [cell["execution_count"] for cell in book["cells"]] == [1, 2, 3, 4, 5]
        outputs = [output for cell in book["cells"] for output in cell["outputs"]]
        assert [set(output["data"]) for output in outputs] == [{"text/plain"}]
        assert set(book["metadata"]) == {"kernelspec", "language_info"}
    assert "North" in (books / "08_agency.ipynb").read_text()
    assert json.loads((books / "01_audit.ipynb").read_text())["cells"][0]["execution_count"] is None
    before = {path: path.read_bytes() for path in books.iterdir()}
    list(store_notebooks(["04"]))
    assert {path: path.read_bytes() for path in books.iterdir()} == before
