"""The roof: wires everything. README.md lists every environment variable that is read here."""

from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF

from portal import environment

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(environment.text("DATA_DIR", str(BASE_DIR / "var")))

DEBUG = environment.flag("DEBUG", default=False)
SECRET_KEY = environment.secret_key(debug=DEBUG)
DEMO = environment.flag("DEMO", default=False)

SITE_URL = environment.origin("SITE_URL", default="http://127.0.0.1:8000")
SECURE = SITE_URL.startswith("https://")
ALLOWED_HOSTS = [urlsplit(SITE_URL).hostname, *environment.text("ALLOWED_HOSTS").split()]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
TRUSTED_PROXIES = environment.networks("TRUSTED_PROXIES")

OPERATOR_NAME = environment.text("OPERATOR_NAME", "Partnership Agreements (demonstration)")
OPERATOR_EMAIL = environment.text("OPERATOR_EMAIL", "operator@example.org")

INSTALLED_APPS = [
    "portal.foundation",
    "directory",
    "agreements",
    "reviews",
    "portal.home",
    "portal.exports",
    "portal.dashboards",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "django_filters",
    "csp",
]

MIDDLEWARE = [
    "portal.foundation.doors.Headers",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.foundation.languages.ChosenLanguage",
    "portal.foundation.typed.KeepWhatWasTyped",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "portal.home.doors.SecondFactorFirst",
    "portal.foundation.doors.KeepSessionAlive",
    "portal.foundation.doors.LeaveNothing",
    "portal.foundation.doors.NoStore",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.home.context.operator",
                "portal.foundation.languages.languages",
                "portal.home.demo.context.demo",
            ],
        },
    }
]

DATABASES = {
    "default": dj_database_url.parse(environment.text("DATABASE_URL", f"sqlite:///{DATA_DIR / 'portal.sqlite3'}")),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Seen with racing writers: without these three, one write in seven answers "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    # A host that is gone would hold each visitor up for minutes.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)

# For a move to another database: manage.py dumpdata --format whole.
SERIALIZATION_MODULES = {"whole": "portal.foundation.whole"}

CACHES = {
    # In the database, so that Redis can die without anyone noticing.
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"},
}

AUTH_USER_MODEL = "foundation.User"
# What the directory asks before it keeps a change of people: it doesn't know what is live.
RULES_ON_POSTS = [
    "directory.changes.cjvsf_keeps_an_administrator",
    "agreements.owners.nobody_stands_on_both_sides",
    "agreements.owners.nothing_live_is_left_alone",
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "front"
ACCOUNT_ADAPTER = "portal.foundation.doors.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {
    "login": "portal.home.signing_in.SignInForm",
    "reset_password_from_key": "portal.home.signing_in.NewPasswordForm",
}
# The same answer for known and unknown addresses. Guesses are slowed by portal.foundation.throttle: a limit that
# refuses would refuse the victim too.
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None}
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(SITE_URL).scheme
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Approvers, signatories and CJVSF administrators always need a second factor; with this, everybody does.
REQUIRE_SECOND_FACTOR = environment.flag("REQUIRE_SECOND_FACTOR", default=False)
# A passkey is a second factor here, beside the password. It works under HTTPS, and at http://localhost.
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_ADAPTER = "portal.foundation.doors.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "portal.home.signing_in.CodeForm",
    "reauthenticate": "portal.home.signing_in.CodeAgainForm",
}
MFA_TOTP_ISSUER = OPERATOR_NAME

PASSWORD_RESET_TIMEOUT = 60 * 60
SESSION_COOKIE_AGE = 60 * environment.whole_number("SESSION_MINUTES", default=60)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.home.views.csrf_failure"
SECURE_SSL_REDIRECT = SECURE and environment.flag("SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("gd", "Gàidhlig")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
TIME_ZONE = "Europe/London"
USE_TZ = True
DATE_FORMAT = "j F Y"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = Path(environment.text("DOCUMENTS_DIR", str(DATA_DIR / "documents")))
STORAGES = {
    "default": {"BACKEND": "portal.foundation.storage.WholeFiles"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "portal.foundation.static.HashedStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "portal"
FORM_RENDERER = "portal.foundation.forms.Renderer"

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
if DEMO:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_HOST = environment.text("EMAIL_HOST", "localhost")
EMAIL_PORT = environment.whole_number("EMAIL_PORT", default=25)
EMAIL_HOST_USER = environment.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = environment.flag("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = environment.text("EMAIL_FROM", f"{OPERATOR_NAME} <{OPERATOR_EMAIL}>")

BROKER_URL = environment.text("BROKER_URL", "filesystem://")
BROKER_DIR = DATA_DIR / "broker"

SEAL_KEY_FILE = Path(environment.text("SEAL_KEY_FILE", str(DATA_DIR / "seal" / "seal.p12")))
SEAL_KEY_PASSPHRASE = environment.text("SEAL_KEY_PASSPHRASE", SECRET_KEY if DEBUG or DEMO else "")
SEAL_KNOWN_CERTIFICATES = Path(environment.text("SEAL_KNOWN_CERTIFICATES", str(SEAL_KEY_FILE.parent)))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "portal.foundation.logs.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # WeasyPrint tells every step of every page that it makes.
    # Celery says of every sweep that it came and went, every few seconds; kombu misses a host name where the broker is a folder.
    "loggers": {
        "celery": {"level": "WARNING"},
        "kombu.connection": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "WARNING"},
    },
    "root": {"handlers": ["console"], "level": environment.text("LOG_LEVEL", "INFO")},
}
