"""Models are loaded once for all, results are never shared."""

import uuid
from typing import Any

import pytest

from tests.comfy.extension.loading import inside
from tests.comfy.extension.real.comfy import Artist, Portal, artists, picture

pytestmark = pytest.mark.real_comfyui


def graph(loader: str, name: str, seed: int = 0) -> dict[str, Any]:
    """Load a model, make a picture of it, save it."""
    return {
        "1": {"class_type": loader, "inputs": {"name": name}},
        "2": {"class_type": "StudioTestsUse", "inputs": {"model": ["1", 0], "seed": seed}},
        "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "m"}},
    }


async def loads(studio: Portal, name: str) -> int:
    """How often a model was loaded."""
    _, found = await studio.ask("GET", "/studio_tests/loads")
    return found.count(name)


def cached(studio: Portal, artist: Artist) -> list[str]:
    """The nodes that ComfyUI took from its cache for the artist's last prompt."""
    found = [each["data"]["nodes"] for each in studio.messages(artist) if each["type"] == "execution_cached"]
    return sorted(found[-1])


async def test_one_load_for_two_artists(studio: Portal):
    """The same model for two owners, one after the other, is loaded once; each gets a picture of their own."""
    name = uuid.uuid4().hex
    people = artists("Vera", "Other", "Third")
    for artist in people:
        result = await studio.run(artist, graph("StudioTestsLoader", name))
        assert result["outputs"]["3"]["images"][0]["filename"] == "m_00001_.png"
        assert studio.saved("output", artist) == ["m_00001_.png"]
    assert await loads(studio, name) == 1
    assert [cached(studio, artist) for artist in people] == [[], ["1"], ["1"]]


async def test_an_identical_prompt_makes_a_file_of_its_own(studio: Portal):
    """What is in the cache for one owner is not there for another; for the same owner it is."""
    vera, other = artists("Vera", "Other")
    for artist in (vera, other):
        await studio.run(artist, picture(color=77))
        assert studio.saved("output", artist) == ["x_00001_.png"]
        assert cached(studio, artist) == []
    await studio.run(other, picture(color=77))
    assert cached(studio, other) == ["1", "2"]
    assert studio.saved("output", other) == ["x_00001_.png"]


async def test_a_model_from_ones_own_folder_is_not_shared(studio: Portal):
    """A loader that reads an owner's file runs for each owner, also when a loader of its kind is in the cache."""
    name = f"{uuid.uuid4().hex}.txt"
    vera, other = artists("Vera", "Other")
    for artist in (vera, other):
        (studio.folder("input", artist) / name).write_text(artist.folder)
    for artist in (vera, other):
        using = {
            "1": {"class_type": "StudioTestsFolderLoader", "inputs": {"name": name}},
            "2": {"class_type": "StudioTestsWrite", "inputs": {"model": ["1", 0], "name": "seen"}},
        }
        await studio.run(artist, using)
        assert (studio.folder("output", artist) / "seen-node.txt").read_text() == artist.folder
    assert await loads(studio, f"folder {name}") == 2


async def test_real_loaders_share_and_nothing_else_does(studio: Portal):
    """ComfyUI's own loaders give nothing but what is shared; no node that saves or makes pictures does."""
    shared = inside("caching").SHARED_TYPES
    _, found = await studio.ask("GET", "/object_info")
    models = {name for name, info in found.items() if info["output"] and set(info["output"]) <= shared}
    loaders = {"CheckpointLoaderSimple", "CLIPLoader", "CLIPVisionLoader", "ControlNetLoader", "DualCLIPLoader"}
    loaders |= {"ModelPatchLoader", "StyleModelLoader", "UNETLoader", "UpscaleModelLoader", "VAELoader"}
    assert loaders <= models
    assert not {name for name in models & loaders if found[name]["output_node"]}
    assert not {"EmptyImage", "LoadImage", "KSampler", "CLIPTextEncode", "EmptyLatentImage", "LoadLatent"} & models
