"""What protects every page, in every environment. production.py adds what needs HTTPS."""

from urllib.parse import urlsplit

import environ
from csp.constants import NONCE, NONE, SELF

_env = environ.Env()

#: The demo shows invented data and its own accounts; a deploy check refuses it in production.
DEMO = _env.bool("DEMO", default=False)

#: Reverse proxies whose X-Forwarded-For is believed (addresses, networks, or "unix" for a socket).
#: Empty: the address of the connection counts.
TRUSTED_PROXIES = _env.list("TRUSTED_PROXIES", default=[])

#: Identity providers that answer a POST with a redirect: Chromium applies form-action to it.
FORM_ACTION_EXTRA = _env.list("FORM_ACTION_EXTRA", default=[])

#: Background images of the search's map, "https://…/{z}/{x}/{y}.png", and whom to credit.
#: Empty, as it should be unless you serve them yourself: the map has our own contours and asks no third party.
SEARCH_TILES_URL = _env("SEARCH_TILES_URL", default="")
SEARCH_TILES_CREDIT = _env("SEARCH_TILES_CREDIT", default="")
_tiles = urlsplit(SEARCH_TILES_URL)

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],  # the nonce is only sent by the pages that use one
        "style-src": [SELF],
        "img-src": [SELF, "data:", *([f"{_tiles.scheme}://{_tiles.netloc}"] if _tiles.netloc else [])],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF, *FORM_ACTION_EXTRA],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in (
        "accelerometer",
        "autoplay",
        "browsing-topics",
        "camera",
        "display-capture",
        "encrypted-media",
        "fullscreen",
        "geolocation",
        "gyroscope",
        "hid",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "screen-wake-lock",
        "serial",
        "usb",
    )
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"  # proposal links carry a token
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "jeveuxagir.web.errors.csrf_failure"

DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
#: room for the 3,000 rows that one decision of the brigade may name; the size above bounds the whole
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
#: no page gets a file but those that put their own handler in place
FILE_UPLOAD_HANDLERS = ["jeveuxagir.common.uploads.NoFiles"]

#: where security.txt sends whoever found a flaw
SECURITY_CONTACT = _env("SECURITY_CONTACT", default="securite@jeveuxagir.example")

#: the address shown on the help page
HELP_CONTACT = _env("HELP_CONTACT", default="aide@jeveuxagir.example")
