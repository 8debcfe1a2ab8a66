"""Where the socket goes when the instance's own path won't do."""

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from roster.database.embedded import EmbeddedError
from roster.database.embedded.sockets import _socket_folder
from tests.database.embedded.conftest import copy, home, mode, query, scratch, start
from tests.database.embedded.rights import only_root

LONG = "a-folder-whose-name-is-rather-long/" * 4


class TestASocketPathTooLong:
    @pytest.fixture
    def deep(self, made: Path) -> Iterator[Path]:
        with scratch() as folder:
            copy(made, folder / LONG / "instance")
            yield folder / LONG / "instance"

    def test_gives_the_socket_a_private_folder_elsewhere(self, deep: Path) -> None:
        with start(deep) as server:
            sockets = Path(re.search("host=([^&]+)", server.url)[1])

            assert query(server, "SELECT value FROM kept") == "a row"
            assert not sockets.is_relative_to(deep)
            assert mode(sockets) == 0o700

        assert not sockets.exists()

    def test_is_found_by_a_process_with_another_temporary_folder(
        self, deep: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with start(deep) as server, scratch() as elsewhere:
            monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))

            with start(deep) as again:
                assert again.url == server.url

    def test_does_not_trust_a_folder_that_leads_elsewhere(self, deep: Path) -> None:
        planted = _socket_folder(home(deep))
        planted.symlink_to(deep)
        try:
            with pytest.raises(EmbeddedError, match="somebody else"):
                start(deep)
        finally:
            planted.unlink()

    @only_root
    def test_does_not_trust_a_folder_of_another_user(self, deep: Path) -> None:
        planted = _socket_folder(home(deep))
        planted.mkdir()
        os.chown(planted, 4242, -1)
        try:
            with pytest.raises(EmbeddedError, match="somebody else"):
                start(deep)
        finally:
            planted.rmdir()

    def test_has_a_twin_in_a_path_of_strange_characters(self, made: Path) -> None:
        with scratch() as folder:
            instance = folder / 'it\'s 50% "of" $HOME, naïve'
            copy(made, instance)

            with start(instance) as server:
                assert query(server, "SELECT value FROM kept") == "a row"
