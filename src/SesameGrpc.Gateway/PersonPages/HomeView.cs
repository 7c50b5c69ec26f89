using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Gateway.PersonPages;

/// <summary>What the first page shows.</summary>
public sealed record HomeView(
    Person Person,
    bool HasParts,
    Timestamp? ValidUntil,
    bool IsExpired,
    int ActiveConsents,
    int OpenObligations,
    int OpenDisputes
);
