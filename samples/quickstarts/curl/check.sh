#!/usr/bin/env bash
# The first secured call with curl: an access token over mutual TLS, then CheckEligibility. Usage: check.sh SUBJECT...
set -euo pipefail
tls=(--silent --cacert "$SESAME_CERTS/ca.pem" --cert "$SESAME_CERTS/partners/$SESAME_PARTNER.pem" --key "$SESAME_CERTS/partners/$SESAME_PARTNER.key.pem")
contracts=(-I "$SESAME_PROTOS" sesame/partner/v1/eligibility_service.proto)
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

# OAuth's client_credentials; the certificate proves who asks, and the token works with this certificate only (RFC 8705).
token=$(curl "${tls[@]}" -d grant_type=client_credentials -d "client_id=$SESAME_PARTNER" -d scope=eligibility.check "$SESAME_GATEWAY/connect/token" |
    sed -n 's/.*"access_token": *"\([^"]*\)".*/\1/p')

for subject in "$@"; do
    # gRPC on the wire: a flag, the length in four bytes, the message; the status comes in a header, or in a trailer behind the message.
    echo "subject: '$subject' programme: 'bike.deposit_free'" | protoc "${contracts[@]}" --encode=sesame.partner.v1.CheckEligibilityRequest >"$folder/message"
    printf "\\0\\0\\0\\0\\x$(printf %02x "$(stat -c %s "$folder/message")")" | cat - "$folder/message" |
        curl "${tls[@]}" --http2 -H 'content-type: application/grpc' -H 'te: trailers' -H "authorization: Bearer $token" --data-binary @- \
            -D "$folder/headers" -o "$folder/answer" "$SESAME_GATEWAY/sesame.partner.v1.EligibilityService/CheckEligibility"
    details=$(sed -n 's/^grpc-status-details-bin: *//p' "$folder/headers" | tr -d '\r')
    if [[ -n "$details" ]]; then
        # google.rpc.Status in base64 without padding. Its Help link leads to the page on cause and fix, and ends with the reason.
        help=$({ base64 -d 2>/dev/null <<<"$details" || true; } | grep -aoE 'https://[^[:cntrl:]]*/errors/[A-Z_]+')
        echo "$subject ${help##*/} $help"
    else
        tail -c +6 "$folder/answer" | protoc "${contracts[@]}" --decode=sesame.partner.v1.CheckEligibilityResponse |
            sed -nE 's/^ *(decision|reason|text_en): "?([^"]*)"?$/\2/p' | paste -sd ' ' | sed "s/^/$subject /"
    fi
done
