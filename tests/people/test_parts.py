"""The small parts: folders, names of keys, words, the roster that ships."""

import ast
import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import comfystudio.people
from comfystudio import words
from comfystudio.people import SystemClock
from comfystudio.people.folders import LONGEST_BYTES, folder_of
from comfystudio.people.moves import Moves
from comfystudio.people.names import shown
from comfystudio.people.shipped import shipped_roster
from comfystudio.workspace import Workspace

ROOM = Path(comfystudio.people.__file__).parent


class TestFolders:
    @pytest.mark.parametrize(
        ("name", "taken", "wanted"),
        [
            ("Rosa Macak", [], "Rosa Macak"),
            ("../../evil", [], "_.._evil"),
            ("..", [], "person"),
            (".hidden.", [], "hidden"),
            ("a/b\\c", [], "a_b_c"),
            ("Jose\u0301", [], "José"),
            ("rosa", ["Rosa"], "rosa-2"),
            ("ROSA", ["Rosa", "rosa-2"], "ROSA-3"),
            ("Straße", ["STRASSE"], "Straße-2"),
            ("José", ["JOSE\u0301"], "José-2"),
            ("a/b", ["a_b"], "a_b-2"),
            ("Checkpoints", [], "Checkpoints-2"),
            ("__manager", [], "person __manager"),
            ("ComfyUI.db", [], "person ComfyUI.db"),
        ],
    )
    def test_rules(self, name: str, taken: list[str], wanted: str) -> None:
        """Readable where that is safe, never a path, never somebody else's even where case is ignored."""
        assert folder_of(name, taken) == wanted

    @given(st.lists(st.text(min_size=1, max_size=300), max_size=12))
    def test_nobody_shares_one(self, names: list[str]) -> None:
        """Any names at all get folders that differ on any file system and stay below their parent."""
        taken: list[str] = []
        for name in names:
            folder = folder_of(name, taken)
            assert folder == folder.strip(". ")
            assert folder
            assert not set(folder) & {"/", "\\", "\0", "\n"}
            assert len(os.fsencode(folder)) <= LONGEST_BYTES
            assert unicodedata.is_normalized("NFC", folder)
            taken.append(folder)
        assert len({unicodedata.normalize("NFC", folder.casefold()) for folder in taken}) == len(taken)

    def test_long_names(self) -> None:
        """Two long names that start alike differ by the hash at their end."""
        first, second = (folder_of("Ж" * 150 + end, []) for end in "ab")
        assert first != second
        assert first[:80] == second[:80]

    def test_half_a_move(self, workspace: Workspace) -> None:
        """Where the second folder cannot be moved the first one goes back."""
        moves = Moves(workspace)
        workspace.home("a").mkdir(parents=True)
        workspace.outputs("a").mkdir(parents=True)
        workspace.outputs("b").mkdir()
        assert not moves.move("a", "b")
        assert workspace.home("a").is_dir()
        assert not workspace.home("b").exists()
        workspace.outputs("b").rmdir()
        workspace.outputs("a").rmdir()
        assert moves.move("a", "b")
        assert workspace.home("b").is_dir()


def keys_used() -> set[str]:
    """Every key of this room's sentences that its code names."""
    found = set()
    for file in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("people."):
                found.add(node.value)
    return found - {"people.changed"}


class TestWords:
    def test_every_key_has_a_sentence(self) -> None:
        """Each key the room uses is in the catalogue, and each sentence of the room's table is used."""
        own = {key for key in words.known() if key.startswith("people.")}
        assert keys_used() == own

    @pytest.mark.parametrize("key", sorted(keys_used()))
    def test_tone(self, key: str) -> None:
        """A sentence starts with a capital, ends with a full stop, and neither begs nor shouts."""
        fields = dict.fromkeys(words.fields_of(key), "X")
        sentence = words.say(key, **fields)
        assert sentence[0].isupper()
        assert sentence[-1] in ".X"
        assert not {"please", "sorry", "oops", "!"} & set(sentence.lower().replace("!", " ! ").split())


def test_what_ships() -> None:
    """The roster that ships names thirteen people, one of them an admin."""
    content = shipped_roster()
    assert content is not None
    roster = comfystudio.people.roster.parse(content.decode())
    assert len(roster.entries) == 13
    assert [entry.name for entry in roster.entries if entry.admin] == ["Razvan Matei"]


def test_one_line() -> None:
    """What is shown of a stranger's text is short, on one line and without escape sequences."""
    assert shown("a\nb\x1b]8;;\x07\u2028") == "a\\u000ab\\u001b]8;;\\u0007\\u2028"
    assert shown("a\u202eb\u2066") == "a\\u202eb\\u2066"
    assert len(shown("x" * 1_000_000)) == 200


def test_the_machines_clocks() -> None:
    """The steady clock grows, and counts while the machine sleeps."""
    clock = SystemClock()
    first = clock.steady()
    assert clock.steady() >= first
    assert clock.wall() > 1_700_000_000
