"""What artists have made: their files, served so that nothing leaves its folder and nothing in a file runs."""

from comfystudio.gallery.kinds import Kind, kind_of
from comfystudio.gallery.safe import Opened, open_file
from comfystudio.gallery.serving import attachment, headers_for, headers_of

__all__ = ["Kind", "Opened", "attachment", "headers_for", "headers_of", "kind_of", "open_file"]
