"""Sign-up, sign-in, second factor and sessions."""

import environ

_env = environ.Env()

#: A form filled in faster than this is sent by a program.
BOT_MINIMUM_SECONDS = 2
