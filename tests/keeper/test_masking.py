"""What a log line may show: text and colours, never control characters or secrets."""

import re
import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from comfystudio.keeper import masking
from comfystudio.keeper.masking import clean, masked, plain, uncoloured

COLOUR = re.compile(r"\x1b\[[0-9;:]*m")
PIECES = st.sampled_from(
    [
        "\x1b",
        "[",
        "]",
        "m",
        "31",
        ";",
        "\x9b",
        "\x07",
        "\x1b\\",
        "\x1b[31m",
        "\x1b]8;;http://e\x07",
        "\x1b]52;c;aGk=\x07",
        "\x1b[2J",
        "\x1b[10;10H",
        "\x1bP",
        "\x9d",
        "\x9c",
        "\r",
        "\n",
        "\t",
        "\u202e",
        "\u2028",
        "é",
        "x",
        " ",
    ]
)
TEXT = st.one_of(st.text(), st.lists(PIECES | st.text(max_size=3)).map("".join))


@given(TEXT)
@example("\x1b[3\x1b]0;t\x071m")
@example("\x1b\x00[31m")
def test_nothing_but_text_tabs_and_colours_is_left(text: str) -> None:
    """After cleaning every escape is a colour, and no other control or reordering character is there."""
    rest = COLOUR.sub("", clean(text))
    assert all(character == "\t" or unicodedata.category(character) != "Cc" for character in rest)
    assert not re.search("[\u2028\u2029\u202a-\u202e\u2066-\u2069]", rest)


