"""What the server can do, and what the pages said that they can do."""

from typing import Any

from comfy.cli_args import args
from double_knobs import NEWER

__all__ = ["SERVER_FEATURE_FLAGS", "get_connection_feature", "get_server_features", "supports_feature"]

_LARGEST = round(args.max_upload_size * 1024 * 1024)
SERVER_FEATURE_FLAGS: dict[str, Any] = {"supports_preview_metadata": True, "max_upload_size": _LARGEST}
if NEWER:
    SERVER_FEATURE_FLAGS |= {
        "supports_model_type_tags": True,
        "extension": {"manager": {"supports_v4": True}},
        "node_replacements": True,
        "assets": args.enable_assets,
    }


def get_connection_feature(sockets_metadata, sid, feature_name, default=False) -> Any:
    """What the page with this id said about a feature."""
    return sockets_metadata.get(sid, {}).get("feature_flags", {}).get(feature_name, default)


def supports_feature(sockets_metadata, sid, feature_name) -> bool:
    return get_connection_feature(sockets_metadata, sid, feature_name) is True


def get_server_features() -> dict[str, Any]:
    return SERVER_FEATURE_FLAGS.copy()
