"""The file of search settings."""

import json

import pytest

from qa import settings_file
from qa.errors import StorageError, UsageError


def test_what_is_written_is_read(tmp_path):
    """Settings come back, from a folder that was not there."""
    path = tmp_path / "new" / settings_file.NAME
    settings_file.write(path, {"weight": 0.25})
    assert settings_file.read(path) == {"weight": 0.25}
    assert [each.name for each in path.parent.iterdir()] == [settings_file.NAME]


def test_no_file_is_no_settings(tmp_path):
    """Defaults hold where there is no file."""
    assert settings_file.read(tmp_path / "none.json") == {}


def test_changes_leave_the_rest():
    """Only what is named changes; None takes a setting away."""
    before = {"weight": 0.5, "threshold": 0.25}
    assert settings_file.changed(before, {"weight": None, "depth": 9}) == {
        "threshold": 0.25,
        "depth": 9,
    }


@pytest.mark.parametrize(
    "content", ["", "[1]", '{"weight": 2}', "\xff", "[" * 100_000, '{"threshold": NaN}']
)
def test_a_damaged_file_is_refused(tmp_path, content):
    """One line names the file and the way out."""
    path = tmp_path / settings_file.NAME
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(UsageError, match=r"settings\.json: .*: correct or delete it"):
        settings_file.read(path)


def test_only_settings_that_a_search_takes_are_written(tmp_path):
    """Nothing is written that could not be read again."""
    path = tmp_path / settings_file.NAME
    with pytest.raises(UsageError):
        settings_file.write(path, {"depth": 0})
    assert not path.exists()


def test_a_file_in_the_way_is_said(tmp_path):
    """Where the folder is a file, one line says so."""
    (tmp_path / "file").write_text(json.dumps({}))
    with pytest.raises(StorageError):
        settings_file.write(tmp_path / "file" / "settings.json", {})
