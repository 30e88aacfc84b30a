"""Manifests: what they may say, and what is said where they are wrong."""

from pathlib import Path

import pytest

from comfystudio.errors import Invalid
from comfystudio.tools import catalogue, manifest
from comfystudio.tools.fill import fill
from comfystudio.tools.states import Steps

SHIPPED = Path(__file__).parents[2] / "setup"
SMALLEST = """
id = "one"
name = "One"
icon = "box"
summary = ""
port = 9001
[run]
argv = ["/bin/true"]
listen = "port"
"""


def put(root: Path, folder: str, text: str) -> Path:
    """Write a manifest."""
    (root / folder).mkdir()
    file = root / folder / "tool.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_shipped_manifests_are_right() -> None:
    """Every folder under setup reads well, with the ids and ports that the product promises."""
    found = {entry.id: entry for entry in catalogue.load(SHIPPED, 8080)}
    assert [entry.problem for entry in found.values()] == [None] * len(found)
    assert found["jupyter-lab"].manifest.port == 8888
    assert found["comfy-ui"].manifest.port == 8188
    assert found["comfy-ui"].manifest.gateway.front == "comfyui"


def test_defaults_are_the_safe_ones(root: Path) -> None:
    """A manifest that says only what it must gets the unprivileged account, no cookies and no public host."""
    found = manifest.read(put(root, "one", SMALLEST))
    assert (found.account, found.instances, found.access) == ("tools", "one", "artist")
    assert (found.gateway.cookies, found.gateway.forward_host) == ((), False)
    assert found.run.mask == 0o022


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('summary = ""', 'sumary = ""'), "summary is missing"),
        (('summary = ""', 'summary = ""\ncolour = "red"'), "no key colour"),
        (("port = 9001", 'port = "9001"'), "port should be a valid integer"),
        (("port = 9001", "port = true"), "port should be a valid integer"),
        (("port = 9001", "port = 0"), "port should be greater than or equal to 1"),
        (('listen = "port"', 'listen = "port"\numask = "9"'), "run.umask"),
        (('listen = "port"', 'listen = "port"\nstop = { signal = "KILLALL" }'), "run.stop.signal is no signal"),
        (('["/bin/true"]', '["/bin/true", "{prot}"]'), "unknown placeholder {prot}"),
        (('listen = "port"', 'listen = "port"\nrestart = "yes"'), "run.restart should be a valid boolean"),
        (('listen = "port"', 'listen = "port"\n[[progress]]\nmatch="("\nphase="x"\nat=0.1'), "progress.0.match"),
        (('summary = ""', 'summary = ""\naccess = "admin"'), "needs access_reason"),
        (('summary = ""', 'summary = ""\naccount = "person"'), "per-artist"),
        (('summary = ""', "summary = 2026-11-22"), "cannot be read"),
        (('name = "One"', 'name = "One'), "cannot be read"),
        (('id = "one"', 'id = "../one"'), "id "),
    ],
)
def test_what_is_wrong_is_named(root: Path, change: tuple[str, str], said: str) -> None:
    """Each mistake gives one sentence with the file and the key."""
    file = put(root, "one", SMALLEST.replace(*change))
    with pytest.raises(Invalid) as caught:
        manifest.read(file)
    assert str(file) in caught.value.sentence
    assert said in caught.value.sentence


def test_one_broken_folder_leaves_the_others(root: Path) -> None:
    """A broken manifest is listed with its sentence, under the id it means; a second id or port is refused."""
    put(root, "a-good", SMALLEST)
    put(root, "b-broken", SMALLEST.replace('"one"', '"two"').replace("9001", "nine"))
    put(root, "c-same-id", SMALLEST.replace("9001", "9002"))
    put(root, "d-same-port", SMALLEST.replace('"one"', '"four"'))
    put(root, "e-portal", SMALLEST.replace('"one"', '"five"').replace("9001", "8080"))
    put(root, "one", "id = ")
    found = {entry.id: entry for entry in catalogue.load(root, 8080)}
    assert found["one"].manifest is not None
    assert "id one is taken by setup/a-good" in found["c-same-id"].problem
    assert "port 9001 is taken by setup/a-good" in found["d-same-port"].problem
    assert "the portal's own" in found["e-portal"].problem
    assert found["two"].manifest is None
    assert "broken-one" in found


def test_values_are_not_read_again() -> None:
    """A person called {port} $(id) stays text: one pass, no shell."""
    values = {"person": "{port} $(id); 'x'", "port": "1"}
    assert fill("--name={person}:{port} {} {0}", values) == "--name={port} $(id); 'x':1 {} {0}"


def test_a_port_beyond_the_highest_is_that_tools_own_trouble() -> None:
    """A public port that the offset pushes out of reach breaks that tool with both numbers; the others stay."""
    found = {entry.id: entry for entry in catalogue.load(SHIPPED, 8080, 57_000)}
    assert found["comfy-ui"].manifest
    lab = found["jupyter-lab"]
    assert lab.manifest is None
    assert lab.problem
    assert "port 8888 and the setting port_offset 57000" in lab.problem


@pytest.mark.parametrize("tag", ["", "\x1b[32m[INFO]\x1b[0m "])
def test_the_phases_of_comfyui_are_found_in_its_log(tag: str) -> None:
    """Lines as 0.3.64 writes them, and with the coloured tag of 0.28, move the start on to its end."""
    steps = Steps(manifest.read(SHIPPED / "comfy" / "tool.toml").progress)
    phases = []
    for line in (
        "Checkpoint files will always be loaded safely.",
        "Device: cpu",
        "Using sub quadratic optimization for attention, if you have memory or speed issues try another",
        "ComfyUI version: 0.3.64",
        "[Prompt Server] web root: /somewhere",
        "Skipping loading of custom nodes",
        "Starting server",
    ):
        assert steps.line(tag + line)
        phases.append(steps.at)
    assert phases == sorted(phases)
    assert phases[-1] == 0.98
