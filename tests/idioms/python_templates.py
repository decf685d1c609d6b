"""Pages of the shop: nothing here reads the process."""

from jinja2 import FileSystemLoader, Template
from jinja2 import sandbox

# not: an environment of templates
env = sandbox.SandboxedEnvironment(loader=FileSystemLoader("pages"))
index = env.get_template("INDEX_HTML")
text = env.str("NOT_A_VARIABLE", "x")
title = env("PAGE_TITLE")

# not: a setting of the template engine
config = Template
width = config("PAGE_WIDTH", default=80)

# not: a mapping with the name of a variable
environment = {"PAGE_LANG": "en"}
lang = environment["PAGE_LANG"]

# not: a path that only looks like one of the stack's secrets
secrets_link = "https://shop.example/run/secrets"
