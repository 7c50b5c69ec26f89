#!/usr/bin/env bash
# A hospital whose system speaks HTTP and JSON alone: a visit from its opening to a refund, with curl, jq and a certificate.
# hospital.sh [PARTNER]: prints a line of JSON for each step, and stops at the first that goes wrong (exit 1, or 3: not granted). Against ./sesame dev it runs as it stands;
# else set SESAME_GATEWAY, SESAME_ISSUER, SESAME_CERTIFICATE, SESAME_KEY, SESAME_CA, and the person in SESAME_SUBJECT.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
gateway="${SESAME_GATEWAY:-https://localhost:7443}" issuer="${SESAME_ISSUER:-https://localhost:7444}"
partner="${1:-huashan-hospital}" subject="${SESAME_SUBJECT:-test-650}"
tls=(
    --cacert "${SESAME_CA:-$root/certs/ca.pem}"
    --cert "${SESAME_CERTIFICATE:-$root/certs/partners/$partner.pem}"
    --key "${SESAME_KEY:-$root/certs/partners/$partner.key.pem}"
)
headers="$(mktemp)"
trap 'rm -f "$headers"' EXIT

# call VERB PATH [BODY]: prints the answer, or the error. Where the gateway says when to repeat, that is done, with the same body and so the same request id.
call() {
    local body=() answer wait
    [[ $# -lt 3 ]] || body=(--header 'content-type: application/json' --data "$3")
    while true; do
        answer="$(curl --silent --show-error "${tls[@]}" --request "$1" --header "authorization: Bearer $token" --dump-header "$headers" "${body[@]}" "${gateway%/}$2")"
        wait="$(header retry-after)"
        [[ -n "$wait" ]] || break
        sleep "$wait"
    done
    printf '%s\n' "$answer"
}

# header NAME: of the last answer.
header() { sed -n "s/^$1: *//Ip" "$headers" | tr -d '\r'; }

# show NAME FILTER: prints what the filter makes of the answer, under the step's name.
show() { jq --compact-output --arg step "$1" "{step: \$step} + ($2)"; }

# step NAME FILTER: the same where no error should come; one ends the story with its reason.
step() { jq --arg step "$1" 'if .error then "\($step): \(.error.details[0].reason): \(.error.message)\n" | halt_error(1) else . end' | show "$@"; }

uuid() { cat /proc/sys/kernel/random/uuid; }

# charge ID KIND FEN: the body of a department's charge.
charge() {
    jq --null-input --arg id "$1" --arg kind "VISIT_CHARGE_KIND_$2" --arg fen "$3" --arg request "$(uuid)" \
        '{requestId: $request, chargeId: $id, kind: $kind, amount: {currencyCode: "CNY", minorUnits: $fen}}'
}

state='.visit | {state, outstanding_fen: (.outstandingAmount.minorUnits // "0"), remaining_fen: (.remainingAmount.minorUnits // "0")}'

# 1. A token, which works with this certificate alone. Where it is had is in the issuer's metadata.
endpoint="$(curl --silent --show-error --cacert "${tls[1]}" "${issuer%/}/.well-known/oauth-authorization-server" | jq --raw-output '.mtls_endpoint_aliases.token_endpoint')"
token="$(curl --silent --show-error "${tls[@]}" --data grant_type=client_credentials --data "client_id=$partner" \
    --data-urlencode 'scope=deferred_payment.read deferred_payment.write' "$endpoint" |
    jq --raw-output 'if .access_token then .access_token else "token: \(.error): \(.error_description)\n" | halt_error(1) end')"

# 2. The person agrees at the counter, and a visit is opened: its limit is held. Where none is granted, the reasons are told, and the person pays as ever.
order="visit-$(uuid)"
opened="$(call POST /v1/visits "$(jq --null-input --arg order "$order" --arg subject "$subject" --arg request "$(uuid)" \
    '{requestId: $request, orderId: $order, subject: $subject, programme: "hospital.pay_later"}')")"
jq --exit-status '.notGranted // empty' <<< "$opened" && exit 3
step open "$state" <<< "$opened"
visit="/v1/visits/$(jq --raw-output .visit.visitId <<< "$opened")"

# 3. Departments charge as the person passes. The line to the pharmacy breaks, so it sends its charge twice: it counts once.
call POST "$visit/charges" "$(charge registration REGISTRATION 2500)" | step registration "$state"
call POST "$visit/charges" "$(charge x-ray EXAMINATION 18000)" | step examination "$state"
pills="$(charge pills MEDICINE 6400)"
call POST "$visit/charges" "$pills" | step pharmacy "$state"
again="$(call POST "$visit/charges" "$pills")"
step pharmacy-again "$state + {replayed: $([[ -n "$(header sesame-replayed-from)" ]] && echo true || echo false)}" <<< "$again"

# 4. More than the limit allows is refused, with the reason and a page about it.
call POST "$visit/charges" "$(charge surgery TREATMENT 900000)" |
    show surgery '.error | {code, status, reason: .details[0].reason, remaining_fen: .details[0].metadata.remaining_fen, help: (.details[] | .links[0].url // empty)}'

# 5. The pills are not there; the charge is taken back.
call POST "$visit/charges/pills:void" "{\"requestId\": \"$(uuid)\"}" | step void "$state"

# 6. The visit ends. Insurance bears most of it; the rest is the person's.
call POST "$visit:close" "$(jq --null-input --arg request "$(uuid)" '
    def cny: {currencyCode: "CNY", minorUnits: .};
    {
        requestId: $request,
        settlement: {
            lines: [
                {chargeId: "registration", selfPayAmount: ("2500" | cny)},
                {chargeId: "x-ray", pooledFundAmount: ("12000" | cny), selfPayAmount: ("6000" | cny)}
            ],
            totalAmount: ("20500" | cny), pooledFundAmount: ("12000" | cny), selfPayAmount: ("8500" | cny)
        }
    }')" | step close "$state"

# 7. Part of the X-ray is given back. While the charge is just being collected, the gateway says when to ask again.
call POST "$visit/charges/x-ray:refund" "$(jq --null-input --arg request "$(uuid)" '{requestId: $request, amount: {currencyCode: "CNY", minorUnits: "1000"}}')" |
    step refund "$state"

# 8. By the hospital's own id, and among all visits of the person, whose subject is in no address.
call GET "/v1/orders/$order/visit" | step get '.visit | {order: (.orderId == "'"$order"'"), charges: [.bill.charges[] | {id: .chargeId, void: has("voidTime")}]}'
call POST /v1/visits:search "$(jq --null-input --arg subject "$subject" '{subject: $subject, pageSize: 1}')" | step list '{visits: (.visits | length), newest: (.visits[0].orderId == "'"$order"'")}'
