"""Files that are no backups: cut, changed, made to harm. Nothing of them gets anywhere."""

import io
import json
import os
import resource
import sqlite3
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comfystudio.errors import Conflict, Invalid, StudioError
from comfystudio.storage import StorageNewer
from comfystudio.storage.backups import Backups, archive
from comfystudio.workspace import Workspace
from tests.storage.killed import furnish, said, workspace_at


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with one backup of "new", and "old" in force."""
    found = workspace_at(tmp_path_factory.mktemp("studio") / "workspace")
    furnish(found, "new")
    Backups(found).make()
    furnish(found, "old")
    return found


@pytest.fixture(scope="module")
def good(studio: Workspace) -> bytes:
    """The bytes of a good backup."""
    (path,) = (studio.root / "backup").iterdir()
    return path.read_bytes()


@pytest.fixture
def untouched(studio: Workspace) -> Iterator[Workspace]:
    """The studio, which afterwards is as it was, with nothing left lying about."""

    def everything() -> dict[Path, bytes]:
        # Looking at a write-ahead log makes and removes its files.
        found = (path for path in studio.root.rglob("*") if path.is_file() and "studio.db-" not in path.name)
        return {path: path.read_bytes() for path in found if path.name not in {"hostile.tar", "backup.lock"}}

    before = everything()
    yield studio
    assert everything() == before
    assert said(studio) == {"old"}


def _refused(studio: Workspace, content: bytes) -> StudioError:
    path = studio.root / "hostile.tar"
    path.write_bytes(content)
    with pytest.raises(StudioError) as caught:
        Backups(studio).restore(str(path))
    assert "Traceback" not in caught.value.sentence
    return caught.value


def _members(good: bytes) -> list[tuple[tarfile.TarInfo, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(good)) as tar:
        return [(member, tar.extractfile(member).read()) for member in tar if member.isfile()]  # type: ignore[union-attr]


def _packed(members: list[tuple[tarfile.TarInfo, bytes]], form: int = tarfile.GNU_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        for member, content in members:
            tar.addfile(member, io.BytesIO(content))
    return out.getvalue()


def _extra(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 0) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname, member.size = kind, link, size
    return member


HOSTILE = {
    "climbs out": _extra("../../outside"),
    "absolute": _extra("/tmp/outside"),
    "climbs by a known name": _extra("x/../studio.toml"),
    "a link": _extra("studio.toml", tarfile.SYMTYPE, "/etc/passwd"),
    "a hard link": _extra("studio.toml", tarfile.LNKTYPE, "studio.db"),
    "a folder": _extra("studio.toml", tarfile.DIRTYPE),
    "a device": _extra("studio.toml", tarfile.CHRTYPE),
    "a pipe": _extra("studio.toml", tarfile.FIFOTYPE),
    "a hole": _extra("studio.toml", tarfile.GNUTYPE_SPARSE),
    "a long name": _extra("x" * 300),
    "an unknown file": _extra("authorized_keys"),
}


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("first", [True, False])
def test_nothing_leads_out(untouched: Workspace, good: bytes, what: str, first: bool) -> None:
    """Paths, links, devices and names that no backup has are refused wherever they stand in the file."""
    members = _members(good)
    at = 0 if first else len(members)
    error = _refused(untouched, _packed([*members[:at], (HOSTILE[what], b""), *members[at:]]))
    assert isinstance(error, Invalid)
    assert not Path("/tmp/outside").exists()


def test_a_file_twice_is_refused(untouched: Workspace, good: bytes) -> None:
    """The second one would take the place of what was checked."""
    members = _members(good)
    assert _refused(untouched, _packed([*members, members[-1]])).key == "storage.backup_foreign"


def test_other_forms_of_tar_and_packed_ones_are_refused(untouched: Workspace, good: bytes) -> None:
    """Extended headers, which may say anything, and compression, which may hold anything, are not read."""
    member = _extra("studio.toml", size=3)
    member.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.realsize": str(1 << 60), "path": "../../outside"}
    _refused(untouched, _packed([*_members(good)[:2], (member, b"abc")], tarfile.PAX_FORMAT))
    packed = subprocess.run(["gzip", "-c"], input=good, capture_output=True, check=True).stdout
    _refused(untouched, packed)


@pytest.mark.parametrize("size", [1 << 20, 1 << 33, (1 << 62) + 1, -1])
def test_sizes_that_are_not_there_fill_nothing(untouched: Workspace, good: bytes, size: int) -> None:
    """A header that promises exabytes is refused by what the file has; neither memory nor disk pays for it."""
    members = _members(good)
    for index, (member, _) in enumerate(members):
        header = tarfile.TarInfo(member.name)
        header.size = size
        before = b"".join(m.tobuf(tarfile.GNU_FORMAT) + c + b"\0" * (-len(c) % 512) for m, c in members[:index])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        _refused(untouched, before + header.tobuf(tarfile.GNU_FORMAT) + b"x" * 512)
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 100_000


def test_every_cut_is_noticed(untouched: Workspace, good: bytes) -> None:
    """Cut anywhere it is refused: at block borders, in headers, in the last zeros."""
    marks = {*range(0, 4096, 128), *range(len(good) - 4096, len(good), 128), *range(0, len(good), 9973)}
    path = untouched.root / "hostile.tar"
    for end in sorted(marks):
        path.write_bytes(good[:end])
        with pytest.raises(Invalid):
            archive.read(path)
    path.write_bytes(good)
    assert archive.read(path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10**9), flip=st.integers(1, 255))
def test_every_flipped_byte_is_noticed_or_means_nothing(
    studio: Workspace, good: bytes, tmp_path_factory: pytest.TempPathFactory, at: int, flip: int
) -> None:
    """With one byte changed it is refused, or exactly the same files come out of it."""
    content = bytearray(good)
    content[at % len(good)] ^= flip
    path = tmp_path_factory.getbasetemp() / "flipped.tar"
    path.write_bytes(content)
    taken = {}
    try:
        archive.read(path, lambda name, pieces: taken.update({name: b"".join(pieces)}))
    except Invalid:
        return
    assert taken == {member.name: data for member, data in _members(good)[2:]}


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=3000))
def test_any_bytes_at_all_bring_nothing_but_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """Whatever the file holds, reading it ends in a refusal."""
    path = tmp_path_factory.getbasetemp() / "any.tar"
    path.write_bytes(content)
    with pytest.raises(Invalid):
        archive.read(path)


def _with_database(good: bytes, change: str, folder: Path) -> bytes:
    """The same backup, checksums and all, with a database that somebody changed."""
    members = {member.name: content for member, content in _members(good)}
    files = {}
    for name in ("studio.db", "studio.toml", "artist_names.sh", "roster.good"):
        files[name] = folder / f"made-{name}"
        files[name].write_bytes(members[name])
    with closing(sqlite3.connect(files["studio.db"])) as database, database:
        database.execute(change)
    out = io.BytesIO()
    schema = json.loads(members["manifest.json"])["schema"]
    archive.write(out, files, made_at=1.0, version="9.9", schema=schema)
    return out.getvalue()


def test_a_newer_schema_is_refused(untouched: Workspace, good: bytes, tmp_path: Path) -> None:
    """A backup that only a later version understands says so and changes nothing."""
    change = "UPDATE alembic_version SET version_num = '9999'"
    error = _refused(untouched, _with_database(good, change, tmp_path))
    assert isinstance(error, StorageNewer)
    assert "9999" in error.sentence


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TRIGGER evil AFTER UPDATE ON session BEGIN UPDATE person SET disabled_at = NULL; END",
        "CREATE VIEW evil AS SELECT 1",
        "DROP TABLE alembic_version",
        "INSERT INTO token (person_id, label, secret_hash, created_at) VALUES (999, '', 'x', 0)",
    ],
)
def test_a_database_that_would_do_things_is_refused(
    untouched: Workspace, good: bytes, tmp_path: Path, change: str
) -> None:
    """Triggers and views run when the studio works; rows that lead nowhere are no sound database."""
    assert isinstance(_refused(untouched, _with_database(good, change, tmp_path)), Conflict)


def test_what_is_no_file_is_refused_at_once(untouched: Workspace) -> None:
    """A pipe in place of a backup holds nobody up, in the list neither; a link to a device is no backup."""
    os.mkfifo(untouched.root / "backup" / "studio-20200101-000000.tar")
    (untouched.root / "backup" / "studio-20200101-000001.tar").symlink_to("/dev/zero")
    try:
        problems = [each.problem for each in Backups(untouched).list()]
        assert sum(problem is not None for problem in problems) == 2
        for name in ("studio-20200101-000000.tar", "studio-20200101-000001.tar"):
            with pytest.raises(StudioError):
                Backups(untouched).restore(name)
    finally:
        for path in (untouched.root / "backup").glob("studio-2020*"):
            path.unlink()
