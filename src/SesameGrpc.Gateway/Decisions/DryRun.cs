using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Programmes;

namespace SesameGrpc.Gateway.Decisions;

/// <summary>What a dry run came to.</summary>
internal sealed class DryRunReport
{
    public long Scanned { get; set; }

    public long Decisions { get; set; }

    public Dictionary<(DecisionOutcome Before, DecisionOutcome After), long> Transitions { get; } = [];

    public Dictionary<NotReplayableReason, long> NotReplayable { get; } = [];
}

/// <summary>
/// Decides recorded decisions again by a programme that is not in force, each under the enrolment that it was made with, and compares with what the recorded versions give. Decisions that cannot be replayed
/// are no basis for a comparison; grants that honoured an earlier decision were not decided by themselves, and are left out.
/// </summary>
internal sealed class DryRun(RecordedDecisions recorded, DecisionBasisReader bases, ProgrammeReader programmes, PartnerStore partners)
{
    public async Task<DryRunReport> RunAsync(
        Programme document,
        DecisionFilter filter,
        int most,
        Func<DryRunReport, Task> progress,
        CancellationToken cancellationToken
    )
    {
        var report = new DryRunReport();
        var policies = new PolicyHistory(programmes, partners);
        var proposed = new Proposal(document);
        await foreach (var page in recorded.ReadAsync(filter, cancellationToken))
        {
            foreach (var decision in page.Decisions)
            {
                if (report.Decisions < most)
                {
                    Add(report, await bases.ReadAsync(decision, policies, cancellationToken), proposed);
                }
            }

            report.Scanned = page.Scanned;
            await progress(report);
            if (report.Decisions == most)
            {
                break;
            }
        }

        return report;
    }

    private static void Add(DryRunReport report, DecisionBasis basis, Proposal proposed)
    {
        if (basis is not { Policy: { } policy, Facts: { } facts })
        {
            report.Decisions++;
            report.NotReplayable[basis.Missing] = report.NotReplayable.GetValueOrDefault(basis.Missing) + 1;
            return;
        }

        if (facts.Order.HonouredDecisionId.Length > 0)
        {
            return;
        }

        report.Decisions++;
        var before = DecisionReplay.Decide(policy.Programme, facts);
        var after = DecisionReplay.Decide(proposed.Under(policy), facts);
        if (!after.Equals(before))
        {
            report.Transitions[(before, after)] = report.Transitions.GetValueOrDefault((before, after)) + 1;
        }
    }

    /// <summary>The proposed programme, compiled once for each enrolment.</summary>
    private sealed class Proposal(Programme document)
    {
        private readonly CompiledProgramme compiled = new(document);
        private readonly Dictionary<Policy, EnrolledProgramme> enrolled = new(ReferenceEqualityComparer.Instance);

        public EnrolledProgramme Under(Policy policy)
        {
            if (!enrolled.TryGetValue(policy, out var programme))
            {
                enrolled.Add(policy, programme = new EnrolledProgramme(compiled, policy.Enrolment));
            }

            return programme;
        }
    }
}
