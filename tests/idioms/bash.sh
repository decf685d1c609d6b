#!/usr/bin/env bash
# Starts a small shop. $COMMENTED_OUT is not read, and redis://cache:6379 is not asked.
set -euo pipefail

# Variables that have to be there
: "${STRIPE_KEY:?STRIPE_KEY is not set}"
token="${TENANT?}"

# Variables with a default
redis_host="${REDIS_HOST:-localhost}"
mail_host="${MAIL_HOST:=mail.internal}"
region="${REGION-eu}"

# Variables
echo "$QUEUE_NAME"
echo "${BUCKET}"

# What stops where it is missing
[ -z "$SIGNING_KEY" ] && exit 1
[ -n "$HOOK_KEY" ] || exit 1
if [ -z "$CLUSTER" ]; then
  echo "CLUSTER is not set" >&2
  exit 1
fi

# not: variables of the script itself, a text in single quotes
name=shop
echo "$name" "${name:-shop}"
echo 'Set $IN_TEXT before you start'

# .env
set -a
. ./.env
set +a
export $(grep -v '^#' .env | xargs)

# An example of the file
export $(cat .env.example | xargs)

# not: a library of the shell
source ./library.sh

# A URL of a service
database_url="postgres://shop@orders-db/shop"
cache_url=redis://cache:6379

# not: a URL of the web, one that is put together, a comparison with one
home="https://shop.example/redis"
other_url="redis://$redis_host:6379"
[ "$home" = "redis://cache:6379" ] && echo same

# Commands
pg_dump --schema-only shop
convert in.png out.webp

# not: words of the shell, functions of the script
echo ready
true
cd /srv/shop

# Whether a command is there
command -v ffmpeg
which git
hash jq
type sox

# not: a command that is not written here
"$name" --version

# Secrets of the stack
password=$(cat /run/secrets/db_password)
mail_password=$(cat "/run/secrets/mail_password")

# not: a page with secrets in its name
page=https://shop.example/run/secrets

exec shop --token "$token" --mail "$mail_host" --region "$region" --page "$page" --password "$password"
