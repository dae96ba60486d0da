"""Who publishes and hosts the site: shown on the legal page as given, marked as missing when not."""

import environ

_env = environ.Env()

HELP_PHONE = _env("HELP_PHONE", default="")

PUBLISHER_NAME = _env("PUBLISHER_NAME", default="")
PUBLISHER_ADDRESS = _env("PUBLISHER_ADDRESS", default="")
PUBLICATION_DIRECTOR = _env("PUBLICATION_DIRECTOR", default="")
HOST_NAME = _env("HOST_NAME", default="")
HOST_ADDRESS = _env("HOST_ADDRESS", default="")
HOST_PHONE = _env("HOST_PHONE", default="")
