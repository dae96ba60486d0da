"""Settings shared by every environment. Values that differ come from environment variables."""

from pathlib import Path

import environ

from .accounts import *
from .api import *
from .celery import *
from .logs import *
from .publisher import *
from .security import *

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.Env()

SECRET_KEY = env("SECRET_KEY", default="")
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
SITE_URL = env("SITE_URL", default="http://127.0.0.1:8000")
SITE_NAME = "Jeveuxagir"

INSTALLED_APPS = [
    # the platform
    "jeveuxagir.ui",
    "jeveuxagir.taxonomies",
    "jeveuxagir.territories",
    "jeveuxagir.audit",
    "jeveuxagir.findable",
    "jeveuxagir.notifications",
    "jeveuxagir.accounts",
    "jeveuxagir.moderation",
    # the domains
    "organisations",
    "organisations.networks",
    "organisations.companies",
    "organisations.api_keys",
    "volunteers.requests",
    "missions",
    "missions.participations",
    "missions.proposals",
    "missions.feeds",
    "missions.alerts",
    "missions.skill_needs",
    "missions.offers",
    "missions.resources",
    "missions.sponsorships",
    "missions.pairings",
    "missions.impact",
    "alliances",
    "alliances.texts",
    "alliances.governance",
    "alliances.evaluations",
    "alliances.contributions",
    "alliances.indicators",
    "alliances.shared_documents",
    "alliances.exchanges",
    "alliances.challenges",
    "alliances.library",
    "alliances.statements",
    "alliances.examples",
    "alliances.ideas",
    "alliances.introductions",
    "alliances.glossary",
    "alliances.programme",
    "alliances.events",
    "brigades",
    # the roof
    "jeveuxagir.api",
    "jeveuxagir.web",
    # libraries
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "pgtrigger",
    "widget_tweaks",
    "django.forms",
    "dsfr",
]

MIDDLEWARE = [
    "jeveuxagir.web.middleware.RequestLogMiddleware",
    "jeveuxagir.ui.middleware.SafeHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "jeveuxagir.accounts.middleware.SignInFirst",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "jeveuxagir.accounts.middleware.SecondFactor",
    "jeveuxagir.ui.errors.ErrorPages",
]

ROOT_URLCONF = "jeveuxagir.urls"
WSGI_APPLICATION = "jeveuxagir.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["jeveuxagir.ui.loaders.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "jeveuxagir.ui.context.site",
            ],
        },
    },
]
FORM_RENDERER = "jeveuxagir.ui.forms.Renderer"

DATABASES = {"default": env.db("DATABASE_URL", default="postgresql:///jeveuxagir")}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c statement_timeout=10s -c lock_timeout=3s"
# The web process pools its connections (wsgi.py says so); workers and commands close theirs.
if env.bool("DATABASE_POOL", default=False):
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = (
        True  # one that died with the database is replaced, not served
    )
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": env.int("DATABASE_POOL_SIZE", default=8),
        "timeout": 5,
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

#: how long a process keeps the vocabularies of the search before it reads them again
SEARCH_TERMS_SECONDS = 60

REDIS_URL = env("REDIS_URL", default="")
CACHES = {
    "default": {
        "BACKEND": "jeveuxagir.common.cache.SharedCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

AUTH_USER_MODEL = "accounts.User"

LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "jeveuxagir.ui.staticfiles.AppsFinder",
    "jeveuxagir.ui.staticfiles.BuiltFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Hashed names: browsers keep them for ever.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
# What people bring: under no public address, and saved with the database (ops/backup.py). One folder for all processes.
PRIVATE_FILES = env("PRIVATE_FILES", default=str(BASE_DIR / ".var" / "private"))
# A function(path) that names what it finds in a file; empty: no scanner.
FILE_SCANNER = env("FILE_SCANNER", default="")
DSFR_USE_INTEGRITY_CHECKSUMS = False  # hashed names change the stylesheets, their sums would refuse them

EMAIL_HOST = env("EMAIL_HOST", default="127.0.0.1")
EMAIL_PORT = env.int("EMAIL_PORT", default=2525)
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Jeveuxagir <ne-pas-repondre@jeveuxagir.example>")
MESSAGE_ID_DOMAIN = env("MESSAGE_ID_DOMAIN", default="jeveuxagir.example")
OUTBOX_RELAY = env("OUTBOX_RELAY", default="jeveuxagir.notifications.relay.SmtpRelay")
OUTBOX_LEASE = env.float("OUTBOX_LEASE", default=120)  # seconds a sender may hold a message without a sign
OUTBOX_PAUSE = env.float("OUTBOX_PAUSE", default=15)  # seconds before the second try; doubles
OUTBOX_PER_MINUTE = env.int("OUTBOX_PER_MINUTE", default=0)  # what the relay accepts; 0: no limit
OUTBOX_SWEEP = env.float("OUTBOX_SWEEP", default=60)  # seconds between two sweeps

# Loopback ports that outgoing HTTP may reach (tests and demo only; a deploy check refuses any).
LOOPBACK_PORTS = env.list("LOOPBACK_PORTS", cast=int, default=[])

# Where the list of erased people is written each hour, apart from the database and its backups. Empty: nowhere.
ERASURES_FOLDER = env("ERASURES_FOLDER", default="")

# Public registries of companies and associations; {number} stands for what is looked up. Empty: nothing is asked.
SIRENE_URL = env("SIRENE_URL", default="")
RNA_URL = env("RNA_URL", default="")
