"""Which public data can be fetched, from where, and under which licence?

Each file is pinned to a commit of a public repository and to its digest: what arrives is the file
that this version was tested with, or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

_REPOSITORIES = "https://raw.githubusercontent.com"


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file of a data set.

    Attributes
    ----------
    name : str
        As it is stored.
    address : str
    sha256 : str
    """

    name: str
    address: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """Public data that can be fetched.

    Attributes
    ----------
    name : str
        Its folder.
    title, publisher, licence : str
        Shown before anything is fetched.
    files : tuple of RemoteFile
    """

    name: str
    title: str
    publisher: str
    licence: str
    files: tuple[RemoteFile, ...]


def _file(repository: str, path: str, sha256: str) -> RemoteFile:
    address = f"{_REPOSITORIES}/{repository}/{path}".replace(" ", "%20")
    return RemoteFile(path.rpartition("/")[2], address, sha256)


_FEVS = "Groves-Dixon-Demos/Federal-Employees-Feelings/b0dbadfebde7f5e9df0a00d320297b10de97f142"
_HCAHPS = "Johnny-Gasbeck/CMS-Patient-Survey-HCAHPS-/7797102307e394f5592ded647c7612dd38555bc1"
_HOSPITALS = "rmansi/hospital-cms-dashboard/f8aa2f4235e81b671ab748527772f52982c5f8d4"
_NHSR = "cran/NHSRdatasets/ce298d9d2c1ca19eb678989548127e312fb56ea7"
_EBMGT = "ebmgt/NHS-wellbeing/a164806e0be85275387b10fbcce5f5de7064d118"
_NHS_111 = "freny24/NHS111-dashboard/b9182415af382297a6336b7d1633abab058100f1"
_OPM = "swkasica/federal_employees_trump_2017/e2e5445bb5a5f0b0a916306fad7f4e9958da3c3e"

DATASETS = {
    dataset.name: dataset
    for dataset in (
        Dataset(
            "fevs_2018",
            "Federal Employee Viewpoint Survey 2018, 20% extract of the public file",
            "US Office of Personnel Management",
            "US federal work, public domain; the repository states no licence",
            (
                _file(
                    _FEVS,
                    "data/test_set.csv.gz",
                    "d55c55fc868d98aa326550d3cc60bbbc67974b7d69c645d682ead42237cdf354",
                ),
                _file(
                    _FEVS,
                    "metadata/2018 PRDF Codebook.xlsx",
                    "9c09e7c5819316c27b701b315126da8d20eea9afb3d8a284be5290b3731c16f6",
                ),
            ),
        ),
        Dataset(
            "hcahps_2024",
            "HCAHPS hospital patient survey 2023-24, and hospital ownership",
            "US Centers for Medicare & Medicaid Services",
            "US federal work, public domain; the repositories state no licence",
            (
                _file(
                    _HCAHPS,
                    "hospital_analysis.csv",
                    "84a2a0589cb50f79df56705fa3fc3fc41042297509bb780a71c2ccb5cd49b5bf",
                ),
                _file(
                    _HOSPITALS,
                    "data/Hospital_General_Information.csv",
                    "00b71ff75e2da3a31e319bb7c79f7823c541c07eca46120e5b7557bfc8ec49bf",
                ),
            ),
        ),
        Dataset(
            "nhs_ae",
            "NHS England A&E attendances and four-hour waits, 2016-19",
            "NHS England",
            "Open Government Licence v3.0; package CC0",
            (
                _file(
                    _NHSR,
                    "data/ae_attendances.rda",
                    "6ce6bc34c538d681b0b75fec3c6fee9586e56c611ad263978bffa2f350d0ce4d",
                ),
            ),
        ),
        Dataset(
            "nhs_ebmgt",
            "NHS staff survey and hospital mortality, 2012-19",
            "NHS England, Picker and NHS Digital",
            "Open Government Licence v3.0 at source; the repository carries AGPL-3",
            (
                _file(
                    _EBMGT,
                    "files/data (csv and rda)/data.NHS.2012_2019.csv",
                    "75f8e47f6125d8eb9e8afa29c3505458ac9b83cbd557a1176e01cdfb27c4d5ff",
                ),
                _file(
                    _EBMGT,
                    "files/data (csv and rda)/data.NHS.2015_2019.csv",
                    "f22f1866c523afaf320cf75e705957cc1005ea186458856491797caf0775aa27",
                ),
            ),
        ),
        Dataset(
            "nhs111_weekly",
            "NHS 111 calls by contract, daily, winter 2025-26",
            "NHS England; derived by the owner of the repository",
            "Open Government Licence v3.0 at source; the repository states no licence",
            (
                _file(
                    _NHS_111,
                    "data/nhs111_daily.csv",
                    "1931cab7148a26b50a54b783489e994866fd4c5a0e3134b142613eef1b26d9bf",
                ),
                _file(
                    _NHS_111,
                    "data/nhs111_weekly.csv",
                    "dfca7669a3200ebc33f31db3491ceccec0629dd9298d37819f715d02b839fcb4",
                ),
            ),
        ),
        Dataset(
            "opm_separations_2017",
            "US federal separations January to June 2017, and headcount",
            "US Office of Personnel Management",
            "the repository states CC BY-NC-SA 4.0: not for commercial use",
            (
                _file(
                    _OPM,
                    "data/separations/trump_separations_thru_june.csv",
                    "2fe1aaa952c03e9285191838b3a58218f249880ac3722243135edac493cddce9",
                ),
                _file(
                    _OPM,
                    "data/employment/2017-9/sep-17_summary_all.csv",
                    "8b07ad5c78f2034fbc01de1eb84806222c652bf4fe318a144f158b38343a5f13",
                ),
            ),
        ),
    )
}
