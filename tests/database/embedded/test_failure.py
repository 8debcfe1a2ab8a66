"""Every failure tells a person in one sentence why."""

import fcntl
import importlib.util
import os
import sys
from pathlib import Path

import pytest

from roster.database import embedded
from roster.database.embedded import EmbeddedError
from tests.database.embedded.conftest import home, is_running, run, start
from tests.database.embedded.holder import HOLDER
from tests.database.embedded.rights import only_root, only_with_namespaces, unshared


class TestAFailureIsOneSentence:
    def test_with_the_last_words_of_the_server(self, instance: Path) -> None:
        with pytest.raises(EmbeddedError) as failure:
            start(instance, shared_buffers="lots")

        assert str(failure.value) == 'PostgreSQL did not start: invalid value for parameter "shared_buffers": "lots".'
        start(instance).stop()
        assert not is_running(instance), "who failed to start holds nothing"

    def test_about_data_of_another_version(self, instance: Path) -> None:
        home(instance).rename(home(instance).with_name("16"))
        (home(instance) / "data").mkdir(parents=True)

        with pytest.raises(EmbeddedError, match=r"holds data of PostgreSQL 16, which PostgreSQL 18 can't read"):
            start(instance)
        assert not list((home(instance) / "data").iterdir())

    def test_about_data_of_another_version_in_the_folder_of_this_one(self, instance: Path) -> None:
        (home(instance) / "data" / "PG_VERSION").write_text("16\n")

        with pytest.raises(EmbeddedError, match="did not start: database files are incompatible with server"):
            start(instance)

    def test_about_a_folder_that_holds_something_else(self, empty: Path) -> None:
        (home(empty) / "data").mkdir(parents=True)
        (home(empty) / "data" / "letters.txt").touch()

        with pytest.raises(EmbeddedError, match="Directory not empty"):
            start(empty)
        assert not list(home(empty).glob("new-*"))

    def test_about_an_instance_path_that_is_a_file(self, empty: Path) -> None:
        empty.touch()

        with pytest.raises(EmbeddedError, match=r"can't be kept in .*: File exists\.$"):
            start(empty)

    @only_root
    @only_with_namespaces
    def test_about_an_instance_path_that_is_not_ours_to_write(self, empty: Path) -> None:
        empty.mkdir()
        os.chown(empty, 4242, -1)

        done = run(*unshared(65534), sys.executable, "-c", HOLDER, empty)

        assert f"EmbeddedError: PostgreSQL's files can't be kept in {empty}: Permission denied." in done.stderr

    @only_root
    def test_about_a_full_disk(self, empty: Path) -> None:
        empty.mkdir()
        if run("mount", "-t", "tmpfs", "-o", "size=24m", "none", empty).returncode:
            pytest.skip("no right to mount a small disk")
        try:
            with pytest.raises(EmbeddedError, match=r"could not be made: .*No space left on device\.?$"):
                start(empty)
        finally:
            assert run("umount", empty).returncode == 0

    def test_about_missing_programs(self, empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)

        with pytest.raises(EmbeddedError, match="not installed"):
            start(empty)

    def test_about_another_process_that_takes_too_long(self, instance: Path) -> None:
        with (home(instance) / "gate").open() as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)

            with pytest.raises(EmbeddedError, match=r"^Waiting for another process .* took more than 0\.1 seconds\.$"):
                embedded.start(instance, timeout=0.1)

    def test_about_a_start_that_takes_too_long_and_what_was_launched_ends(self, instance: Path) -> None:
        with pytest.raises(EmbeddedError, match=r"took more than 0 seconds\.$"):
            embedded.start(instance, timeout=0.0)

    def test_about_making_data_that_takes_too_long(self, empty: Path) -> None:
        with pytest.raises(EmbeddedError, match=r"Making PostgreSQL's data folder took more than .* seconds\.$"):
            embedded.start(empty, timeout=0.05)
