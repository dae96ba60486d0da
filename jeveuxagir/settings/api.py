"""The API: read, without an account, counted per address; with its key, an organisation's own data."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [],
    "DEFAULT_THROTTLE_CLASSES": ["jeveuxagir.api.throttling.AddressThrottle"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "jeveuxagir.api.errors.in_french",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Jeveuxagir",
    "VERSION": "1.0",
    "DESCRIPTION": (
        "Les missions de bénévolat, les organisations qui les portent, les territoires et les vocabulaires. "
        "En lecture, sans compte. Et, avec sa clé, les données d’une organisation."
    ),
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PREPROCESSING_HOOKS": ["jeveuxagir.api.schema.only_ours"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "jeveuxagir.api.schema.answers",
    ],
    "ENUM_NAME_OVERRIDES": {
        "College": "alliances.enums.College",
        "MissionMode": "missions.enums.MissionMode",
        "Commitment": "volunteers.requests.enums.Commitment",
        "SlotKind": "missions.enums.SlotKind",
        "OrganisationKind": "organisations.enums.Kind",
        "Sort": "missions.search.Sort",
        "MeansKind": "missions.resources.enums.Kind",
        "Means": "missions.resources.enums.Means",
        "WorkFormat": "missions.skill_needs.enums.Format",
        "SponsorshipSide": "missions.sponsorships.enums.Side",
    },
}
