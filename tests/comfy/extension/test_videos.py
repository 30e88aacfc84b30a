"""Playlists, over a stand-in of PyAV."""

from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from tests.comfy.extension.loading import inside

folders = inside("folders")
owners = inside("owners")
videos = inside("videos")


class Av:
    """Takes the first line of a file for its format, and notes how it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, object]] = []

    @contextmanager
    def open(self, file, mode=None, options=None):
        self.asked.append((getattr(file, "name", file), options))
        head = file.readline() if hasattr(file, "read") else b"whole"
        yield SimpleNamespace(format=SimpleNamespace(name=head.decode().strip()))


@pytest.fixture
def av():
    """The stand-in and its `open` as nodes see it, and owners."""
    mine, found = owners.Owners(), Av()
    return SimpleNamespace(owners=mine, asked=found.asked, open=videos.Videos(mine).wrapped(found.open))


def test_lists_of_files_are_looked_at_without_being_followed(av, root):
    """Before a video is opened by its path, it is read as bytes with which nothing else may be opened."""
    path = root / "video"
    path.write_bytes(b"mov,mp4,m4a\n")
    with av.owners.acting(1), av.open(str(path)) as found:
        assert found.format.name == "whole"
    assert av.asked == [(str(path), {"protocol_whitelist": "crypto"}), (str(path), None)]


@pytest.mark.parametrize("kind", ["hls", "dash", "concat", "hls,applehttp"])
def test_a_list_of_files_is_refused(av, root, kind):
    """Whatever the file is called."""
    path = root / "video.mp4"
    path.write_text(f"{kind}\n")
    with av.owners.acting(1), pytest.raises(folders.OutsideYourFoldersError):
        av.open(path)
    assert len(av.asked) == 1


def test_bytes_name_no_files(av, root):
    """What a node has in memory cannot have other files opened either."""
    path = root / "video"
    path.write_bytes(b"mp4\n")
    with path.open("rb") as file, av.owners.acting(1), av.open(file, "r", options={"a": "b"}):
        assert av.asked == [(str(path), {"a": "b", "protocol_whitelist": "crypto"})]


def test_saving_and_the_studio_itself_are_left_alone(av, root):
    """Only what an owner reads is looked at."""
    with av.owners.acting(1), av.open(str(root / "new.mp4"), "w"):
        pass
    with av.open("anything"):
        pass
    assert av.asked == [(str(root / "new.mp4"), None), ("anything", None)]
