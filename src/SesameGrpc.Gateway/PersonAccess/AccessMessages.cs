using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Eligibility;
using SesameGrpc.Gateway.Partners;
using Wire = SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Gateway.PersonAccess;

/// <summary>Entries of the audit log as the person they are about reads them. Pure.</summary>
internal static class AccessMessages
{
    private const string PartnerPrefix = "partner:";

    public static Wire.PersonAccess ToMessage(StoredLeaf leaf, PartnerSnapshot partners)
    {
        var entry = leaf.Parse();
        return new Wire.PersonAccess
        {
            LeafIndex = leaf.Index,
            AccessTime = entry.RecordTime,
            Caller = entry.Caller,
            PartnerDisplayName = PartnerNameOf(entry.Caller, partners),
            Method = entry.Method,
            Outcome = entry.Outcome,
            ErrorReason = entry.ErrorReason,
            Purpose = entry.Purpose,
            ConsentId = entry.ConsentId,
            DisclosedFields = { entry.DisclosedFields },
            Programme = entry.Programme,
            PolicyVersion = entry.PolicyVersion,
            Decision = entry.Decision,
            DecisionReasons = { entry.DecisionReasons.Select(ReasonTexts.Of) },
        };
    }

    private static string PartnerNameOf(string caller, PartnerSnapshot partners)
    {
        if (!caller.StartsWith(PartnerPrefix, StringComparison.Ordinal))
        {
            return "";
        }

        var id = caller[PartnerPrefix.Length..];
        return partners.NameOf(id);
    }
}
