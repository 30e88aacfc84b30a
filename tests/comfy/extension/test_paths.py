"""The path policy over a whole prompt, with node classes that declare their inputs."""

import sys

import pytest

from tests.comfy.extension import stand_in
from tests.comfy.extension.loading import inside

paths = inside("paths")


class AnyName(dict):
    """A pack's group of inputs that has every name."""

    def __contains__(self, _name):
        return True

    def __getitem__(self, _name):
        return ("STRING",)


CLASSES = {
    "Save": {"required": {"filename_prefix": ("STRING", {"default": "x"}), "images": ("IMAGE",)}},
    "Text": {"required": {"text": ("STRING", {"multiline": True}), "separator": ("STRING", {})}},
    "Load": {"required": {"ckpt_name": (["a/b.safetensors", "c\\d.ckpt"],)}},
    "New": {"required": {"file": ("COMBO", {"options": ["/shared/x.png"]}), "group": ("DYNAMIC", {})}},
    "Any": {"optional": AnyName()},
}


class Linked:
    """In place of the folders: names that begin with "out" pass a link."""

    @staticmethod
    def leads_out(name, _number):
        return name.startswith("out")


@pytest.fixture(autouse=True)
def _comfyui(monkeypatch):
    for name, module in stand_in.nodes(**CLASSES).items():
        monkeypatch.setitem(sys.modules, name, module)


def refused(class_type, **inputs):
    """The inputs that are refused, with the reason."""
    graph = {"7": {"class_type": class_type, "inputs": inputs}}
    found = paths.outside(graph, 1, Linked())
    errors = found.get("7", {"errors": []})["errors"]
    return {each["extra_info"]["input_name"]: each["details"].partition(": ")[2] for each in errors}


def test_the_field_and_the_reason_are_named():
    """Each refused input of a node has an error of its own, in ComfyUI's shape."""
    graph = {"7": {"class_type": "Save", "inputs": {"filename_prefix": "../x", "images": ["1", 0]}}}
    found = paths.outside(graph, 1, Linked())
    assert found == {
        "7": {
            "errors": [
                {
                    "type": "path_outside_your_folders",
                    "message": "Path outside your folders",
                    "details": "filename_prefix: '..' leads out of your folders",
                    "extra_info": {"input_name": "filename_prefix"},
                }
            ],
            "dependent_outputs": [],
            "class_type": "Save",
        }
    }
    assert paths.refusal(found)["details"] == "Node 7, filename_prefix: '..' leads out of your folders"


@pytest.mark.parametrize(
    "prefix", ["../x", "/x", "a\\b", "a\0b", "%2e%2e/x", "out/x", ["x", "y", "../z"], {"a": "~/x"}]
)
def test_what_leads_out_is_refused(prefix):
    """By its words, over a link on disk, and however deep."""
    assert "filename_prefix" in refused("Save", filename_prefix=prefix)


@pytest.mark.parametrize("prefix", ["x", "sub/x", "%date%/x", ["../x", 0], 5, None, True])
def test_names_and_links_of_the_graph_pass(prefix):
    """Ordinary names, what comes from another node, and what is no text."""
    assert refused("Save", filename_prefix=prefix) == {}


def test_prose_passes_in_fields_for_prose_only():
    """A separator that is one line may be a slash, but not a path; text may say what it likes."""
    assert refused("Text", text="/imagine a \\(cat\\)", separator="/") == {}
    assert set(refused("Text", text="../x", separator="/x")) == {"text", "separator"}
    assert refused("Text", text="out of here", separator=", ") == {}


def test_choices_from_a_list_are_left_to_comfyui():
    """A value of the list passes whatever it looks like, and one that is missing gets ComfyUI's own error."""
    assert refused("Load", ckpt_name="c\\d.ckpt") == {}
    assert refused("Load", ckpt_name="../../not/there") == {}
    assert refused("New", file="/shared/x.png") == {}
    assert set(refused("New", file="/etc/passwd")) == {"file"}


def test_a_listed_name_that_is_a_link_is_refused_all_the_same():
    """Lists of files name links, too."""
    assert set(refused("Load", ckpt_name="out.png")) == {"ckpt_name"}


def test_classes_that_do_not_exist_are_left_to_comfyui():
    """A missing node has ComfyUI's own error, which its page knows."""
    assert refused("NotThere", filename_prefix="../x") == {}


def test_what_a_node_does_not_declare_it_never_gets():
    """A widget's own value may name a full path; it still may not climb. Inputs that a node grows are declared."""
    assert refused("Save", preview={"fullpath": "/data/x.mp4"}) == {}
    assert set(refused("Save", preview={"fullpath": "/data/../x.mp4"})) == {"preview"}
    assert set(refused("New", **{"group.file": "/etc/passwd"})) == {"group.file"}
    assert set(refused("Any", whatever_path="/etc/passwd")) == {"whatever_path"}


@pytest.mark.parametrize(
    "graph", [None, [], 5, {"1": None}, {"1": {"inputs": []}}, {"1": {"class_type": ["x"], "inputs": {}}}]
)
def test_what_is_no_graph_is_left_to_comfyui(graph):
    """Nothing is said about what cannot be read as a graph."""
    assert paths.outside(graph, 1, Linked()) == {}
