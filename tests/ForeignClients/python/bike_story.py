"""The bike story from the .proto files alone: token, score, eligibility, grant, replay, get, complete, and two refusals.

Needs Debian's python3-grpcio, python3-protobuf, protobuf-compiler and libprotobuf-dev; nothing from elsewhere.
"""

import http.client
import json
import os
import ssl
import subprocess
import sys
import tempfile
import urllib.parse
import uuid
from pathlib import Path

import grpc

# Where the gateway is and who calls: the environment variables of the sesame command, with the addresses and the
# certificates of "./sesame dev" where they are not set.
ENV = os.environ
REPOSITORY = Path(__file__).resolve().parents[3]
PARTNER = ENV.get("SESAME_PARTNER", "hello-bike")
ISSUER = ENV.get("SESAME_ISSUER", "https://localhost:7444")
GATEWAY = ENV.get("SESAME_GATEWAY", "https://localhost:7443")
PROTOS = Path(ENV.get("SESAME_PROTOS", REPOSITORY / "artifacts/protos"))
CERTIFICATE = Path(ENV.get("SESAME_CERTIFICATE", REPOSITORY / f"certs/partners/{PARTNER}.pem"))
KEY = Path(ENV.get("SESAME_KEY", REPOSITORY / f"certs/partners/{PARTNER}.key.pem"))
CA = Path(ENV.get("SESAME_CA", REPOSITORY / "certs/ca.pem"))

DEADLINE_SECONDS = 10


def main():
    with tempfile.TemporaryDirectory() as folder:
        generate_messages(folder)
        from sesame.partner.v1 import credit_score_service_pb2 as scores
        from sesame.partner.v1 import deposit_waiver_service_pb2 as waivers
        from sesame.partner.v1 import eligibility_service_pb2 as eligibility

        token = request_token("score.read eligibility.check deposit_waiver.read deposit_waiver.write")
        credentials = grpc.ssl_channel_credentials(CA.read_bytes(), KEY.read_bytes(), CERTIFICATE.read_bytes())
        with grpc.secure_channel(urllib.parse.urlsplit(GATEWAY).netloc, credentials) as channel:
            gateway = Gateway(channel, token)
            read_score(gateway, scores)
            check_eligibility(gateway, eligibility, "test-650")
            check_eligibility(gateway, eligibility, "test-649")
            rent_bike(gateway, waivers)
            expect_refusal(gateway, scores, scores.GetCreditScoreRequest(subject="nobody"))
            expect_refusal(gateway, scores, scores.GetCreditScoreRequest(subject="test-650", include_dimensions=True))


class Gateway:
    """Unary calls by descriptor, so that no generated service code is needed."""

    def __init__(self, channel, token):
        self.channel = channel
        self.metadata = [("authorization", f"Bearer {token}")]

    def call_for_bytes(self, service, method, request):
        """The answer's bytes and its headers."""
        stub = self.channel.unary_unary(f"/{service.full_name}/{method}", request_serializer=type(request).SerializeToString)
        answer, call = stub.with_call(request, metadata=self.metadata, timeout=DEADLINE_SECONDS)
        return answer, dict(call.initial_metadata())

    def call(self, service, method, request, response_type):
        return response_type.FromString(self.call_for_bytes(service, method, request)[0])


def read_score(gateway, scores):
    service = scores.DESCRIPTOR.services_by_name["CreditScoreService"]
    request = scores.GetCreditScoreRequest(subject="test-650")
    answer = gateway.call(service, "GetCreditScore", request, scores.GetCreditScoreResponse)
    show("score", subject=answer.subject, score=answer.score.score, band=scores.ScoreBand.Name(answer.score.band))


def check_eligibility(gateway, eligibility, subject):
    service = eligibility.DESCRIPTOR.services_by_name["EligibilityService"]
    request = eligibility.CheckEligibilityRequest(subject=subject, programme="bike.deposit_free")
    answer = gateway.call(service, "CheckEligibility", request, eligibility.CheckEligibilityResponse)
    show(
        "eligibility",
        subject=subject,
        decision=eligibility.EligibilityDecision.Name(answer.decision),
        reasons=[eligibility.DecisionReason.Name(detail.reason) for detail in answer.reasons],
        covered_fen=answer.terms.covered_amount.minor_units if answer.HasField("terms") else None,
    )


