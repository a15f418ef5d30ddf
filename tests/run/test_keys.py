"""What a notebook loads is read from its code."""

from cxanalytics.run.keys import digest, loaded_steps, package_digest


def test_loaded_steps(tmp_path, notebook_writer):
    notebook_writer(
        tmp_path / "n.ipynb",
        [
            'a = study.load("02_recommendation")',
            '%time study.load("03_morale")',
            'b = len(study.agencies), survey.agencies, load("05_x"), study.load(name)',
        ],
    )
    assert loaded_steps(tmp_path / "n.ipynb") == ["02_recommendation", "04_benchmark"]


def test_digests_do_not_depend_on_the_order_of_keys():
    assert digest({"a": 1, "b": [1.5, None]}) == digest({"b": [1.5, None], "a": 1})
    assert digest("a") != digest(["a"])
    assert len(package_digest()) == 64
