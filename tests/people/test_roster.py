"""The roster as text: what is read, what is refused and where, and edits that keep everything else."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from comfystudio.errors import Conflict, Invalid, Missing
from comfystudio.people import names, roster
from comfystudio.people.bash_array import RosterError, quote, read_array
from comfystudio.people.roster import parse
from tests.people.conftest import ROSTER

PIECES = ["'", '"', "\\", "$", "`", "#", " ", "\n", "(", ")", "a", "B", "é", "名", ":admin", ";", "*", "~", "{", "\t"]
PIECES += ["\\\n", '"x"', "'y'", "USERS=(", "[", "]", "?", "!", "=", "-", "🎨"]


def name_strategy() -> st.SearchStrategy[str]:
    """Any name the studio takes."""

    def taken(name: str) -> bool:
        try:
            return names.check(name) == name
        except Invalid:
            return False

    letters = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))
    odd = st.sampled_from("'\"\\$`!#;&|<>(){}[]*?~=:@ éЖ名🎨👩‍🎤")
    return st.text(st.one_of(letters, odd), min_size=1, max_size=200).map(names.key).filter(taken)


def people_strategy() -> st.SearchStrategy[list[tuple[str, bool]]]:
    """Some people with different names."""
    return st.lists(st.tuples(name_strategy(), st.booleans()), max_size=6, unique_by=lambda person: person[0])


def text_of(people: list[tuple[str, bool]]) -> str:
    """A roster made by adding one after the other."""
    text = roster.EMPTY
    for name, admin in people:
        text = roster.add(text, name, admin=admin)
    return text


def pairs(text: str) -> list[tuple[str, bool]]:
    """Who is listed in `text`."""
    return [(entry.name, entry.admin) for entry in parse(text).entries]


def bash_reads(texts: list[str], folder: Path) -> list[list[str]]:
    """What a real bash makes of the array in each text; nothing else of its environment is there."""
    for number, text in enumerate(texts):
        (folder / f"{number}.sh").write_text(text, encoding="utf-8")
    script = (
        f"for ((i = 0; i < {len(texts)}; i++)); do ("
        'source "./$i.sh"; printf "%s\\0" "${#USERS[@]}" "${USERS[@]}"); done'
    )
    done = subprocess.run(
        [shutil.which("bash") or "bash", "--norc", "--noprofile", "-c", script],
        cwd=folder,
        env={"PATH": "/nonexistent", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=True,
        timeout=60,
    )
    words = done.stdout.decode("utf-8").split("\0")
    read, at = [], 0
    while at < len(words) - 1:
        count = int(words[at])
        # printf prints one empty word for an array without any
        read.append(words[at + 1 : at + 1 + count])
        at += 1 + count
    return read


class TestReading:
    def test_the_house_format(self) -> None:
        """Comments, blanks and the mark of admins are understood; the order stays."""
        assert pairs(ROSTER) == [
            ("Rosa Macak", False),
            ("Karlo Vukovic", False),
            ("Оля Жук", False),
            ("Razvan Matei", True),
        ]

    @pytest.mark.parametrize(
        ("inside", "wanted"),
        [
            ("'Rosa' \"Karlo\" Ivan", ["Rosa", "Karlo", "Ivan"]),
            ('"a \\"b\\" c" "\\\\" "5 \\$" "\\`id\\`" "\\x"', ['a "b" c', "\\", "5 $", "`id`", "\\x"]),
            ("'$(id)' '`id`' '$HOME' 'a\\b'", ["$(id)", "`id`", "$HOME", "a\\b"]),
            ('"Rosa"\' "R" \'Macak', ['Rosa "R" Macak']),
            ("O\\'Brien Rosa\\ Macak", ["O'Brien", "Rosa Macak"]),
            ('"Ro\\\nsa" Kar\\\nlo', ["Rosa", "Karlo"]),
            ("a#b # c d\n e", ["a#b", "e"]),
            ("", []),
            ('"名前" "👩‍🎤" "Žana"', ["名前", "👩‍🎤", "Žana"]),
        ],
    )
    def test_words_as_bash_has_them(self, inside: str, wanted: list[str]) -> None:
        """Quotes, escapes, glued words, continued lines and comments mean what they mean to bash."""
        assert [word.value for word in read_array(f"USERS=({inside}\n)").words] == wanted

    @pytest.mark.parametrize(
        ("text", "key", "line", "column"),
        [
            ('USERS=(\n  "Rosa"\n  "$(id)"\n)', "roster_expansion", 3, 4),
            ("USERS=(\n`id`\n)", "roster_expansion", 2, 1),
            ('USERS=("a" $HOME)', "roster_expansion", 1, 12),
            ('USERS=("a"\n  "b)\n', "roster_quote", 2, 3),
            ("USERS=(\n 'b)\n", "roster_quote", 2, 2),
            ('USERS=(\n "a\n "b"\n)', "roster_quote", 2, 2),
            ("USERS=(\n 'a\n 'b'\n)", "roster_quote", 2, 2),
            ('USERS=("a"', "roster_open", 1, 7),
            ("USERS=(a;b)", "roster_unquoted", 1, 9),
            ("USERS=(a* b)", "roster_unquoted", 1, 9),
            ("USERS=({a,b})", "roster_unquoted", 1, 8),
            ("USERS=(~root)", "roster_unquoted", 1, 8),
            ("# only words\n", "roster_no_array", 2, 1),
            ("", "roster_no_array", 1, 1),
            ("echo hi\nUSERS=(a)", "roster_statement", 1, 1),
            ("USERS=(a)\nrm -rf /\n", "roster_statement", 2, 1),
            ("USERS=(a); id", "roster_statement", 1, 10),
            ("USERS+=(a)", "roster_statement", 1, 1),
            ("USERS=(a)\nUSERS=(b)", "roster_twice", 2, 1),
            ('USERS=("a"\n"b" "a")', "roster_duplicate", 2, 5),
            ('USERS=("é" "e\u0301")', "roster_duplicate", 1, 12),
            ('USERS=("")', "roster_name", 1, 8),
            ('USERS=(":admin")', "roster_name", 1, 8),
            ('USERS=("Rosa:admin:admin")', "roster_name", 1, 8),
            ('USERS=("Rosa:Admin")', "roster_name", 1, 8),
            ('USERS=("bell\x07")', "roster_name", 1, 8),
            (f'USERS=(\n "{"x" * 201}")', "roster_name", 2, 2),
            ("USERS=(a\0)", "roster_nul", 1, 9),
        ],
    )
    def test_errors_say_where(self, text: str, key: str, line: int, column: int) -> None:
        """Whatever bash would run, expand or trip over is an error with its line and column, and a sentence."""
        with pytest.raises(RosterError) as caught:
            parse(text)
        error = caught.value
        assert (error.key, error.line, error.column) == (f"people.{key}", line, column)
        assert error.sentence.startswith(f"Line {line}, column {column}: ")

    def test_marks_and_line_ends_of_windows(self) -> None:
        """A byte order mark and Windows line ends, which editors leave behind, do no harm and stay on edits."""
        text = '\ufeffUSERS=(\r\n    "Rosa"\r\n)\r\n'
        edited = roster.add(text, "Karlo", admin=True)
        assert pairs(edited) == [("Rosa", False), ("Karlo", True)]
        assert edited == '\ufeffUSERS=(\r\n    "Rosa"\r\n    "Karlo:admin"\r\n)\r\n'

    @given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join)))
    @example("USERS=(" + "a " * 5000 + ")")
    def test_nothing_but_its_own_error(self, text: str) -> None:
        """Whatever the file holds, reading it ends with people or with a RosterError inside the text."""
        for shaped in (text, f"USERS=({text})", f'USERS=("{text}")'):
            try:
                parse(shaped)
            except RosterError as error:
                assert 1 <= error.line <= shaped.count("\n") + 1
                assert error.column >= 1
                assert error.sentence

    @settings(max_examples=4, deadline=None)
    @given(st.lists(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), min_size=150, max_size=150))
    def test_what_is_accepted_means_the_same_to_bash(self, tmp_path_factory: object, insides: list[str]) -> None:
        """Of random arrays every one that is accepted gives bash the same words, so nothing was guessed."""
        accepted = []
        for inside in insides:
            text = f"USERS=({inside}\n)\n"
            try:
                accepted.append((text, [word.value for word in read_array(text).words]))
            except RosterError:
                continue
        folder = tmp_path_factory.mktemp("bash")  # type: ignore[attr-defined]
        assert bash_reads([text for text, _ in accepted], folder) == [words for _, words in accepted]


class TestNames:
    @given(people_strategy())
    def test_round_trip(self, people: list[tuple[str, bool]]) -> None:
        """Whoever is written into a roster is read back: any script, any sign, 200 characters."""
        assert pairs(text_of(people)) == people

    @settings(max_examples=5, deadline=None)
    @given(st.lists(people_strategy(), min_size=40, max_size=40))
    def test_bash_reads_what_was_written(self, tmp_path_factory: object, many: list[list[tuple[str, bool]]]) -> None:
        """A real bash that sources the written file has the same names and runs nothing."""
        folder = tmp_path_factory.mktemp("bash")  # type: ignore[attr-defined]
        wanted = [[name + ":admin" * admin for name, admin in people] for people in many]
        assert bash_reads([text_of(people) for people in many], folder) == wanted

    @pytest.mark.parametrize(
        ("name", "key"),
        [
            ("", "name_empty"),
            ("   ", "name_empty"),
            ("\u200d\u200b", "name_empty"),
            ("a\nb", "name_characters"),
            ("a\rb", "name_characters"),
            ("a\0b", "name_characters"),
            ("a\x1b[31m", "name_characters"),
            ("a\u2028b", "name_characters"),
            ("a\ud800", "name_characters"),
            ("x" * 201, "name_long"),
            ("x" * 1_000_000, "name_long"),
            ("Rosa:admin", "name_mark"),
            ("Rosa :ADMIN ", "name_mark"),
            (":admin", "name_mark"),
        ],
    )
    def test_refused(self, name: str, key: str) -> None:
        """What would break a line, say nothing or pass for the mark of admins is no name, with its own sentence."""
        with pytest.raises(Invalid) as caught:
            names.check(name)
        assert caught.value.key == f"people.{key}"
        assert caught.value.sentence

    @pytest.mark.parametrize(
        "name",
        [
            "Rosa Maćak",
            "O'Brien",
            'Ana "Bo" B',
            "Оля Жук",
            "王小明",
            "👩‍🎤",
            "🇭🇷",
            "x" * 200,
            "é" * 200,
            "a:b",
            "-rf",
            "$(id)",
        ],
    )
    def test_taken(self, name: str) -> None:
        """Spaces, apostrophes, quotes, any script, emoji and 200 characters are names."""
        assert names.check(name) == name

    def test_two_ways_to_write_an_accent(self) -> None:
        """A name typed with a combining accent, or with blanks around, is the same name."""
        assert names.check(" Jose\u0301 ") == "José"


class TestEdits:
    def test_adding_keeps_comments_and_order(self) -> None:
        """A new name stands last, indented like its neighbours; every other byte stays."""
        edited = roster.add(ROSTER, "Ivan", admin=False)
        assert edited == ROSTER.replace(':admin"\n', ':admin"\n    "Ivan"\n')

    @pytest.mark.parametrize(
        ("text", "wanted"),
        [
            ("USERS=()", 'USERS=("Zoe")'),
            ("USERS=(\"a\" 'b')", 'USERS=("a" \'b\' "Zoe")'),
            ('USERS=( "a" )', 'USERS=( "a" "Zoe" )'),
            ('USERS=( "a"\n)', 'USERS=( "a"\n    "Zoe"\n)'),
            ('USERS=(\n\t"a"\n\t)', 'USERS=(\n\t"a"\n\t"Zoe"\n\t)'),
            ('USERS=(\n  "a" # b\n  # c\n)', 'USERS=(\n  "a" # b\n  # c\n  "Zoe"\n)'),
            ('USERS=(\n  "a" \\\n)', 'USERS=(\n  "a" \\\n  "Zoe"\n)'),
        ],
    )
    def test_adding_fits_the_layout(self, text: str, wanted: str) -> None:
        """One line or many, tabs or blanks: the new name is written as the others are."""
        assert roster.add(text, "Zoe", admin=False) == wanted

    def test_removing_keeps_comments(self) -> None:
        """The line of a removed name goes, a remark in it or around it stays."""
        assert roster.remove(ROSTER, "Karlo Vukovic") == ROSTER.replace('    "Karlo Vukovic"\n', "")
        assert "# from Split" in roster.remove(ROSTER, "Rosa Macak")
        assert roster.remove("USERS=(a b c)", "b") == "USERS=(a c)"
        assert roster.remove("USERS=(a b c)", "c") == "USERS=(a b)"
        assert roster.remove("USERS=(a b c)", "a") == "USERS=(b c)"

    def test_changing_keeps_the_place(self) -> None:
        """A new role or a new name takes the old one's place and nothing else moves."""
        assert roster.set_admin(ROSTER, "Karlo Vukovic", admin=True) == ROSTER.replace(
            "Karlo Vukovic", "Karlo Vukovic:admin"
        )
        assert roster.set_admin(ROSTER, "Razvan Matei", admin=False) == ROSTER.replace(":admin", "")
        assert roster.rename(ROSTER, "Razvan Matei", "Raz M.") == ROSTER.replace("Razvan Matei", "Raz M.")

    def test_refusals(self) -> None:
        """Nobody is listed twice, and nobody who is not listed is changed."""
        with pytest.raises(Conflict):
            roster.add(ROSTER, "Rosa Macak", admin=True)
        with pytest.raises(Conflict):
            roster.rename(ROSTER, "Rosa Macak", "Karlo Vukovic")
        for edit in (roster.remove, lambda text, name: roster.set_admin(text, name, admin=True)):
            with pytest.raises(Missing):
                edit(ROSTER, "Nobody")

    @given(st.data())
    def test_any_edits_on_any_layout(self, data: st.DataObject) -> None:
        """After any run of edits, on lists laid out in any way, exactly the wanted people are listed."""
        people = data.draw(people_strategy())
        gaps = st.sampled_from([" ", "\n", "\n    ", " # a remark\n", " \\\n  ", "\n\n# x ) y\n\t", "  "])
        text = "# head\nUSERS=(" + data.draw(gaps)
        for name, admin in people:
            text += quote(name + ":admin" * admin) + data.draw(gaps)
        text += ")\n# tail\n"
        remarks = text.count("#")
        wanted = list(people)
        for _ in range(data.draw(st.integers(0, 4))):
            fresh = data.draw(name_strategy())
            if data.draw(st.booleans()) or not wanted:
                if all(fresh != name for name, _ in wanted):
                    text = roster.add(text, fresh, admin=False)
                    remarks += quote(fresh).count("#")
                    wanted.append((fresh, False))
            else:
                name, _ = wanted.pop(data.draw(st.integers(0, len(wanted) - 1)))
                remarks -= quote(name).count("#")
                text = roster.remove(text, name)
            assert pairs(text) == wanted
            assert text.count("#") == remarks


