"""Settings and commands of a small shop.

The cache is reached at redis://cache:6379/0 and os.environ["NOT_READ"] is no longer used.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import threading
from os import environ, getenv

from dotenv import load_dotenv
from pydantic import Field, PostgresDsn
from pydantic_settings import BaseSettings, SettingsConfigDict

# os.environ
stripe_key = os.environ["STRIPE_KEY"]
shop_name = environ["SHOP_NAME"]
redis_host = os.environ.get("REDIS_HOST", "localhost")
queue_name = os.environ.get("QUEUE_NAME")
page_size = os.environ.setdefault("PAGE_SIZE", "50")
old_proxy = os.environ.pop("OLD_PROXY", None)
mail_host = os.environ.get("MAIL_HOST") or "mail.internal"
os.environ["TZ"] = "UTC"
del os.environ["LEGACY_FLAG"]
has_tracing = "TRACING_ENDPOINT" in os.environ
no_color = "NO_COLOR" not in os.environ

# os.getenv
region = os.getenv("REGION", "eu-central")
bucket = os.getenv("BUCKET", default="invoices")
workers = getenv("WORKERS", "4")
log_level = getenv("LOG_LEVEL")

# A missing variable is caught
try:
    sentry_dsn = os.environ["SENTRY_DSN"]
except KeyError:
    sentry_dsn = None


def release():
    try:
        return os.environ["RELEASE"]
    except KeyError:
        return "unreleased"


# What stops where it is missing
signing_key = os.environ.get("SIGNING_KEY")
if not signing_key:
    raise RuntimeError("SIGNING_KEY is not set")

tenant = os.getenv("TENANT")
if tenant is None:
    sys.exit("TENANT is not set")

hook_url = os.getenv("HOOK_URL")
assert hook_url

if not os.environ.get("CLUSTER_NAME"):
    raise RuntimeError("CLUSTER_NAME is not set")
assert os.getenv("REGION_CODE"), "REGION_CODE is not set"
billing_key = os.environ.get("BILLING_KEY") or sys.exit("BILLING_KEY is not set")

# A list of names
for name in ["LIST_USER", "LIST_HOST"]:
    if name not in os.environ:
        raise RuntimeError(name)
for name in ("LOOP_USER", "LOOP_HOST"):
    if not os.environ.get(name):
        raise RuntimeError(name)


# A function of one's own
def require_env(name):
    value = os.environ.get(name)
    if value is None:
        raise RuntimeError(f"{name} is not set")
    return value


def optional_env(name, default=None):
    return os.environ.get(name, default)


oauth_id = require_env("OAUTH_ID")
oauth_scope = optional_env("OAUTH_SCOPE", "read")
oauth_realm = sys.modules[__name__].require_env("OAUTH_REALM")


class Vault:
    def lookup(self, name, default=None):
        return os.getenv(name, default)


vault_role = Vault().lookup("VAULT_ROLE", "reader")


# pydantic-settings
class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="APP_", env_file=".env")

    api_key: str
    database_dsn: PostgresDsn
    cache_url: str = "redis://localhost:6379/1"
    smtp_host: str = Field(default="localhost", description="Where mail goes")
    jwt_issuer: str = Field(..., description="Who signs tokens")
    pool_size: int = Field(ge=1, le=50)
    legacy_token: str = Field(alias="LEGACY_TOKEN")
    nickname: str | None = None
    comment: str | None = Field(description="Free text")


# not: a class of settings for development
class DevelopmentSettings:
    token = os.environ["DEV_TOKEN"]


# python-dotenv
load_dotenv()
load_dotenv(".env.shared", override=True)

# subprocess
subprocess.run(["convert", "in.png", "out.webp"], check=True)
subprocess.Popen(["wkhtmltopdf", "a.html", "a.pdf"])
subprocess.check_output("pg_dump --schema-only shop", shell=True)
subprocess.run(f"gs -o merged.pdf {shop_name}.pdf", shell=True)
os.system("ffmpeg -i in.mov out.mp4")
os.system(f"rsync -a {shop_name} backup:/srv")
cmd = ["pdftoppm", "-png", "in.pdf", "page"]
subprocess.call(cmd)
threading.Thread(target=subprocess.run, args=(["exiftool", "a.jpg"],)).start()


async def transcode():
    await asyncio.create_subprocess_exec("sox", "a.wav", "b.ogg")
    await asyncio.create_subprocess_shell("mediainfo a.mp4")


def start(arguments):
    return subprocess.Popen(args=["tesseract", "a.png", "-"], stdin=None), arguments


# shutil.which
has_git = shutil.which("git")

# not: a name that is not a literal, a method that happens to be called run
subprocess.run([sys.executable, "-m", "shop"])
shop_name.run("convert")

# signal
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
asyncio.new_event_loop().add_signal_handler(signal.SIGINT, sys.exit)

# print
print("Shop is ready")

# not: a print that is flushed, or goes elsewhere
print("Shop is ready", flush=True)
print("Shop is ready", file=sys.stderr)

# Secrets of the stack
with open("/run/secrets/db_password") as secret:
    db_password = secret.read()

# not: a comment with os.environ["COMMENTED_OUT"]
# not: text that only names a variable
help_text = "Set os.environ['IN_TEXT'] before you start"

# not: a mapping that is called otherwise
headers = {"environ": {"HTTP_HOST": "shop.example"}}
host_header = headers["environ"]["HTTP_HOST"]
timeout = headers.get("TIMEOUT", "30")

# not: a condition that does not end anything
if not host_header:
    host_header = "shop.example"

# Only in development
if os.getenv("APP_ENV") == "development":
    # not: what only development needs
    os.environ["DEV_ONLY"] = "1"
    debug_key = os.environ["DEBUG_KEY"]
