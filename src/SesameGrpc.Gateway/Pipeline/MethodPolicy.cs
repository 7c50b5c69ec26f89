using SesameGrpc.Gateway.Listeners;

namespace SesameGrpc.Gateway.Pipeline;

/// <summary>What must be shown to call a method.</summary>
internal enum Access
{
    /// <summary>A partner's certificate and an access token bound to it, with the row's scope.</summary>
    PartnerToken,

    /// <summary>A certificate that the listener accepts; no token.</summary>
    Certificate,
}

/// <summary>One row: the rules of one RPC.</summary>
/// <param name="Method">Full name: "package.Service/Method".</param>
/// <param name="Listeners">The doors at which the method exists.</param>
/// <param name="Access">What must be shown.</param>
/// <param name="Scope">Scope that the token and the partner must have; null with <see cref="Access.Certificate"/>.</param>
/// <param name="Effect">Whether the method changes anything or tells of persons; a mutation takes a request_id.</param>
/// <param name="MaxDeadline">Longest deadline; a longer one is shortened to it.</param>
internal sealed record MethodPolicy(
    string Method,
    IReadOnlyList<Listener> Listeners,
    Access Access,
    string? Scope,
    Effect Effect,
    TimeSpan MaxDeadline
);

/// <summary>What routing says of a call.</summary>
/// <param name="Method">Full name: "package.Service/Method".</param>
/// <param name="Policy">The method's row; null: it has none.</param>
/// <param name="Direct">What serves it; null: the gRPC framework does.</param>
/// <param name="IsExact">Whether the whole path was compared byte for byte when it was chosen; the framework's routing does not.</param>
internal sealed record MethodEndpoint(string Method, MethodPolicy? Policy, Func<Call, Task>? Direct = null, bool IsExact = false);

/// <summary>Whether a method changes anything or tells of persons.</summary>
internal enum Effect
{
    /// <summary>Changes nothing and tells nothing of a person; its answer leaves no trace in the audit log.</summary>
    Read,

    /// <summary>Tells something of persons: its entries are in the audit log before the answer is sent.</summary>
    Disclosure,

    /// <summary>Changes something; its entries are committed together with the change.</summary>
    Mutation,
}
