"""The files that a prompt made, out of what ComfyUI tells."""

from pathlib import PurePosixPath

from hypothesis import given, settings
from hypothesis import strategies as st

from comfystudio.queue.files import MOST, Made, made_by
from tests.queue.test_summary import JSON

PIECES = st.lists(st.sampled_from(["a", "..", ".", "/", "\\", "b.png", "\0", "", "é", "\ud800"]), max_size=5)
ENTRIES = st.fixed_dictionaries(
    {"filename": PIECES.map("".join) | JSON},
    optional={"subfolder": PIECES.map("/".join) | JSON, "type": st.sampled_from(("output", "temp", "x")) | JSON},
)


def test_files_of_every_kind_are_found_once() -> None:
    """Images, videos and sound, whatever their list is called; texts and flags are no files."""
    outputs = {
        "1": {"images": [{"filename": "a.png", "subfolder": "", "type": "temp"}], "animated": [True]},
        "2": {"gifs": [{"filename": "b.mp4", "subfolder": "v\\w", "type": "output", "fullpath": "/x"}]},
        "3": {"audio": [{"filename": "c.flac", "subfolder": "s/", "type": "output"}], "text": ["said"]},
        "4": {"images": [{"filename": "a.png", "subfolder": "", "type": "temp"}]},
    }
    assert made_by(outputs) == [Made("temp", "a.png"), Made("output", "v/w/b.mp4"), Made("output", "s/c.flac")]


def test_a_list_without_end_is_cut() -> None:
    """A node that names millions of files does not fill the record."""
    many = [{"filename": f"{n}.png", "subfolder": "", "type": "output"} for n in range(MOST + 5)]
    assert len(made_by({"1": {"images": many}})) == MOST


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(), st.dictionaries(st.text(), st.lists(ENTRIES, max_size=4), max_size=3)) | JSON)
def test_no_name_leads_out_of_the_folder(outputs: object) -> None:
    """Whatever is told, each path is relative, plain, and can be stored."""
    for made in made_by(outputs):
        path = PurePosixPath(made.path)
        assert not path.is_absolute()
        assert str(path) == made.path
        assert ".." not in path.parts
        assert "\0" not in made.path
        assert made.path.encode().decode() == made.path