@given(TEXT)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """What was cleaned is clean: removing parts never makes a new sequence out of what stood around them."""
    once = clean(text)
    assert clean(once) == once
    assert "\x1b" not in plain(text)


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"], exclude_characters="_-=:/@?&#"))
)
def test_plain_words_stay_what_they_are(text: str) -> None:
    """Ordinary text of any script passes unchanged."""
    assert clean(text) == text


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[1;31mERROR\x1b[0m done", "\x1b[1;31mERROR\x1b[0m done"),
        ("\x1b]8;;https://evil/\x1b\\click\x1b]8;;\x1b\\", "click"),
        ("a\x1b]52;c;cm0gLXJm\x07b", "ab"),
        ("\x1b[2J\x1b[H\x1b[5Awiped", "wiped"),
        ("50%\r100%", "50%100%"),
        ("safe\u202egpj.exe", "safegpj.exe"),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("\x9b31mC1", "C1"),
        ("title \x1b]0;never ended", "title "),
    ],
)
def test_sequences_that_do_more_than_colour_are_gone(raw: str, shown: str) -> None:
    """Links, clipboard writes, cursor moves and reordering marks never reach a terminal."""
    assert clean(raw) == shown


SECRET = "q7Zr-SECRET_canary.42"


@pytest.mark.parametrize(
    "line",
    [
        "token cst_q7ZrSECRETcanary42abcdefghijklmnop made",
        "using hf_q7ZrSECRETcanary42abcdefgh for downloads",
        "github_pat_q7ZrSECRETcanary42 ghp_q7ZrSECRETcanary42 rpa_q7ZrSECRETcanary42",
        f"Authorization: Bearer {SECRET}",
        f"authorization: token {SECRET}",
        f"{{'Authorization': 'Basic {SECRET}'}}",
        f'"authorization":"Bearer {SECRET}"',
        f"proxy-authorization={SECRET}",
        f"> Cookie: a=b; __Host-session={SECRET}; c=d",
        f"set-cookie: sid={SECRET}; HttpOnly",
        f"header bearer {SECRET} given",
        f"cloning https://user:{SECRET}@example.com/x.git",
        f"GET https://bucket/x.safetensors?X-Amz-Expires=60&X-Amz-Signature={SECRET}&x=1",
        f"http://127.0.0.1:8888/lab?token={SECRET}",
        f"GET /enter/comfy?state=1&code={SECRET} HTTP/1.1",
        f"export HF_TOKEN={SECRET}",
        f"CIVITAI_API_KEY = '{SECRET}'",
        f"run --password {SECRET} --token={SECRET}",
        f"\x1b[33mHF_TOKEN={SECRET}\x1b[0m",
    ],
)
def test_secrets_of_a_known_look_are_masked(line: str) -> None:
    """Canaries in the ways in which programs print secrets are not in what is shown, and the line still is."""
    shown = clean(line)
    assert "canary" not in shown
    assert "…" in shown


def test_what_is_no_secret_stays_readable() -> None:
    """Addresses, hashes, counts and the rest of a masked line are kept."""
    for line in (
        "Downloading https://huggingface.co/black-forest-labs/FLUX.1-dev/resolve/main/ae.safetensors?download=true",
        "tokens per second: 41.2, total tokens=2048",
        "sha256=1f0c2b5a8d, keys=12, monkey=1",
        "git+https://github.com/a/b.git@main",
        "11:02:03 user@host:~/work$ ls",
    ):
        assert clean(line) == line
    assert masked("GET /lab?token=abc&x=1 200") == "GET /lab?token=…&x=1 200"
    assert masked("https://me:pw@example.com/x") == "https://…@example.com/x"


PARTS = [
    "cst_",
    "hf_",
    "Authorization",
    ":",
    "=",
    "Bearer",
    "Cookie",
    "https://",
    "u:",
    "@",
    "?",
    "&",
    "#",
    "TOKEN",
    "sig",
    "code",
    "state",
    "policy",
    "--password",
    "api_key",
    "sk-",
    "xoxb",
    "key-pair-id",
    "abcdefghijkl",
    "X-Amz-Signature",
    "glpat-",
    "github_pat_",
    "ghs_",
    "rpa_",
    "api_org_",
    "CLIENT_SECRET",
]


@given(st.lists(st.sampled_from([*PARTS, " "]), max_size=8).map("".join))
def test_the_quick_look_misses_nothing(text: str) -> None:
    """A line that the quick look lets pass holds nothing that the long pattern would have masked."""
    assert masked(text) == masking._SECRETS.sub(masking._hide, text)


def test_a_hostile_line_costs_no_time() -> None:
    """Lines made to send a pattern back and forth are read in a moment."""
    lines = [
        "a-" * 30_000,
        "://" * 20_000,
        "A_" * 30_000 + "TOKEN",
        "\x1b]" * 30_000,
        "\x1b[" + "0;" * 30_000,
        "x:y" * 20_000,
    ]
    before = time.perf_counter()
    for line in lines:
        clean(line)
    assert time.perf_counter() - before < 2


@pytest.mark.parametrize(
    "line",
    [
        "using \x1b[33mhf_CanaryCanaryCanary\x1b[0m",
        "using cst_Canary\x1b[1mCanary\x1b[0mCanary",
        "https://host/?to\x1b[1mken=CanaryCanary\x1b[0m",
        "\x1b[36mtoken\x1b[0m=\x1b[33mCanary\x1b[0m HF_TO\x1b[1mKEN=CanaryCanary",
        "Author\x1b[0mization: \x1b[33mBearer\x1b[0m \x1b[32mCanaryCanaryCanary\x1b[0m",
        "https://me:\x1b[1mCanary\x1b[0mCanary@host/",
    ],
)
def test_colours_in_or_beside_a_secret_do_not_show_it(line: str) -> None:
    """What programs paint, as rich does with addresses and values, is known as a secret without the paint."""
    for shown in (clean(line), plain(line), uncoloured(clean(line))):
        assert "Canary" not in shown


def test_colours_stay_where_no_secret_is() -> None:
    """A mask beside colours takes none away where the secret was known with them."""
    assert clean("\x1b[32mok\x1b[0m hf_abcdefgh") == "\x1b[32mok\x1b[0m hf_…"
