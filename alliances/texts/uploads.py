"""A file that arrives only to be compared: hashed on its way, written nowhere, neither on disk nor in memory."""

import hashlib
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from .documents import MOST_BYTES


class HashedFile(UploadedFile):
    """Its name, its size and its SHA-256; the bytes are gone."""

    sha256: str = ""


class HashingHandler(FileUploadHandler):
    """Takes the place of the handlers that keep files."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.digest = hashlib.sha256()
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received <= MOST_BYTES:
            self.digest.update(raw_data)

    def file_complete(self, file_size: int) -> HashedFile:
        file = HashedFile(None, self.file_name, self.content_type, file_size)
        file.sha256 = self.digest.hexdigest()
        return file