class TestRenames:
    def renamed(self, before: str, after: str) -> dict[str, str]:
        """Who was renamed between two texts."""
        return roster.renames(parse(before), parse(after))

    def test_same_line(self) -> None:
        """Another name in the same line, the mark of admins aside, is a new name for that person."""
        assert self.renamed(ROSTER, ROSTER.replace("Rosa Macak", "Rosa Perić:admin")) == {"Rosa Macak": "Rosa Perić"}
        two = ROSTER.replace("Rosa Macak", "Rosa P").replace("Karlo V", "Karlo W")
        assert self.renamed(ROSTER, two) == {"Rosa Macak": "Rosa P", "Karlo Vukovic": "Karlo Wukovic"}

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("USERS=(\na\nb\n)", "USERS=(\nb\na\n)"),
            ("USERS=(\na\nb\n)", "USERS=(\nb\nc\n)"),
            ("USERS=(\na\nb\n)", "USERS=(\na\nb\nc\n)"),
            ("USERS=(\na\nb\nc\n)", "USERS=(\nx\ny\nz\n)"),
            ("USERS=(a b)", "USERS=(a c)"),
            ("USERS=(\na\nb\nc\n)", "USERS=(\nx\nb\nd\ne\n)"),
        ],
    )
    def test_no_renames(self, before: str, after: str) -> None:
        """Sorting, adding, several names in one line, or another roster altogether give nobody another's folder."""
        assert self.renamed(before, after) == {}
