"""How our mails are written: RFC 5322, with subjects that come back as they were.

The standard library folds a header with accents and no-break spaces word by word, and now and then cuts a word or loses
a space. Its older `Header` encodes the whole line, and reads back to the letter.
"""

from email.header import Header
from email.policy import EmailPolicy
from typing import Any


class MailPolicy(EmailPolicy):
    def fold(self, name: str, value: Any) -> str:
        if not _needs_encoding(name, value):
            return super().fold(name, value)
        encoded = Header(str(value), "utf-8", header_name=name).encode(linesep=self.linesep)
        return f"{name}: {encoded}{self.linesep}"

    def fold_binary(self, name: str, value: Any) -> bytes:
        if not _needs_encoding(name, value):
            return super().fold_binary(name, value)
        return self.fold(name, value).encode("ascii")


def _needs_encoding(name: str, value: Any) -> bool:
    return name.lower() == "subject" and not str(value).isascii()


MAIL_POLICY = MailPolicy(linesep="\r\n")
