"""A file that arrives: written to the private folder as it comes, never in memory, and no more of it than is allowed.

A page that asks for no file gets none: `NoFiles` is the handler of all the others (settings.FILE_UPLOAD_HANDLERS), so
that nobody fills a disk by sending files to a sign-in page. One that asks for a file gets one: no form of ours has two.

What is too big is read to its end and thrown away, so that the rest of the form is not lost. In a view:

    @csrf_exempt                       # outermost: the handler must be there before anything is read
    @party_required(act=True)          # nobody else gets a byte written
    def add(request, …):
        receive(request)
        return _add(request, …)        # @csrf_protect
"""

import hashlib
from typing import IO, Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from . import private_files
from .private_files import MOST_BYTES

#: beyond this the form itself is not read: nobody brings it by mistake
MOST_BODY = 200 * 1024 * 1024


class ReceivedFile(UploadedFile):
    """On disk until the request ends. `size` is what was sent, even where the bytes were thrown away."""

    sha256: str = ""

    @property
    def path(self) -> str:
        return str(self.file.name)  # type: ignore[union-attr]

    @property
    def is_too_big(self) -> bool:
        return (self.size or 0) > MOST_BYTES


class NoFiles(FileUploadHandler):
    """Throws files away as they come, and stops reading where nobody sends so much by mistake."""

    received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > MOST_BYTES:
            raise StopUpload(connection_reset=True)

    def file_complete(self, file_size: int) -> None:
        return None


class KeepingHandler(FileUploadHandler):
    """Keeps the first file of the request; those that come after it are thrown away."""

    kept: IO[bytes] | None = None
    is_first = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.is_first = self.kept is None
        if self.kept is None:
            self.kept = private_files.incoming()
            self.digest = hashlib.sha256()
            self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.kept is None or not self.is_first:
            return
        self.received += len(raw_data)
        if self.received <= MOST_BYTES:
            self.digest.update(raw_data)
            self.kept.write(raw_data)
        elif self.kept.tell():
            self.kept.seek(0)
            self.kept.truncate()

    def file_complete(self, file_size: int) -> ReceivedFile | None:
        if self.kept is None or not self.is_first:
            return None
        self.kept.flush()
        self.kept.seek(0)
        file = ReceivedFile(self.kept, self.file_name, self.content_type, self.received)
        file.sha256 = self.digest.hexdigest()
        return file

    def upload_interrupted(self) -> None:
        if self.kept is not None:
            self.kept.close()


def receive(request: HttpRequest) -> bool:
    """Put the handler in place; False when the whole is so big that it is not read at all."""
    sent = request.META.get("CONTENT_LENGTH") or "0"
    if str(sent).isdecimal() and int(sent) > MOST_BODY:
        return False
    request.upload_handlers = [KeepingHandler(request)]
    return True
