"""The command line, as far as a studio would use it. An unknown flag ends the process with status 2, as upstream."""

import argparse
import sys
from pathlib import Path

__all__ = ["args", "parse"]

_SWITCHES = (
    "cpu", "gpu-only", "highvram", "normalvram", "lowvram", "novram", "disable-smart-memory", "cache-classic",
    "cache-none", "use-split-cross-attention", "use-quad-cross-attention", "use-pytorch-cross-attention",
    "use-sage-attention", "use-flash-attention", "disable-xformers", "auto-launch", "disable-auto-launch",
    "dont-print-server", "disable-metadata", "disable-all-custom-nodes", "disable-api-nodes", "multi-user",
    "log-stdout", "enable-compress-response-body", "deterministic", "async-offload", "cuda-malloc",
    "disable-cuda-malloc", "enable-manager", "enable-assets",
)  # fmt: skip
_VALUES = ("preview-method", "preview-size", "reserve-vram", "cuda-device", "default-device", "front-end-version",
           "tls-keyfile", "tls-certfile", "comfy-api-base")  # fmt: skip


def _existing_folder(path: str) -> str:
    if not Path(path).is_dir():
        raise argparse.ArgumentTypeError(f"The path '{path}' does not exist.")
    return path


def parse(argv: list[str], here: Path) -> argparse.Namespace:
    """Read `argv`; folders that no flag names lie in `here`, the checkout. All folders come back absolute."""
    parser = argparse.ArgumentParser(prog="main.py", allow_abbrev=True)
    parser.add_argument("--listen", default="127.0.0.1", nargs="?", const="0.0.0.0,::", metavar="IP")
    parser.add_argument("--port", type=int, default=8188)
    parser.add_argument("--max-upload-size", type=float, default=100.0)
    parser.add_argument("--base-directory")
    for name in ("output", "temp", "input"):
        parser.add_argument(f"--{name}-directory")
    parser.add_argument("--user-directory", type=_existing_folder)
    parser.add_argument("--database-url")
    parser.add_argument("--extra-model-paths-config", nargs="+", action="append")
    parser.add_argument("--whitelist-custom-nodes", nargs="+", default=[])
    parser.add_argument("--fast", nargs="*")
    parser.add_argument("--cache-lru", type=int, default=0)
    parser.add_argument("--enable-cors-header", nargs="?", const="*")
    parser.add_argument("--verbose", nargs="?", const="DEBUG", default="INFO")
    for name in _SWITCHES:
        parser.add_argument(f"--{name}", action="store_true")
    for name in _VALUES:
        parser.add_argument(f"--{name}")
    arguments = parser.parse_args(argv)
    base = Path(arguments.base_directory or here).absolute()
    arguments.named = {
        name: str(Path(value).absolute())
        for name in ("output", "input", "user")
        if (value := getattr(arguments, f"{name}_directory"))
    }
    for name in ("output", "input", "user"):
        setattr(arguments, name, Path(arguments.named.get(name, base / name)))
    arguments.temp = Path(arguments.temp_directory or base).absolute() / "temp"
    return arguments


args = parse(sys.argv[1:], Path(__file__).resolve().parent.parent)
