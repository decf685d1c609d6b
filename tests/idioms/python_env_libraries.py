"""Settings that come through libraries over the environment."""

from decouple import config
from environs import Env

env = Env()

# environs
env.read_env()
env.read_env(".env.local", override=True)
env_host = env.str("MQ_HOST", "localhost")
env_port = env.int("MQ_PORT")
env_vhost = env.str("MQ_VHOST", default="/")
env_proxy = env.bool("MQ_PROXY", default=False)

# django-environ
secret_key = env("SECRET_KEY")
allowed_hosts = env("ALLOWED_HOSTS", default="localhost")
site_name = env("SITE_NAME", "Shop")

# python-decouple, starlette.config
api_token = config("API_TOKEN")
api_retries = config("API_RETRIES", default=3, cast=int)
api_region = config("API_REGION", "eu")

# not: names that no variable has
theme = config("theme.color")
colors = env.str("colors")

# not: other methods of what is called env
page = env.get_template("INDEX_HTML")
env.globals("NAME_OF_SHOP")

# not: a default that is not known to be one
api_user = config("API_USER", *["x"])

# not: the same word with an object before it
shop = object()
shop.config("SHOP_COLOR")
