using System.Globalization;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Programmes;

namespace SesameGrpc.Gateway.Decisions;

/// <summary>A policy that decisions were made by.</summary>
internal sealed record Policy(EnrolledProgramme Programme, Enrolment Enrolment);

/// <summary>The policies that were ever in force, found by partner and policy version. Each is read once in a run.</summary>
internal sealed class PolicyHistory(ProgrammeReader programmes, PartnerStore partners)
{
    private readonly Dictionary<(string Partner, string Version), Policy?> known = [];

    /// <summary>The policy of a version "programme@version.revision"; null: the store does not know it.</summary>
    public async ValueTask<Policy?> FindAsync(string partner, string policyVersion, CancellationToken cancellationToken)
    {
        if (!known.TryGetValue((partner, policyVersion), out var policy))
        {
            policy = await ReadAsync(partner, policyVersion, cancellationToken);
            known.Add((partner, policyVersion), policy);
        }

        return policy;
    }

    /// <summary>The parts of a policy version; null: it is none.</summary>
    internal static (string Programme, int Version, int Revision)? Parse(string policyVersion)
    {
        var at = policyVersion.LastIndexOf('@');
        var dot = policyVersion.LastIndexOf('.');
        return
            at > 0
            && dot > at
            && int.TryParse(policyVersion.AsSpan()[(at + 1)..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            && int.TryParse(policyVersion.AsSpan()[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? (policyVersion[..at], version, revision)
            : null;
    }

    private async Task<Policy?> ReadAsync(string partner, string policyVersion, CancellationToken cancellationToken) =>
        Parse(policyVersion) is var (programme, version, revision)
        && await programmes.FindAsync(programme, version, cancellationToken) is { } compiled
        && await partners.FindRevisionAsync(partner, programme, revision, cancellationToken) is { } enrolment
            ? new Policy(new EnrolledProgramme(compiled, enrolment), enrolment)
            : null;
}
