"""The kinds of binary frames on /ws."""

__all__ = ["BinaryEventTypes"]


class BinaryEventTypes:
    """The first four bytes of a frame; 2 never leaves the process (it is encoded as 1)."""

    PREVIEW_IMAGE = 1
    UNENCODED_PREVIEW_IMAGE = 2
    TEXT = 3
    PREVIEW_IMAGE_WITH_METADATA = 4
