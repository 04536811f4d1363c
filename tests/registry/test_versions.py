"""Names of versions."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from cameratokeyboard.errors import RegistryError
from cameratokeyboard.registry.versions import (
    file_md5,
    file_sha256,
    find_version,
    make_version,
    short,
    split_version,
)

ONE = make_version("a" * 32, "1" * 64)
TWO = make_version("a" * 32, "2" * 64)
THREE = make_version("b" * 32, "3" * 64)


class TestMakeVersion:
    def test_splits_again(self) -> None:
        assert split_version(ONE) == ("a" * 32, "1" * 64)

    @pytest.mark.parametrize(
        ("dataset", "sha256"), [("", "1" * 64), ("A" * 32, "1" * 64), ("a" * 32, "")]
    )
    def test_other_text_is_refused(self, dataset: str, sha256: str) -> None:
        with pytest.raises(RegistryError, match="a version needs"):
            make_version(dataset, sha256)

    @pytest.mark.parametrize("text", ["", "../x", ONE + "\n", ONE.upper()])
    def test_what_is_no_version_is_not_split(self, text: str) -> None:
        with pytest.raises(RegistryError, match="expected a version"):
            split_version(text)


class TestFindVersion:
    @pytest.mark.parametrize("wanted", [THREE, short(THREE), "b", "bbbbbbbb-3"])
    def test_unique_beginning_is_enough(self, wanted: str) -> None:
        assert find_version(wanted, [ONE, TWO, THREE]) == THREE

    def test_several_fitting_ones_are_listed(self) -> None:
        with pytest.raises(RegistryError, match=r"several versions fit 'aaa'.*aaaaaaaa-22222222"):
            find_version("aaa", [ONE, TWO, THREE])

    @pytest.mark.parametrize("wanted", ["", "c"])
    def test_none_fitting_lists_all(self, wanted: str) -> None:
        with pytest.raises(RegistryError, match=r"there is no version.*bbbbbbbb-33333333"):
            find_version(wanted, [ONE, TWO, THREE])


def test_file_hashes_are_those_of_the_whole_file(tmp_path: Path) -> None:
    body = bytes(range(256)) * 10_000
    path = tmp_path / "file"
    path.write_bytes(body)
    assert file_sha256(path) == hashlib.sha256(body).hexdigest()
    assert file_md5(path) == hashlib.md5(body).hexdigest()
