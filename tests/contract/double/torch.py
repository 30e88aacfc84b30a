"""As much of torch as a small node pack uses to make a picture; an IMAGE is a list of pictures here."""

from png import Picture

__all__ = ["__version__", "full", "zeros"]

__version__ = "2.13.0+cpu"


def full(size: tuple[int, int, int, int], fill_value: float) -> list[Picture]:
    """A batch of grey pictures: `size` is (batch, height, width, 3), the value goes from 0 to 1."""
    batch, height, width, _ = size
    return [Picture(width, height, bytes([round(fill_value * 255)]) * (width * height * 3))] * batch


def zeros(size: tuple[int, int, int, int]) -> list[Picture]:
    """A batch of black pictures."""
    return full(size, 0.0)
