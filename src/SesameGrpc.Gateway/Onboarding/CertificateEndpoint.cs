using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Identity;
using SesameGrpc.Gateway.Listeners;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.Gateway.Tls;

namespace SesameGrpc.Gateway.Onboarding;

/// <summary>
/// The partner's side, plain HTTP because who joins has no certificate and no client yet: POST /certificates takes a signing request, at the public listener with an invitation (RFC 6750), at the
/// partner listener with the certificate that it shall follow. 200 is the certificate; 202 says that an operator has to sign it, and when to send the same again. GET /certificates/ca is
/// the CA by which the gateway is recognised.
/// </summary>
internal sealed partial class CertificateEndpoint(
    CertificateEnrolment enrolment,
    InvitationCodes codes,
    CertificateTrust trust,
    PartnerDirectory partners,
    StatusDetails statuses,
    GatewayOptions options,
    ILogger<CertificateEndpoint> logger
)
{
    private const string Path = "/certificates";
    private const string CaPath = "/certificates/ca";
    private const string PemType = "application/x-pem-file";
    private const int WaitSeconds = 10;

    public static bool IsHere(HttpContext http) => http.Request.Path.Value is Path or CaPath;

    public async Task InvokeAsync(HttpContext http)
    {
        var isCa = http.Request.Path.Value == CaPath;
        if (isCa && (options.Onboarding.ServerCa.Length == 0 || http.Listener() != Listener.Public))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
        }
        else if (!HttpMethods.Equals(http.Request.Method, isCa ? HttpMethods.Get : HttpMethods.Post))
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            http.Response.Headers.Allow = isCa ? HttpMethods.Get : HttpMethods.Post;
        }
        else if (isCa)
        {
            await WritePemAsync(http, await File.ReadAllTextAsync(options.Onboarding.ServerCa, http.RequestAborted));
        }
        else
        {
            await EnrolAsync(http);
        }
    }

    private async Task EnrolAsync(HttpContext http)
    {
        var callId = Guid.NewGuid().ToString("N");
        try
        {
            // Before the body is read.
            var applicant = http.Listener() == Listener.Public ? Invited(http) : Certified(http);
            var request = SigningRequest.Parse(await ReadAsync(http));
            if (await enrolment.EnrolAsync(applicant, request, callId, http.RequestAborted) is { } certificate)
            {
                await WritePemAsync(http, PemEncoding.WriteString("CERTIFICATE", certificate) + "\n");
                return;
            }

            http.Response.StatusCode = StatusCodes.Status202Accepted;
            http.Response.Headers.RetryAfter = $"{WaitSeconds}";
            await http.Response.WriteAsync(
                $"The request {request.KeyHash} waits for the operator's signature. Send the same again later.\n"
            );
        }
        catch (RefusalException exception)
        {
            await statuses.WriteJsonAsync(http.Response, exception.Refusal, callId);
        }
        catch (Exception exception) when (StoreFaults.IsOutage(exception))
        {
            await statuses.WriteJsonAsync(http.Response, Refuse.StoreUnavailable(), callId);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or BadHttpRequestException))
        {
            LogFault(exception, callId);
            await statuses.WriteJsonAsync(http.Response, Refuse.Internal(), callId);
        }
    }

    private Applicant Invited(HttpContext http)
    {
        const string Scheme = "Bearer ";
        var header = http.Request.Headers[HeaderNames.Authorization].ToString();
        var code = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : "";
        return codes.IdOf(code) is { } id ? new Applicant(null, id) : throw new RefusalException(Refuse.InvitationInvalid());
    }

    private Applicant Certified(HttpContext http)
    {
        var verdict = trust.OfPartner(http.Features.GetRequiredFeature<ClientCertificate>());
        if (verdict.Partner is not { } id || partners.Current.Find(id) is not { } partner)
        {
            throw new RefusalException(verdict.Refusal ?? Refuse.CertificateUnknown("no partner of this name is onboarded"));
        }

        return partner.IsActive ? new Applicant(id, null) : throw new RefusalException(Refuse.PartnerSuspended());
    }

    private static async Task<string> ReadAsync(HttpContext http)
    {
        http.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = SigningRequest.LongestText;
        using var reader = new StreamReader(http.Request.Body, Encoding.ASCII);
        try
        {
            return await reader.ReadToEndAsync(http.RequestAborted);
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw new RefusalException(Refuse.MessageTooLarge(SigningRequest.LongestText));
        }
    }

    private static Task WritePemAsync(HttpContext http, string pem)
    {
        http.Response.ContentType = PemType;
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.WriteAsync(pem);
    }

    [LoggerMessage(2801, LogLevel.Error, "A certificate could not be given; call {CallId}.")]
    private partial void LogFault(Exception exception, string callId);
}
