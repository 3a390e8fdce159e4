"""All settings, read from the environment; a wrong value stops the start and names the variable.

docs/operations.md lists every variable; a test keeps that list complete.
"""

import secrets
import sys
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from logistics import embedded
from logistics.back_office.look import UNFOLD  # noqa: F401 - the admin's own setting
from logistics.environment import (
    is_days_of,
    is_mqtt_address,
    positive,
    read,
)
from logistics.planning_settings import *  # noqa: F403 - settings of their own file
from logistics.temperature import CODES

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Where things are -------------------------------------------------------------------------
VAR_DIR = Path(read("str", "VAR_DIR", str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)
SITE_URL = read("str", "SITE_URL", "http://127.0.0.1:8000")

# --- Security ---------------------------------------------------------------------------------
DEBUG = read("bool", "DEBUG", default=False)


def _secret_key() -> str:
    """Return SECRET_KEY, or one kept in VAR_DIR so that the embedded default needs no configuration."""
    given = read("str", "SECRET_KEY", "")
    if given:
        if len(given) < 32:
            msg = "SECRET_KEY: shorter than 32 characters; see docs/operations.md."
            raise ImproperlyConfigured(msg)
        return str(given)
    kept = VAR_DIR / "secret_key"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(48))
    return kept.read_text()


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = read("list", "ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = read("list", "CSRF_TRUSTED_ORIGINS", [])
IS_HTTPS = read("bool", "HTTPS", default=SITE_URL.startswith("https://"))
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, "'unsafe-inline'"],  # ECharts and Leaflet set style attributes
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

# --- Django -----------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.simple_history",
    "logistics.back_office.apps.ParkAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "oauth2_provider",
    "axes",
    "csp",
    "django_htmx",
    "lucide",
    "simple_history",
    "logistics",
    "warehouses",
    "routing",
]
MIDDLEWARE = [
    "logistics.api.arrivals.ArrivalMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "logistics.rest.guards.GuardMiddleware",  # before anything reads a cookie, a form or a body
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "logistics.urls"
WSGI_APPLICATION = "logistics.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
            "builtins": ["logistics.templatetags.icons"],
        },
    }
]
AUTH_USER_MODEL = "logistics.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# The password of the demo people that `load_fixtures --users` makes; empty = a fresh one is printed.
DEMO_PASSWORD = read("str", "DEMO_PASSWORD", "", lambda p: not p or len(p) >= 12)
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "today"
LOGOUT_REDIRECT_URL = "sign-in"
AXES_FAILURE_LIMIT = read("int", "SIGN_IN_ATTEMPTS", 8, positive)
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "logistics.web.errors.locked_out"
CSRF_FAILURE_VIEW = "logistics.web.errors.csrf_failure"

# --- Databases --------------------------------------------------------------------------------
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # synchronous FULL: temperature evidence must survive a power cut.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000;",
}


def _database(variable: str, default: str) -> dict[str, Any]:
    """Return a database's settings; SQLite gets WAL and IMMEDIATE, both keep their connections a minute."""
    settings: dict[str, Any] = read("db_url", variable, default)
    if settings["ENGINE"].endswith("sqlite3"):
        # Opening and closing cost 9 ms a request: pragmas, the schema, a checkpoint by the last to leave.
        return settings | {"OPTIONS": SQLITE_OPTIONS, "CONN_MAX_AGE": 60}
    if settings["ENGINE"].endswith("postgresql"):
        return settings | {"CONN_HEALTH_CHECKS": True, "CONN_MAX_AGE": 60}
    msg = f"{variable}: only sqlite:// and postgres:// are supported."
    raise ImproperlyConfigured(msg)


DATABASES = {"default": _database("DATABASE_URL", f"sqlite:///{VAR_DIR / 'luohe.sqlite3'}")}
if read("str", "DATABASE_OWNER_URL", ""):
    DATABASES["owner"] = _database("DATABASE_OWNER_URL", "") | {"TEST": {"MIRROR": "default"}}
