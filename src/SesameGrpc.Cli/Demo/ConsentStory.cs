using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using SesameGrpc.Cli.Output;
using SesameGrpc.Cli.Sandbox;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Demo;

/// <summary>A person who has not agreed to anything is asked, agrees on the gateway's pages, is served, and withdraws.</summary>
/// <param name="bike">The partner's calls.</param>
/// <param name="oauth">The partner's connection to the authorization server, with its certificate.</param>
/// <param name="person">The person's browser.</param>
internal sealed class ConsentStory(SesameClient bike, HttpClient oauth, PersonBrowser person)
{
    private const string Who = "test-650-noconsent";
    private const string Programme = "bike.deposit_free";

    public async IAsyncEnumerable<DemoStep> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await RefusedAsync(
            $"{Who} has opted in, but has never agreed to be looked up by Hello Bike, which asks anyway.",
            cancellationToken
        );
        var consent = await ConsentAsync(cancellationToken);
        yield return consent;
        yield return await EligibilityAsync((string?)consent.Fields["subject"] ?? "", cancellationToken);
        yield return await WithdrawAsync(cancellationToken);
        yield return await RefusedAsync("Hello Bike asks once more.", cancellationToken);
    }

    private async Task<DemoStep> ConsentAsync(CancellationToken cancellationToken)
    {
        var verifier = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var state = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        var pushed = await PostAsync(
            "/connect/par",
            cancellationToken,
            ("response_type", "code"),
            ("redirect_uri", DemoPartners.HelloBikeRedirect),
            ("scope", "openid eligibility.check deposit_waiver.write"),
            ("state", state),
            ("code_challenge", Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)))),
            ("code_challenge_method", "S256"),
            (
                "authorization_details",
                $$"""[{"type":"credit_consent","purpose":"DEPOSIT_WAIVER","programmes":["{{Programme}}"],"days":90}]"""
            )
        );
        var page = await person.OpenAsAsync(
            $"/connect/authorize?client_id={DemoPartners.HelloBike}&request_uri={Uri.EscapeDataString((string?)pushed["request_uri"] ?? "")}",
            Who,
            cancellationToken
        );
        var back = QueryOf(await person.SubmitAsync(page, "/connect/authorize", "decision", "agree", cancellationToken));
        var tokens = await PostAsync(
            "/connect/token",
            cancellationToken,
            ("grant_type", "authorization_code"),
            ("code", back.GetValueOrDefault("code", "")),
            ("redirect_uri", DemoPartners.HelloBikeRedirect),
            ("code_verifier", verifier)
        );
        var consent = tokens["authorization_details"]?[0];
        var fields = new JsonObject
        {
            ["subject"] = SubjectOf((string?)tokens["id_token"]),
            ["consent_id"] = (string?)consent?["consent_id"],
            ["purpose"] = (string?)consent?["purpose"],
            ["programmes"] = consent?["programmes"]?.DeepClone(),
            ["days"] = (int?)consent?["days"],
            ["iss"] = back.GetValueOrDefault("iss", ""),
        };
        return new DemoStep(
            "consent",
            $"It pushes an authorization request and sends {Who}'s browser to the gateway, where the person logs in, reads who will learn what for how long, and agrees.",
            $"For the code it gets a token bound to its certificate, and the subject {fields["subject"]}: a yes or no for {Programme}, for 90 days, for nothing else.",
            back.GetValueOrDefault("state") == state && consent?["consent_id"] is not null && (string?)fields["subject"] == Who,
            fields
        );
    }

    private async Task<DemoStep> EligibilityAsync(string subject, CancellationToken cancellationToken)
    {
        var response = await bike.Eligibility.CheckEligibilityAsync(
            new CheckEligibilityRequest { Subject = subject, Programme = Programme },
            cancellationToken: cancellationToken
        );
        return new DemoStep(
            "eligibility",
            $"It asks again whether {subject} may ride without a deposit.",
            $"{MessageJson.Name(response.Decision)}. The person's page shows this look, when it was, why, and what was told.",
            response.Decision == EligibilityDecision.Eligible,
            new JsonObject
            {
                ["subject"] = subject,
                ["programme"] = Programme,
                ["decision"] = MessageJson.Name(response.Decision),
            }
        );
    }

    private async Task<DemoStep> WithdrawAsync(CancellationToken cancellationToken)
    {
        var page = await person.OpenAsAsync("/me/consents", Who, cancellationToken);
        var shown = await person.SubmitAsync(page, "/me/consents", "action", "withdraw", cancellationToken);
        return new DemoStep(
            "withdraw",
            $"{Who} thinks better of it and withdraws with one click.",
            "The page says so once no instance of the gateway relies on the consent any more.",
            shown.AbsolutePath == "/me/consents",
            new JsonObject { ["subject"] = Who, ["page"] = shown.PathAndQuery }
        );
    }

    private async Task<DemoStep> RefusedAsync(string action, CancellationToken cancellationToken)
    {
        string code = "OK";
        string? reason = null;
        string? metadata = null;
        try
        {
            await bike.Eligibility.CheckEligibilityAsync(
                new CheckEligibilityRequest { Subject = Who, Programme = Programme },
                cancellationToken: cancellationToken
            );
        }
        catch (SesameException refused)
        {
            (code, reason) = (ErrorReport.CodeName(refused.StatusCode), refused.ReasonName);
            metadata = refused.Metadata.GetValueOrDefault("consent_metadata");
        }

        return new DemoStep(
            "no-consent",
            action,
            $"{code} ({reason}): the same answer as for a person who does not exist, and where a consent is asked for: {metadata}",
            code == "NOT_FOUND" && metadata is not null,
            new JsonObject
            {
                ["subject"] = Who,
                ["code"] = code,
                ["reason"] = reason,
                ["consent_metadata"] = metadata,
            }
        );
    }

    private async Task<JsonNode> PostAsync(string path, CancellationToken cancellationToken, params (string Name, string Value)[] fields)
    {
        using var content = new FormUrlEncodedContent(
            fields.Append(("client_id", DemoPartners.HelloBike)).Select(field => KeyValuePair.Create(field.Item1, field.Item2))
        );
        using var response = await oauth.PostAsync(new Uri(path, UriKind.Relative), content, cancellationToken);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken)) ?? new JsonObject();
    }

    // The token came from the token endpoint itself over mutual TLS, so its signature need not be checked here (OpenID Connect Core 1.0 section 3.1.3.7).
    private static string? SubjectOf(string? idToken) =>
        idToken?.Split('.') is [_, var payload, _] ? (string?)JsonNode.Parse(Base64Url.DecodeFromChars(payload))?["sub"] : null;

    private static Dictionary<string, string> QueryOf(Uri address) =>
        address
            .Query.TrimStart('?')
            .Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair.Length > 1 ? pair[1] : ""), StringComparer.Ordinal);
}
