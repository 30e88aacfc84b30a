"""What there is: nodes, models, scripts of packs, and the machine."""

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import folder_paths
import nodes
from aiohttp import web
from comfy.utils import safetensors_header
from comfy_api import feature_flags
from double_knobs import NEWER, VERSION

from comfy import model_management

__all__ = ["add"]

_VERSIONS = (
    {"frontend": "1.45.21", "templates": "0.11.9"} if NEWER else {"frontend": "1.27.10", "templates": "0.1.95"}
)
_PACKAGES = {
    "comfyui-frontend-package": "1.45.21", "comfyui-workflow-templates": "0.11.9", "comfyui-embedded-docs": "0.5.8",
    "comfy-kitchen": "0.2.21", "comfy-aimdo": "0.4.10",
}  # fmt: skip
_MARKS = {"DEPRECATED": "deprecated", "EXPERIMENTAL": "experimental"}


def _node_info(name: str) -> dict[str, Any]:
    """What /object_info says about a node; its inputs are asked for anew each time."""
    node = nodes.NODE_CLASS_MAPPINGS[name]
    inputs = node.INPUT_TYPES()
    outputs = node.RETURN_TYPES
    info = {
        "input": inputs,
        "input_order": {group: list(members) for group, members in inputs.items()},
        "output": outputs,
        "output_is_list": getattr(node, "OUTPUT_IS_LIST", [False] * len(outputs)),
        "output_name": getattr(node, "RETURN_NAMES", outputs),
        "name": name,
        "display_name": nodes.NODE_DISPLAY_NAME_MAPPINGS.get(name, name),
        "description": getattr(node, "DESCRIPTION", ""),
        "python_module": getattr(node, "RELATIVE_PYTHON_MODULE", "nodes"),
        "category": getattr(node, "CATEGORY", "sd"),
        "output_node": getattr(node, "OUTPUT_NODE", False) is True,
    }
    if NEWER:
        info |= {
            "is_input_list": getattr(node, "INPUT_IS_LIST", False),
            "has_intermediate_output": getattr(node, "HAS_INTERMEDIATE_OUTPUT", False) is True,
            "search_aliases": getattr(node, "SEARCH_ALIASES", []),
        }
    if hasattr(node, "OUTPUT_TOOLTIPS"):
        info["output_tooltips"] = node.OUTPUT_TOOLTIPS
    return info | {key: True for mark, key in _MARKS.items() if getattr(node, mark, False)}


def _system_stats() -> dict[str, Any]:
    total, free = model_management.get_total_memory(), model_management.get_free_memory()
    system = {
        "os": sys.platform if NEWER else os.name, "ram_total": total, "ram_free": free, "comfyui_version": VERSION,
        "required_frontend_version": _VERSIONS["frontend"], "installed_templates_version": _VERSIONS["templates"],
        "required_templates_version": _VERSIONS["templates"], "python_version": sys.version,
        "pytorch_version": "2.13.0+cpu", "embedded_python": False, "argv": sys.argv,
    }  # fmt: skip
    if NEWER:
        listed = [{"name": name, "installed": at, "required": at} for name, at in _PACKAGES.items()]
        system |= {"comfy_package_versions": listed, "deploy_environment": "local-git"}
    memory = {"vram_total": total, "vram_free": free, "torch_vram_total": total, "torch_vram_free": free}
    return {"system": system, "devices": [{"name": "cpu", "type": "cpu", "index": None, **memory}]}


def _extensions(page: str) -> list[str]:
    found = ["/" + str(path.relative_to(page)) for path in Path(page, "extensions").rglob("*.js")]
    for name, folder in nodes.EXTENSION_WEB_DIRS.items():
        found += [f"/extensions/{quote(name)}/{path.relative_to(folder)}" for path in Path(folder).rglob("*.js")]
    return found


def _metadata(folder: str, name: str) -> Any:
    """What a model file says about itself; None when it says nothing."""
    path = folder_paths.get_full_path(folder, name) if name.endswith(".safetensors") else None
    header = safetensors_header(path, 1024 * 1024) if path else None
    return json.loads(header).get("__metadata__") if header else None


def _add_models(routes: web.RouteTableDef) -> None:
    @routes.get("/embeddings")
    async def embeddings(request: web.Request) -> web.Response:
        names = folder_paths.get_filename_list("embeddings")
        return web.json_response([os.path.splitext(name)[0] for name in names])  # noqa: PTH122

    @routes.get("/models")
    async def kinds(request: web.Request) -> web.Response:
        return web.json_response(list(folder_paths.folder_names_and_paths))

    @routes.get("/models/{folder}")
    async def models(request: web.Request) -> web.Response:
        folder = request.match_info["folder"]
        if folder not in folder_paths.folder_names_and_paths:
            return web.Response(status=404)
        return web.json_response(folder_paths.get_filename_list(folder))

    @routes.get("/view_metadata/{folder_name}")
    async def metadata(request: web.Request) -> web.Response:
        found = _metadata(request.match_info["folder_name"], request.query.get("filename", ""))
        return web.Response(status=404) if found is None else web.json_response(found)


def add(routes: web.RouteTableDef, server: Any) -> None:
    """The listings, none of which changes anything."""
    _add_models(routes)

    @routes.get("/extensions")
    async def extensions(request: web.Request) -> web.Response:
        return web.json_response(_extensions(server.web_root))

    @routes.get("/system_stats")
    async def system_stats(request: web.Request) -> web.Response:
        return web.json_response(_system_stats())

    @routes.get("/features")
    async def features(request: web.Request) -> web.Response:
        return web.json_response(feature_flags.get_server_features())

    @routes.get("/object_info")
    async def object_info(request: web.Request) -> web.Response:
        found = {}
        with folder_paths.cache_helper:
            for name in nodes.NODE_CLASS_MAPPINGS:
                try:
                    found[name] = _node_info(name)
                except Exception:
                    logging.exception("[ERROR] No information about the node %s", name)
        return web.json_response(found)

    @routes.get("/object_info/{node_class}")
    async def object_info_of_one(request: web.Request) -> web.Response:
        name = request.match_info["node_class"]
        return web.json_response({name: _node_info(name)} if name in nodes.NODE_CLASS_MAPPINGS else {})