# The role that the application signs in as on PostgreSQL; migrations grant it rows, never tables.
DATABASE_APP_ROLE = read("str", "DATABASE_APP_ROLE", "luohe_app")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Language and time ------------------------------------------------------------------------
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LANGUAGE_CODE = "zh-hans"
LANGUAGE_COOKIE_NAME = "language"
LOCALE_PATHS = [BASE_DIR / "logistics" / "locale"]
USE_I18N = USE_TZ = True
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = "Asia/Shanghai"

# --- Files ------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "media"
STATICFILES_DIRS = [
    (name, folder)
    for name, folder in (
        ("tabler", BASE_DIR / "node_modules" / "@tabler" / "core" / "dist" / "css"),
        ("tabler-js", BASE_DIR / "node_modules" / "@tabler" / "core" / "dist" / "js"),
        ("leaflet", BASE_DIR / "node_modules" / "leaflet" / "dist"),
        ("echarts", BASE_DIR / "node_modules" / "echarts" / "dist"),
    )
    if folder.is_dir()
]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
IMPORT_MAX_BYTES = read("int", "IMPORT_MAX_BYTES", 10 * 1024 * 1024, positive)
IMPORT_MAX_ROWS = read("int", "IMPORT_MAX_ROWS", 20_000, positive)

# --- REST -------------------------------------------------------------------------------------
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
OAUTH2_PROVIDER = {
    "SCOPES": {
        "loads:read": "Read loads",
        "trips:read": "Read trips and stops",
        "shipments:read": "Read shipments",
        "plans:write": "Start and commit plans",
        "telemetry:write": "Append readings",
        "events:read": "Read the event feed",
        "excursions:read": "Read temperature excursions",
        "excursions:write": "Acknowledge excursions and name their cause",
        "tenders:read": "Read the offers made to you",
        "tenders:write": "Answer the offers made to you",
    },
    "ACCESS_TOKEN_EXPIRE_SECONDS": 900,
    "PKCE_REQUIRED": True,
    "SCOPES_BACKEND_CLASS": "logistics.rest.oauth.MachineScopes",
    "OAUTH2_VALIDATOR_CLASS": "logistics.rest.oauth.MachineValidator",
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,  # tokens rest as SHA-256
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "logistics.rest.authentication.BearerAuthentication",
        "logistics.rest.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["logistics.rest.permissions.RoleAndScope"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "logistics.rest.schema.RestSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "logistics.rest.problems.handle",
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Luohe park coordination",
    "DESCRIPTION": "Loads, trips, stops and shipments for the carriers and shippers of the park.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "logistics.rest.schema.describe_credentials",
    ],
    "PATH_CONVERTER_OVERRIDES": {"pid": {"type": "string", "pattern": "^[a-z]+_[0-9A-Z]{26}$"}},
}
# What people see when a page fails; machines get problem+json (logistics.rest.problems).
PAGE_ERRORS = {
    400: "logistics.web.errors.bad_request",
    403: "logistics.web.errors.forbidden",
    404: "logistics.web.errors.not_found",
    500: "logistics.web.errors.server_error",
}
API_MAX_BODY_BYTES = read("int", "API_MAX_BODY_BYTES", 1024 * 1024, positive)
DATA_UPLOAD_MAX_MEMORY_SIZE = max(IMPORT_MAX_BYTES, API_MAX_BODY_BYTES) + 65_536

# --- Dossiers -----------------------------------------------------------------------------------
# The private key that signs them; empty = one is made at first use and kept in VAR_DIR.
DOSSIER_KEY_FILE: str = read(
    "str", "DOSSIER_KEY_FILE", "", lambda path: not path or Path(path).is_file()
)

