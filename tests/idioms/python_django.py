"""Settings of Django."""

from pathlib import Path

from django.core.files.storage import FileSystemStorage
from django.core.management import call_command

BASE_DIR = Path(__file__).resolve().parent

# Databases
DATABASES = {
    "default": {"ENGINE": "django.db.backends.postgresql", "NAME": "shop", "HOST": "django-db"},
    "local": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"},
}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://django-cache:6379"},
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

# Channels
CHANNEL_LAYERS = {
    "default": {"BACKEND": "channels.layers.InMemoryChannelLayer"},
    "shared": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [("django-live", 6379)]},
    },
}

# Mail, jobs
EMAIL_HOST = "django-mail"
CELERY_BROKER_URL = "amqp://django-rabbit:5672"

# Sessions
SESSION_ENGINE = "django.contrib.sessions.backends.file"
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

# Uploads
MEDIA_ROOT = BASE_DIR / "media"
receipts = FileSystemStorage(location="/srv/shop/receipts")
DEFAULT_FILE_STORAGE = "storages.backends.s3boto3.S3Boto3Storage"
STORAGES = {"default": {"BACKEND": "storages.backends.gcloud.GoogleCloudStorage"}}

# django-crontab, django-q, huey, django-tasks
CRONJOBS = [("0 4 * * *", "shop.cron.clean")]
Q_CLUSTER = {"name": "shop", "sync": True}
HUEY = {"name": "shop", "immediate": True}
TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}

# Migrations
call_command("migrate")

# not: settings that are near
STATIC_ROOT = BASE_DIR / "static"
MEDIA_URL = "/media/"
SESSION_COOKIE_SECURE = True
EMAIL_HOST_USER = "shop"
HUEY_NAME = {"immediate": False}
call_command("collectstatic")
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
BROKER_NAME = "amqp"
TASK_TEXT = "The tasks of django.tasks.backends.immediate run at once"