def rent_bike(gateway, waivers):
    service = waivers.DESCRIPTOR.services_by_name["DepositWaiverService"]

    def show_waiver(step, waiver):
        show(
            step,
            subject=waiver.subject,
            state=waivers.DepositWaiverState.Name(waiver.state),
            waived_fen=waiver.waived_amount.minor_units,
            allowed_actions=[waivers.DepositWaiverAction.Name(action) for action in waiver.allowed_actions],
        )

    ride = waivers.GrantDepositWaiverRequest(
        request_id=str(uuid.uuid4()), order_id=f"ride-{uuid.uuid4()}", subject="test-650", programme="bike.deposit_free"
    )
    first, _ = gateway.call_for_bytes(service, "GrantDepositWaiver", ride)
    granted = waivers.GrantDepositWaiverResponse.FromString(first).deposit_waiver
    show_waiver("grant", granted)

    # No answer seen? Send the same request again: it has one effect, and the first answer comes back.
    again, headers = gateway.call_for_bytes(service, "GrantDepositWaiver", ride)
    show("replay", bytes_equal=again == first, replayed_from=headers["sesame-replayed-from"])

    request = waivers.GetDepositWaiverRequest(deposit_waiver_id=granted.deposit_waiver_id)
    show_waiver("get", gateway.call(service, "GetDepositWaiver", request, waivers.GetDepositWaiverResponse).deposit_waiver)

    request = waivers.CompleteDepositWaiverRequest(request_id=str(uuid.uuid4()), deposit_waiver_id=granted.deposit_waiver_id)
    show_waiver("complete", gateway.call(service, "CompleteDepositWaiver", request, waivers.CompleteDepositWaiverResponse).deposit_waiver)


def expect_refusal(gateway, scores, request):
    """What a refused call says: a google.rpc.Status in the trailer grpc-status-details-bin."""
    from google.rpc import error_details_pb2, status_pb2

    service = scores.DESCRIPTOR.services_by_name["CreditScoreService"]
    try:
        gateway.call(service, "GetCreditScore", request, scores.GetCreditScoreResponse)
    except grpc.RpcError as error:
        trailers = dict(error.trailing_metadata())
        status = status_pb2.Status.FromString(trailers["grpc-status-details-bin"])
        info = only(status, error_details_pb2.ErrorInfo)
        show(
            "refused",
            code=error.code().name,
            reason=info.reason,
            domain=info.domain,
            metadata=dict(info.metadata),
            request_id=only(status, error_details_pb2.RequestInfo).request_id,
            help=[link.url for link in only(status, error_details_pb2.Help).links],
        )
    else:
        sys.exit("GetCreditScore had to be refused")


def only(status, message_type):
    """The one detail of this type."""
    (detail,) = [detail for detail in status.details if detail.Is(message_type.DESCRIPTOR)]
    return message_type.FromString(detail.value)


def generate_messages(folder):
    """Makes Python classes of the contracts; protoc brings google/protobuf/*.proto itself."""
    files = [path.relative_to(PROTOS) for part in ("sesame/partner/v1", "google") for path in PROTOS.glob(f"{part}/**/*.proto")]
    subprocess.run(["protoc", f"--proto_path={PROTOS}", f"--python_out={folder}", *files], check=True)
    sys.path.insert(0, folder)


def request_token(scope):
    """OAuth with the client's certificate (RFC 8705): the metadata names the token endpoint that asks for it."""
    tls = ssl.create_default_context(cafile=CA)
    metadata = fetch(tls, "GET", urllib.parse.urljoin(ISSUER, "/.well-known/openid-configuration"))
    endpoint = metadata["mtls_endpoint_aliases"]["token_endpoint"]
    tls.load_cert_chain(CERTIFICATE, KEY)
    answer = fetch(tls, "POST", endpoint, {"grant_type": "client_credentials", "client_id": PARTNER, "scope": scope})
    show("token", token_type=answer["token_type"], expires_in=answer["expires_in"], endpoint=endpoint)
    return answer["access_token"]


def fetch(tls, method, url, form=None):
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=DEADLINE_SECONDS, context=tls)
    body = urllib.parse.urlencode(form) if form else None
    connection.request(method, parts.path, body, {"content-type": "application/x-www-form-urlencoded"} if form else {})
    response = connection.getresponse()
    answer = json.loads(response.read())
    connection.close()
    if response.status != http.client.OK:
        sys.exit(f"{method} {url}: {response.status} {answer}")
    return answer


def show(step, **fields):
    """Prints one step as a line of JSON."""
    print(json.dumps({"step": step, **fields}), flush=True)


if __name__ == "__main__":
    main()
