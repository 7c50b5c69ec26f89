"""The first secured call in Python: an access token over mutual TLS, then CheckEligibility. Usage: check.py SUBJECT..."""

import json, os, ssl, subprocess, sys, tempfile, urllib.parse, urllib.request
from pathlib import Path
import grpc

gateway, partner = os.environ["SESAME_GATEWAY"], os.environ["SESAME_PARTNER"]
certs, protos = Path(os.environ["SESAME_CERTS"]), Path(os.environ["SESAME_PROTOS"])
ca, certificate, key = certs / "ca.pem", certs / f"partners/{partner}.pem", certs / f"partners/{partner}.key.pem"

# Classes of the contracts; in a project of your own, protoc's output is part of the source or of the build.
generated = tempfile.TemporaryDirectory()
files = [*protos.glob("google/*/*.proto"), *protos.glob("sesame/partner/v1/*.proto")]
subprocess.run(["protoc", f"-I{protos}", f"--python_out={generated.name}", *files], check=True)
sys.path.insert(0, generated.name)
from google.rpc import error_details_pb2, status_pb2
from sesame.partner.v1 import eligibility_service_pb2 as eligibility

# OAuth's client_credentials; the certificate proves who asks, and the token works with this certificate only (RFC 8705).
tls = ssl.create_default_context(cafile=ca)
tls.load_cert_chain(certificate, key)
form = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": partner, "scope": "eligibility.check"})
with urllib.request.urlopen(f"{gateway}/connect/token", form.encode(), timeout=10, context=tls) as answer:
    bearer = [("authorization", "Bearer " + json.load(answer)["access_token"])]

credentials = grpc.ssl_channel_credentials(ca.read_bytes(), key.read_bytes(), certificate.read_bytes())
request, response = eligibility.CheckEligibilityRequest, eligibility.CheckEligibilityResponse
with grpc.secure_channel(urllib.parse.urlsplit(gateway).netloc, credentials) as channel:
    check = channel.unary_unary("/sesame.partner.v1.EligibilityService/CheckEligibility", request.SerializeToString, response.FromString)
    for subject in sys.argv[1:]:
        try:
            answer = check(request(subject=subject, programme="bike.deposit_free"), timeout=10, metadata=bearer)
            reasons = [f"{eligibility.DecisionReason.Name(detail.reason)} {detail.text_en}" for detail in answer.reasons]
            print(subject, eligibility.EligibilityDecision.Name(answer.decision), *reasons)
        except grpc.RpcError as error:  # google.rpc.Status in a trailer: the reason, and the page on its cause and fix
            details = status_pb2.Status.FromString(dict(error.trailing_metadata())["grpc-status-details-bin"]).details
            read = lambda kind: next(kind.FromString(one.value) for one in details if one.Is(kind.DESCRIPTOR))
            print(subject, read(error_details_pb2.ErrorInfo).reason, read(error_details_pb2.Help).links[0].url)
