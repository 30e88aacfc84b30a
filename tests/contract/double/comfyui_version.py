"""The version that this double stands for."""

from double_knobs import VERSION

__all__ = ["__version__"]

__version__ = VERSION
