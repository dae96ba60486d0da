"""What machines read of a page (schema.org), as a block of data that browsers run nothing of."""

import json
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

#: « </script> », « <!-- » and the line ends of JavaScript cannot leave the block
_ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def data_block(described: dict[str, Any]) -> SafeString:
    """`described`: a JSON-LD object. The security policy has nothing to allow."""
    text = json.dumps(described, ensure_ascii=False).translate(_ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308 (escaped)
