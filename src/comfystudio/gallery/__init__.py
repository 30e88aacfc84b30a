"""What artists have made: their files, served so that nothing leaves its folder and nothing in a file runs."""

from comfystudio.gallery.index import Entry, Page, Wanted
from comfystudio.gallery.keeper import TrashKeeper
from comfystudio.gallery.kinds import Kind, kind_of
from comfystudio.gallery.safe import Opened, open_file
from comfystudio.gallery.seams import Folders, Kept, Owner, Place, Record, Records
from comfystudio.gallery.service import Details, Gallery
from comfystudio.gallery.serving import FILE_POLICY, attachment, headers_for, headers_of

__all__ = [
    "FILE_POLICY",
    "Details",
    "Entry",
    "Folders",
    "Gallery",
    "Kept",
    "Kind",
    "Opened",
    "Owner",
    "Page",
    "Place",
    "Record",
    "Records",
    "TrashKeeper",
    "Wanted",
    "attachment",
    "headers_for",
    "headers_of",
    "kind_of",
    "open_file",
]
