using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.Consents;

/// <summary>What a partner may ask a person to agree to. Pure.</summary>
internal static class ConsentRules
{
    public const int LongestDays = 180;

    /// <summary>What is wrong with a request, by the name of its part: purpose, scopes, programmes, days. Nothing: it may be put to the person.</summary>
    public static IEnumerable<KeyValuePair<string, string>> FaultsOf(
        PartnerRecord partner,
        Purpose purpose,
        IReadOnlyCollection<string> scopes,
        IReadOnlyCollection<string> programmes,
        int days
    )
    {
        var kind = partner.Document.Kind;
        var purposes = Minimisation.PurposesOf(kind).ToList();
        if (!purposes.Contains(purpose))
        {
            yield return new(
                "purpose",
                $"must be a purpose of this kind of partner: {string.Join(", ", purposes.Select(allowed => ContractName.Of(allowed)))}"
            );
            yield break;
        }

        var allowed = Minimisation.ScopesOf(kind, purpose).Where(partner.Scopes.Contains).ToList();
        if (scopes.Count == 0 || scopes.Any(scope => !allowed.Contains(scope)))
        {
            yield return new("scopes", $"must be some of those that the partner may have for this purpose: {string.Join(", ", allowed)}");
        }

        if (programmes.Any(programme => !partner.Programmes.ContainsKey(programme)))
        {
            yield return new(
                "programmes",
                $"must be some that the partner is enrolled in: {string.Join(", ", partner.Programmes.Keys.Order(StringComparer.Ordinal))}"
            );
        }

        if (days is < 1 or > LongestDays)
        {
            yield return new("days", $"must be 1 to {LongestDays}");
        }
    }
}
