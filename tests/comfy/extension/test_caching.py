"""Which nodes share one cache entry between owners."""

import pytest

from tests.comfy.extension.loading import inside

caching = inside("caching")


def node(outputs, *, output_node=False, hidden=None):
    """A node class as packs write them."""
    types = {"required": {}, **({} if hidden is None else {"hidden": hidden})}
    attributes = {"RETURN_TYPES": outputs, "OUTPUT_NODE": output_node, "INPUT_TYPES": classmethod(lambda _: types)}
    return type("Node", (), attributes)


@pytest.mark.parametrize("outputs", [("MODEL",), ("MODEL", "CLIP", "VAE"), ("CONTROL_NET",), ("UPSCALE_MODEL",)])
def test_loaders_share(outputs):
    """A node that only gives models shares what it made."""
    assert caching.is_shareable(node(outputs))
    assert caching.is_shareable(node(outputs, hidden={"id": "UNIQUE_ID"}))


@pytest.mark.parametrize(
    "outputs", [(), None, ("IMAGE",), ("MODEL", "IMAGE"), ("STRING",), ("MODEL", "STRING"), ("*",)]
)
def test_whatever_is_no_model_is_never_shared(outputs):
    """One output that could be somebody's picture or text keeps the whole node apart."""
    assert not caching.is_shareable(node(outputs))


@pytest.mark.parametrize(
    "hidden", ["PROMPT", "EXTRA_PNGINFO", "DYNPROMPT", "AUTH_TOKEN_COMFY_ORG", "API_KEY_COMFY_ORG"]
)
def test_a_loader_that_sees_the_whole_prompt_is_kept_apart(hidden):
    """What depends on somebody's workflow or account is theirs."""
    assert not caching.is_shareable(node(("MODEL",), hidden={"x": hidden}))


def test_an_output_node_is_kept_apart():
    """A node that saves something does so for each owner."""
    assert not caching.is_shareable(node(("MODEL",), output_node=True))
