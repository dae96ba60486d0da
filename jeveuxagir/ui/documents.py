"""Documents in PDF: typst templates of `templates/documents/`, tagged (PDF/UA-1), with the fonts that typst carries.

What people wrote reaches the template as data, never as markup: nothing of it is ever run. A sign that no font has
(an emoji, Chinese…) is shown as « □ » and the foot of the page says so: a name never keeps a document from being made.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

ROOT = Path(settings.BASE_DIR) / "templates" / "documents"
#: in the place of a sign that no font has
MISSING = "□"
#: Latin letters, their marks and French punctuation: always there
_KNOWN = re.compile(r"[\n\t\x20-\x7e\xa0-\u017f\u2010-\u2027\u202f-\u203a€]")
#: ideograms, kana, hangul: too many to be asked one by one, and none is there
_NEVER = re.compile(r"[\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]")
#: of one emoji made of several: what stays once its parts are missing
_PARTS = re.compile(f"{MISSING}[\ufe0e\ufe0f\u20e3]*(?:\u200d{MISSING}[\ufe0e\ufe0f]*)*")
#: distinct unusual signs asked about in one document
_MOST_ASKED = 400
_NO_FONT = "could not be displayed with"


class _CannotShowError(Exception):
    """Of these texts, typst with its fonts makes no document."""


def pdf(template: str, data: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """The bytes of the document: the same template, data and moment give the same bytes.

    `template` is a file of templates/documents ("text.typ"); `data` holds texts, numbers, lists and dicts of them,
    `title` and `footer` always. Raises typst.TypstError when the template is wrong.
    """
    try:
        return _compiled(template, data, made_at)
    except _CannotShowError:
        signs = {sign for sign in json.dumps(data, ensure_ascii=False) if not _KNOWN.match(sign)}
        missing = _without_font(signs)
    try:
        return _compiled(template, _shown(data, missing.__contains__), made_at)
    except _CannotShowError:
        # fonts that have each sign alone may lack what two make together
        return _compiled(template, _shown(data, lambda sign: not _KNOWN.match(sign)), made_at)


def _compiled(template: str, data: Mapping[str, Any], made_at: datetime) -> bytes:
    return _made(
        ROOT / template,
        {"data": json.dumps(data, ensure_ascii=False)},
        timestamp=made_at.replace(microsecond=0),
    )


def _made(source: Path | bytes, inputs: dict[str, str], **more: Any) -> bytes:
    try:
        made = typst.compile(
            source, root=ROOT, ignore_system_fonts=True, sys_inputs=inputs, pdf_standards="ua-1", **more
        )
    except typst.TypstError as error:
        if _NO_FONT in str(error):
            raise _CannotShowError from error
        raise
    except BaseException as error:
        # some piles of marks break its shaping: no Exception, it would end the worker's request without an answer
        if type(error).__name__ != "PanicException":
            raise
        raise _CannotShowError from error
    assert isinstance(made, bytes), "one PDF, not pages of images"
    return made


def _shown(data: Mapping[str, Any], is_missing: Callable[[str], bool]) -> dict[str, Any]:
    """`data` with « □ » for the signs that no font has, and the word for it."""

    def shown(value: Any) -> Any:
        if isinstance(value, str):
            signs = "".join(MISSING if is_missing(sign) else sign for sign in value)
            return _PARTS.sub(MISSING, signs) if MISSING in signs else value
        if isinstance(value, Mapping):
            return {key: shown(one) for key, one in value.items()}
        return [shown(one) for one in value] if isinstance(value, list | tuple) else value

    return {
        **shown(data),
        "missing": f"{MISSING} : un signe que ce document ne sait pas dessiner. La page du site le montre.",
    }


def _without_font(signs: set[str]) -> set[str]:
    """Those of `signs` that no font has; of too many, all."""
    missing = {sign for sign in signs if _NEVER.match(sign)}
    asked = sorted(signs - missing)
    return missing | (set(asked) if len(asked) > _MOST_ASKED else set(_refused("".join(asked))))


def _refused(signs: str) -> str:
    """By halves: most texts have a few such signs, often neighbours."""
    if not signs or _is_drawn(signs):
        return ""
    if len(signs) == 1:
        return signs
    half = len(signs) // 2
    return _refused(signs[:half]) + _refused(signs[half:])


@lru_cache(maxsize=4096)
def _is_drawn(signs: str) -> bool:
    source = b'#set document(title: "?")\n#for sign in sys.inputs.signs.codepoints() [#par(sign)]'
    try:
        _made(source, {"signs": signs})
    except _CannotShowError:
        return False
    return True
