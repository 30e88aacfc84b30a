"""Paints the four panels of the sign-in page: warped noise, lit like thick paint.

Run with numpy and pillow at hand: `python web/art/paint.py`. The result is in the repository (`web/src/art`), so a
build needs neither.
"""

from pathlib import Path

import numpy as np
from PIL import Image

TARGET = Path(__file__).resolve().parent.parent / "src" / "art"
SIZE = (640, 720)
Field = np.ndarray

# A panel: its seed, how far the noise is stretched, and its pigments from shade to light.
PANELS = {
    "tide": (11, (1.0, 1.5), ("#06141c", "#0d3a4a", "#1f6f7a", "#c9b694", "#e2663c")),
    "clay": (31, (1.4, 1.0), ("#1c0a06", "#5a2113", "#a5532a", "#dfa06b", "#f0dcc0")),
    "moss": (53, (1.0, 1.2), ("#060e0b", "#12281f", "#33574a", "#86a58c", "#dfe0c8")),
    "dusk": (83, (1.2, 1.0), ("#0b0a10", "#221f2e", "#474152", "#94899a", "#e6ddd6")),
}


def lattice(x: Field, y: Field, seed: int) -> Field:
    """Smooth noise from 0 to 1 with one knot a unit."""
    knots = np.random.default_rng(seed).random((64, 64))
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right, down = x - left, y - top
    right, down = right**3 * (right * (right * 6 - 15) + 10), down**3 * (down * (down * 6 - 15) + 10)
    corner = [[knots[(top + j) % 64, (left + i) % 64] for i in (0, 1)] for j in (0, 1)]
    upper = corner[0][0] * (1 - right) + corner[0][1] * right
    lower = corner[1][0] * (1 - right) + corner[1][1] * right
    return upper * (1 - down) + lower * down


def cloud(x: Field, y: Field, seed: int, octaves: int = 5) -> Field:
    """Noise upon noise, from 0 to 1."""
    total, weight, scale = np.zeros_like(x), 0.0, 1.0
    for octave in range(octaves):
        total += lattice(x * 2**octave + 7 * octave, y * 2**octave + 3 * octave, seed + octave) * scale
        weight += scale
        scale *= 0.5
    return total / weight


def paint(seed: int, stretch: tuple[float, float], pigments: tuple[str, ...]) -> Image.Image:
    """One panel: noise that is bent by noise that is bent by noise, then coloured and lit from the upper left."""
    width, height = SIZE
    y, x = np.mgrid[0:height, 0:width] / 360.0
    x, y = x * stretch[0] + 5, y * stretch[1] + 5
    ax, ay = cloud(x, y, seed, 3), cloud(x + 5.2, y + 1.3, seed + 20, 3)
    bx = cloud(x + 3.4 * ax, y + 3.4 * ay, seed + 40, 3)
    by = cloud(x + 3.4 * ax + 8.3, y + 3.4 * ay + 2.8, seed + 60, 3)
    tone = cloud(x + 2.9 * bx, y + 2.9 * by, seed + 80, 4)
    body = tone * 0.72 + 0.28 * bx
    low, high = np.quantile(body, (0.01, 0.99))
    body = np.clip((body - low) / (high - low), 0, 1) ** 1.25

    stops = np.array([[int(p[i : i + 2], 16) for i in (1, 3, 5)] for p in pigments], float)
    at = np.linspace(0, 1, len(stops))
    colour = np.stack([np.interp(body, at, stops[:, channel]) for channel in range(3)], axis=-1)

    down, right = np.gradient(tone * 82 + bx * 30)
    normal = np.stack([-right, -down, np.ones_like(tone)], axis=-1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    light = np.array([-0.55, -0.6, 0.58])
    shade = np.clip(normal @ (light / np.linalg.norm(light)), 0, 1)
    gloss = np.clip(normal @ np.array([-0.33, -0.36, 0.87]), 0, 1) ** 40
    lit = colour * (0.42 + 0.86 * shade[..., None]) + 46 * gloss[..., None] * shade[..., None]
    return Image.fromarray(np.clip(lit, 0, 255).astype("uint8"))


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, (seed, stretch, pigments) in PANELS.items():
        paint(seed, stretch, pigments).save(TARGET / f"{name}.webp", quality=54, method=6)
