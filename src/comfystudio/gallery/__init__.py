"""What artists have made: their files, served so that nothing leaves its folder and nothing in a file runs."""

from comfystudio.gallery.index import Entry, Page, Wanted, id_of, path_of
from comfystudio.gallery.keeper import TrashKeeper
from comfystudio.gallery.kinds import Kind, kind_of
from comfystudio.gallery.safe import Opened, open_file
from comfystudio.gallery.service import Details, Folders, Gallery, Owner, Place, Record, Records
from comfystudio.gallery.serving import attachment, headers_for, headers_of

__all__ = [
    "Details",
    "Entry",
    "Folders",
    "Gallery",
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
    "id_of",
    "kind_of",
    "open_file",
    "path_of",
]
