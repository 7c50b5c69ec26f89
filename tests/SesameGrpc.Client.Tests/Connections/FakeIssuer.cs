using System.Net;
using System.Text;

namespace SesameGrpc.Client.Tests.Connections;

/// <summary>Answers as an issuer would: metadata with an mTLS alias, keys, and tokens numbered from 1.</summary>
internal sealed class FakeIssuer : HttpMessageHandler
{
    private int tokens;

    public int Tokens => tokens;

    public List<string> TokenRequests { get; } = [];

    public HttpStatusCode TokenStatus { get; set; } = HttpStatusCode.OK;

    public bool IsDown { get; set; }

    /// <summary>Completes when token requests may be answered.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (IsDown)
        {
            throw new HttpRequestException("Connection refused");
        }

        switch (request.RequestUri!.AbsoluteUri)
        {
            case "https://issuer.test/.well-known/openid-configuration":
                return Json(
                    """
                    {"issuer":"https://issuer.test/","jwks_uri":"https://issuer.test/jwks","token_endpoint":"https://issuer.test/token",
                     "mtls_endpoint_aliases":{"token_endpoint":"https://mtls.test:7443/connect/token"}}
                    """
                );
            case "https://issuer.test/jwks":
                return Json("""{"keys":[]}""");
            case "https://mtls.test:7443/connect/token":
                await Gate.WaitAsync(cancellationToken);
                TokenRequests.Add(await request.Content!.ReadAsStringAsync(cancellationToken));
                var number = Interlocked.Increment(ref tokens);
                return TokenStatus == HttpStatusCode.OK
                    ? Json($$"""{"access_token":"token-{{number}}","token_type":"Bearer","expires_in":600,"scope":"score.read"}""")
                    : Json("""{"error":"invalid_client","error_description":"The certificate is not this client's."}""", TokenStatus);
            default:
                return new HttpResponseMessage(HttpStatusCode.NotFound);
        }
    }

    private static HttpResponseMessage Json(string body, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
}