# --- Celery: the broker is a doorbell, the database the truth ------------------------------------
MQTT_URL = read("str", "MQTT_URL", "", is_mqtt_address)
MQTT_GROUP = read("str", "MQTT_GROUP", "luohe", lambda name: name.isidentifier())
CELERY_BROKER_URL = read("str", "CELERY_BROKER_URL", embedded.broker_url(var_dir=VAR_DIR))
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "visibility_timeout": 3600,
        # After kill -9 of a worker its tasks come back within seconds (stack.md, measured 7.3 s).
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 3,
        # A doorbell that is not answered gives up at once: the sweeper finds the work.
        "max_retries": 1,
        "interval_start": 0.1,
        "interval_step": 0.1,
    }
    if CELERY_BROKER_URL.startswith("redis")
    else {}
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_ENABLE_UTC = True
CELERY_TASK_DEFAULT_QUEUE = "hints"
CELERY_TASK_ROUTES = {"routing.solve_plan": {"queue": "plans"}}
CELERY_TASK_CREATE_MISSING_QUEUES = True
SWEEP_PERIOD_S = read("int", "SWEEP_PERIOD_S", 10, positive)


def _beat(task: str, period_s: int) -> dict[str, Any]:
    """Return a beat entry whose message expires before the next one is due."""
    return {"task": task, "schedule": period_s, "options": {"expires": max(1, period_s - 1)}}


CELERY_BEAT_SCHEDULE = {
    name: _beat(name, period_s)
    for name, period_s in {
        "logistics.sequence_events": SWEEP_PERIOD_S,
        "logistics.beat_heart": SWEEP_PERIOD_S,
        "logistics.forget_requests": 3600,
        "warehouses.evaluate_due": SWEEP_PERIOD_S,
        "warehouses.watch_silence": SWEEP_PERIOD_S,
        "warehouses.judge_shipments": 6 * SWEEP_PERIOD_S,
        "warehouses.escalate_alarms": SWEEP_PERIOD_S,
        "warehouses.deliver_outbox": SWEEP_PERIOD_S,
        "warehouses.seal_blocks": 30 * SWEEP_PERIOD_S,
        "warehouses.tend_records": 3600,
        "routing.run_tenders": SWEEP_PERIOD_S,
        "routing.sweep_plans": max(1, SWEEP_PERIOD_S // 2),
    }.items()
}

# --- The record of temperatures -----------------------------------------------------------------
SEAL_AFTER_H = read("int", "SEAL_AFTER_H", 48, lambda h: 2 <= h <= 720)
READINGS_KEEP_ROWS_D = read("int", "READINGS_KEEP_ROWS_D", 0, lambda d: d == 0 or d >= 3)
# Longer than the oldest reading that is taken in, so that nothing comes in that is already past.
RECORDS_KEEP_D = read("int", "RECORDS_KEEP_D", 1095, lambda d: d > 730)
RECORDS_KEEP_D_BY_CLASS = {
    name: int(days)
    for name, _, days in (
        one.partition("=")
        for one in read(
            "list",
            "RECORDS_KEEP_D_BY_CLASS",
            [],
            lambda ones: all(is_days_of(one, CODES, least=731) for one in ones),
        )
    )
}

# --- Messages of alarms ---------------------------------------------------------------------------
EMAIL_URL = read(
    "str",
    "EMAIL_URL",
    "",
    lambda url: not url or url.startswith(("smtp://", "smtp+tls://", "smtp+ssl://")),
)
EMAIL_HOST = ""  # without a server nobody is called by e-mail, and the page says so
if EMAIL_URL:
    vars().update(environ.Env.email_url_config(EMAIL_URL))
EMAIL_FROM = read("str", "EMAIL_FROM", "alarms@luohe.invalid", lambda address: "@" in address)
NOTIFY_TIMEOUT_S = read("float", "NOTIFY_TIMEOUT_S", 10.0, lambda t: 0 < t <= 60)

# --- Logs ---------------------------------------------------------------------------------------
LOG_LEVEL = read("str", "LOG_LEVEL", "INFO", lambda v: v in {"DEBUG", "INFO", "WARNING", "ERROR"})
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": sys.stderr}
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "axes": {"level": "WARNING"},
        "celery": {"level": LOG_LEVEL},
        "geopy": {"level": "CRITICAL"},  # it would log whole addresses, with the key of our account
    },
}
