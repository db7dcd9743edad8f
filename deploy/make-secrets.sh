#!/bin/sh
# Writes the secrets of docker-compose.yml into deploy/secrets/, one file each. What is there already is kept.
set -eu
umask 077
folder="$(dirname "$0")/secrets"
mkdir -p "$folder"

# Letters and digits, a letter first: 192 bits.
password() { printf 'p%s' "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"; }
# A name and a value. The container's user reads it through its mount; the folder keeps everybody else out.
secret() {
  [ -e "$folder/$1" ] && return
  printf '%s' "$2" >"$folder/$1"
  chmod 444 "$folder/$1"
}

secret postgres_password "$(password)"
secret admin_password "$(password)"
# Yours to fill in: smtps://user:password@mail.example.org
secret smtp_url ""
# Yours to fill in, with an OpenID provider for the staff.
secret oidc_client_secret ""
for context in auth survey notify; do
  secret "${context}_database_url" "postgres://roundtrip_${context}:$(password)@postgres:5432/roundtrip_${context}"
  secret "${context}_nats_password" "$(password)"
  secret "${context}_master_key" "1:$(head -c 32 /dev/urandom | base64 | tr -d '\n')"
done
echo "secrets are in $folder; the first account's password is in $folder/admin_password"
