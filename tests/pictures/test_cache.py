"""Thumbnails on disk: bounded, the least wanted go first, and a disk that refuses is no trouble."""

import os
from pathlib import Path

from comfystudio.pictures.cache import Cache, key_of


def webp(size: int) -> bytes:
    """Something that is as long as a WebP file says it is."""
    return b"RIFF" + (size - 8).to_bytes(4, "little") + bytes(size - 8)


def test_the_bound_holds_and_the_oldest_go_first(root: Path) -> None:
    """However many are put in, no more than the bound stays; what came last is there."""
    cache = Cache(root / "thumbnails", 10_000)
    keys = [key_of(number) for number in range(50)]
    for number, key in enumerate(keys):
        cache.put(key, webp(1000))
        os.utime(root / "thumbnails" / key[:2] / f"{key}.webp", (number + 1, number + 1))
    kept = [key for key in keys if cache.get(key) is not None]
    assert kept == keys[-len(kept) :]
    assert 5 <= len(kept) <= 10
    assert sum(file.stat().st_size for file in root.rglob("*.webp")) <= 10_000


def test_what_earlier_runs_left_counts(root: Path) -> None:
    """A new studio weighs what is there before it adds to it."""
    before = Cache(root / "thumbnails", 10_000)
    for number in range(9):
        before.put(key_of(number), webp(1000))
    after = Cache(root / "thumbnails", 5_000)
    after.put(key_of("new"), webp(1000))
    assert sum(file.stat().st_size for file in root.rglob("*.webp")) <= 5_000


def test_a_folder_that_cannot_be_written_is_no_trouble(root: Path) -> None:
    """Where nothing can be kept nothing is raised, and no draft is left."""
    (root / "thumbnails").write_bytes(b"in the way")
    cache = Cache(root / "thumbnails", 10_000)
    cache.put(key_of(1), webp(100))
    assert cache.get(key_of(1)) is None
    assert sorted(each.name for each in root.iterdir()) == ["thumbnails"]


def test_keys_tell_everything_apart() -> None:
    """Parts do not run into one another."""
    assert len({key_of("a", 1), key_of("a1"), key_of("a", "1"), key_of("", "a", 1), key_of("\udc80")}) == 5
