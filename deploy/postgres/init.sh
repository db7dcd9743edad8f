#!/bin/sh
# Runs once, when the volume is empty: a role and a database for each service, from the same secret that the service
# connects with. Only its own role may connect to a database, so no service can read another's tables, whatever its code says.
set -eu
secrets="${SECRETS_DIR:-/run/secrets}"

for context in auth survey notify; do
  # postgres://<role>:<password>@postgres:5432/<database>, as deploy/make-secrets.sh writes it.
  url="$(cat "$secrets/${context}_database_url")"
  credentials="${url#postgres://}"
  role="${credentials%%:*}"
  rest="${credentials#*:}"
  password="${rest%%@*}"
  database="${url##*/}"
  for word in "$role" "$password" "$database"; do
    case "$word" in
      "" | *[!A-Za-z0-9_]*)
        echo "${context}_database_url: role, password and database are letters, digits and _" >&2
        exit 1
        ;;
    esac
  done
  psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<SQL
CREATE ROLE "$role" LOGIN NOINHERIT PASSWORD '$password';
CREATE DATABASE "$database" OWNER "$role";
REVOKE ALL ON DATABASE "$database" FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE "$database" TO "$role";
SQL
done
psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<SQL
REVOKE ALL ON DATABASE postgres FROM PUBLIC;
REVOKE ALL ON DATABASE template1 FROM PUBLIC;
SQL
