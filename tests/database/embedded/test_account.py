"""Whom the server runs as."""

import os
import shutil
from pathlib import Path

import pytest

from roster.database.embedded import EmbeddedError
from tests.database.embedded.conftest import home, postmaster, query, start
from tests.database.embedded.holder import finish, heard, holder
from tests.database.embedded.rights import only_in_the_open, only_root, only_with_namespaces, unshared


@only_root
class TestRootRunsItAs:
    @only_in_the_open
    def test_nobody_where_nobody_can_enter(self, empty: Path) -> None:
        with start(empty) as server:
            assert owner(Path(f"/proc/{postmaster(empty)}")) == owner(home(empty) / "data") == "nobody"
            query(server, "CREATE TABLE kept AS SELECT 'a row' AS value")

        with start(empty) as server:
            assert query(server, "SELECT value FROM kept") == "a row"
        assert owner(home(empty)) == "root", "nothing but what must be is given away"

    @only_with_namespaces
    def test_itself_under_another_name_where_nobody_else_can_enter(self, private: Path) -> None:
        with start(private) as server:
            query(server, "CREATE TABLE kept AS SELECT 'a row' AS value")
            assert owner(home(private) / "data") == owner(home(private) / "data" / "postmaster.pid") == "root"
            assert Path(f"/proc/{postmaster(private)}/uid_map").read_text().split() == ["65534", "0", "1"]

        with start(private) as server:
            assert query(server, "SELECT value FROM kept") == "a row"

    @only_in_the_open
    def test_the_owner_of_the_data(self, instance: Path) -> None:
        for path in [home(instance) / "data", *(home(instance) / "data").rglob("*")]:
            os.chown(path, 4242, 4242)

        with start(instance) as server:
            assert query(server, "SELECT value FROM kept") == "a row"
            assert Path(f"/proc/{postmaster(instance)}").stat().st_uid == 4242

    def test_no_owner_who_can_not_enter_and_says_whose_it_is(self, private: Path) -> None:
        (home(private) / "data").mkdir(parents=True)
        os.chown(home(private) / "data", 4242, -1)

        with pytest.raises(
            EmbeddedError, match=r"belongs to user 4242: run Roster as that user, or set DATABASE_URL\.$"
        ):
            start(private)

    def test_nobody_at_all_if_there_is_no_way_and_says_what_to_do(
        self, private: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(shutil, "which", lambda _: None)

        with pytest.raises(EmbeddedError, match=r"does not run as root.*ordinary user, or set DATABASE_URL\.$"):
            start(private)


@only_root
@only_with_namespaces
class TestAnOrdinaryUser:
    def test_just_runs_it(self, private: Path) -> None:
        with holder(private, prefix=unshared(65534)) as process:
            assert query(heard(process), "SELECT 1") == 1
            assert finish(process) == 0

    def test_whom_the_system_has_no_name_for_gets_one(self, private: Path) -> None:
        with holder(private, prefix=unshared(4242)) as process:
            assert query(heard(process), "SELECT 1") == 1
            assert finish(process) == 0

    def test_is_told_whose_data_it_is(self, instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 4242)

        with pytest.raises(EmbeddedError, match=r"belongs to \w+: run Roster as that user, or set DATABASE_URL\.$"):
            start(instance)


def owner(path: Path) -> str:
    return path.owner()
