using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Programmes;

namespace SesameGrpc.Gateway.Decisions;

/// <summary>A decision that came out otherwise.</summary>
internal sealed record ReplayDifference(long Index, string PolicyVersion, DecisionOutcome Recorded, DecisionOutcome Replayed);

/// <summary>What a replay came to.</summary>
internal sealed class ReplayReport
{
    public const int MostDifferences = 100;

    public long Scanned { get; set; }

    public long Total { get; set; }

    public long Decisions { get; set; }

    public long Equal { get; set; }

    public long LimitsTakenAsFacts { get; set; }

    public long Different { get; set; }

    public List<ReplayDifference> Differences { get; } = [];

    public Dictionary<NotReplayableReason, long> NotReplayable { get; } = [];
}

/// <summary>Decides recorded decisions again by the versions that they were recorded with.</summary>
internal sealed class ReplayRun(RecordedDecisions recorded, DecisionBasisReader bases, ProgrammeReader programmes, PartnerStore partners)
{
    /// <summary>Runs over what fits the filter, and tells how far it has come after each part of the log.</summary>
    public async Task<ReplayReport> RunAsync(DecisionFilter filter, Func<ReplayReport, Task> progress, CancellationToken cancellationToken)
    {
        var report = new ReplayReport();
        var policies = new PolicyHistory(programmes, partners);
        await foreach (var page in recorded.ReadAsync(filter, cancellationToken))
        {
            foreach (var decision in page.Decisions)
            {
                Add(report, decision, await bases.ReadAsync(decision, policies, cancellationToken));
            }

            (report.Scanned, report.Total) = (page.Scanned, page.Total);
            await progress(report);
        }

        return report;
    }

    private static void Add(ReplayReport report, RecordedDecision decision, DecisionBasis basis)
    {
        report.Decisions++;
        if (basis is not { Policy: { } policy, Facts: { } facts })
        {
            report.NotReplayable[basis.Missing] = report.NotReplayable.GetValueOrDefault(basis.Missing) + 1;
            return;
        }

        var (before, after) = (DecisionOutcome.Of(decision.Entry), DecisionReplay.Decide(policy.Programme, facts));
        if (after.Equals(before))
        {
            report.Equal++;
            report.LimitsTakenAsFacts += facts.LimitReached is null ? 0 : 1;
            return;
        }

        report.Different++;
        if (report.Differences.Count < ReplayReport.MostDifferences)
        {
            report.Differences.Add(new ReplayDifference(decision.Index, decision.Entry.PolicyVersion, before, after));
        }
    }
}
