#!/usr/bin/env bash
# The first secured call with curl and jq: an access token over mutual TLS, then CheckEligibility. Usage: check.sh SUBJECT...
set -euo pipefail
tls=(--silent --cacert "$SESAME_CERTS/ca.pem" --cert "$SESAME_CERTS/partners/$SESAME_PARTNER.pem" --key "$SESAME_CERTS/partners/$SESAME_PARTNER.key.pem")

# OAuth's client_credentials; the certificate proves who asks, and the token works with this certificate only (RFC 8705).
token=$(curl "${tls[@]}" -d grant_type=client_credentials -d "client_id=$SESAME_PARTNER" -d scope=eligibility.check "$SESAME_GATEWAY/connect/token" | jq -r .access_token)

for subject in "$@"; do
    jq -n --arg subject "$subject" '{subject: $subject, programme: "bike.deposit_free"}' |
        curl "${tls[@]}" -H "authorization: Bearer $token" -H 'content-type: application/json' -d @- "$SESAME_GATEWAY/v1/eligibility:check" |
        jq -r --arg subject "$subject" '[$subject, if .error then (.error.details[] | .reason // .links[0].url // empty) else .decision, (.reasons[]? | .reason, .textEn) end] | join(" ")'
done
