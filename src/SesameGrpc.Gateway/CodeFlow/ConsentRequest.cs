using System.Text.Json;
using System.Text.Json.Nodes;
using OpenIddict.Abstractions;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.CodeFlow;

/// <summary>What a partner asks a person to agree to: the one element of authorization_details (RFC 9396), and the scopes.</summary>
internal sealed record ConsentRequest(Purpose Purpose, IReadOnlyList<string> Scopes, IReadOnlyList<string> Programmes, int Days)
{
    public const string Parameter = "authorization_details";
    public const string Type = "credit_consent";
    private const string DetailsError = "invalid_authorization_details";
    private const int MostProgrammes = 20;
    private static readonly string[] NeedProgrammes =
    [
        PartnerScopes.EligibilityCheck,
        PartnerScopes.DepositWaiverWrite,
        PartnerScopes.DeferredPaymentWrite,
        PartnerScopes.CreditBadgeWrite,
        PartnerScopes.FulfilmentWrite,
    ];

    private static readonly Dictionary<string, Purpose> Purposes = Enum.GetValues<Purpose>()
        .Where(purpose => purpose != Purpose.Unspecified)
        .ToDictionary(purpose => ContractName.Of(purpose), StringComparer.Ordinal);

    /// <summary>The details as granted (RFC 9396 section 7), for the token response.</summary>
    public string ToGrantedJson(string consentId) =>
        new JsonArray(
            new JsonObject
            {
                ["type"] = Type,
                ["purpose"] = ContractName.Of(Purpose),
                ["programmes"] = new JsonArray([.. Programmes.Select(programme => JsonValue.Create(programme))]),
                ["days"] = Days,
                ["consent_id"] = consentId,
            }
        ).ToJsonString();

    /// <summary>What the partner asks for, if it may ask for it; else OAuth's error and what is wrong.</summary>
    public static (ConsentRequest? Request, string? Error, string? Fault) Read(PartnerRecord partner, OpenIddictRequest oauth)
    {
        var scopes = oauth.GetScopes().Where(scope => scope != OpenIddictConstants.Scopes.OpenId).ToList();
        var (request, fault) = Parse(oauth.GetParameter(Parameter)?.ToString(), scopes);
        if (request is null)
        {
            return (null, DetailsError, fault);
        }

        var faults = ConsentRules.FaultsOf(partner, request.Purpose, scopes, request.Programmes, request.Days).ToList();
        var needsProgrammes = scopes.Exists(NeedProgrammes.Contains);
        if (needsProgrammes != request.Programmes.Count > 0)
        {
            faults.Add(new("programmes", $"must {(needsProgrammes ? "name" : "be left out: no scope is for")} a programme"));
        }

        if (faults.Count == 0)
        {
            return (request, null, null);
        }

        // With a purpose that it may not have, a partner may have no scope either.
        var error = faults[0].Key == "scopes" ? OpenIddictConstants.Errors.InvalidScope : DetailsError;
        return (null, error, string.Join("; ", faults.Select(found => $"{found.Key} {found.Value}")) + ".");
    }

    /// <summary>Reads authorization_details as a partner wrote them: the request with these scopes, or what is wrong with it.</summary>
    public static (ConsentRequest? Request, string? Fault) Parse(string? details, IReadOnlyList<string> scopes)
    {
        if (string.IsNullOrEmpty(details))
        {
            return (
                null,
                $"{Parameter} is missing: it states the purpose, for example [{{\"type\":\"{Type}\",\"purpose\":\"DEPOSIT_WAIVER\"}}]."
            );
        }

        try
        {
            using var json = JsonDocument.Parse(details, new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false });
            return json.RootElement.ValueKind == JsonValueKind.Array && json.RootElement.GetArrayLength() == 1
                ? ParseElement(json.RootElement[0], scopes)
                : (null, $"{Parameter} must be an array of exactly one object.");
        }
        catch (JsonException)
        {
            return (null, $"{Parameter} is not JSON, nests too deep, or says something twice.");
        }
    }

    private static (ConsentRequest? Request, string? Fault) ParseElement(JsonElement element, IReadOnlyList<string> scopes)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return (null, $"{Parameter} must be an array of exactly one object.");
        }

        var (purpose, programmes, days) = (Purpose.Unspecified, new List<string>(), ConsentRules.LongestDays);
        var hasType = false;
        foreach (var field in element.EnumerateObject())
        {
            var isRight = field.Name switch
            {
                "type" => hasType = field.Value.ValueKind == JsonValueKind.String && field.Value.ValueEquals(Type),
                "purpose" => (purpose = PurposeOf(TextOf(field.Value))) != Purpose.Unspecified,
                "programmes" => AddProgrammes(field.Value, programmes),
                "days" => field.Value.ValueKind == JsonValueKind.Number && field.Value.TryGetInt32(out days),
                _ => false,
            };
            if (!isRight)
            {
                return (null, FaultOf(field.Name));
            }
        }

        if (!hasType || purpose == Purpose.Unspecified)
        {
            return (null, FaultOf(hasType ? "purpose" : "type"));
        }

        return (new ConsentRequest(purpose, scopes, programmes, days), null);
    }

    private static string FaultOf(string field) =>
        field switch
        {
            "type" => $"type must be {Type}.",
            "purpose" => $"purpose must be one of {string.Join(", ", Purposes.Keys)}.",
            "programmes" => $"programmes must be an array of at most {MostProgrammes} different programme ids.",
            "days" => $"days must be a whole number from 1 to {ConsentRules.LongestDays}.",
            _ => $"A {Type} has the fields type, purpose, programmes and days, and no others.",
        };

    private static bool AddProgrammes(JsonElement value, List<string> programmes)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > MostProgrammes)
        {
            return false;
        }

        foreach (var item in value.EnumerateArray())
        {
            if (TextOf(item) is not { Length: > 0 and <= 64 } programme || programmes.Contains(programme, StringComparer.Ordinal))
            {
                return false;
            }

            programmes.Add(programme);
        }

        return true;
    }

    private static Purpose PurposeOf(string? name) => name is null ? Purpose.Unspecified : Purposes.GetValueOrDefault(name);

    private static string? TextOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
