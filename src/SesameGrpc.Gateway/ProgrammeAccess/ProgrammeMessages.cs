using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Decisions;
using SesameGrpc.Gateway.Programmes;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.ProgrammeAccess;

/// <summary>Versions, activations and reports as messages and as entries of the audit log.</summary>
internal static class ProgrammeMessages
{
    public static ProgrammeVersion ToMessage(StoredProgramme stored, CompiledCatalogue catalogue) =>
        new()
        {
            Programme = stored.Document,
            CreateTime = Instants.ToTimestamp(stored.CreatedMicros),
            Creator = stored.Creator,
            InForce = catalogue.Find(stored.Document.Programme_)?.Document.Version == stored.Document.Version,
        };

    public static ProgrammeActivation ToMessage(Activation activation, ActivationTimeline timeline, long nowMicros) =>
        new()
        {
            Activation = activation.Number,
            Programme = activation.Programme,
            Version = activation.Version,
            ActivateTime = activation.FromMicros == 0 ? null : Instants.ToTimestamp(activation.FromMicros),
            EndTime = timeline.EndOf(activation) is { } end ? Instants.ToTimestamp(end) : null,
            State =
                timeline.IsCalledOff(activation) ? ProgrammeActivationState.CalledOff
                : activation.FromMicros > nowMicros ? ProgrammeActivationState.Scheduled
                : timeline.EndOf(activation) <= nowMicros ? ProgrammeActivationState.Ended
                : ProgrammeActivationState.InForce,
            RollBack = activation.ReturnsTo is not null,
            CreateTime = Instants.ToTimestamp(activation.CreatedMicros),
            Creator = activation.Creator,
        };

    public static void Describe(AuditEntry entry, Activation activation)
    {
        Describe(entry, activation.Programme, activation.Version);
        entry.ActivateTime = Instants.ToTimestamp(activation.FromMicros);
    }

    public static void Describe(AuditEntry entry, string programme, int version)
    {
        entry.ResourceKind = "programme";
        entry.ResourceId = programme;
        entry.ResourceRevision = version;
    }

    public static DryRunProgrammeVersionResponse ToMessage(DryRunReport report, int most) =>
        new()
        {
            Decisions = report.Decisions,
            MostDecisions = most,
            ScannedEntries = report.Scanned,
            Different = report.Transitions.Values.Sum(),
            Transitions =
            {
                report
                    .Transitions.OrderByDescending(transition => transition.Value)
                    .Select(transition => new DecisionTransition
                    {
                        Before = ToMessage(transition.Key.Before),
                        After = ToMessage(transition.Key.After),
                        Count = transition.Value,
                    }),
            },
            NotReplayable = { ToMessages(report.NotReplayable) },
            Complete = true,
        };

    public static ReplayDecisionsResponse ToMessage(ReplayReport report) =>
        new()
        {
            ScannedEntries = report.Scanned,
            TotalEntries = report.Total,
            Decisions = report.Decisions,
            Equal = report.Equal,
            LimitsTakenAsFacts = report.LimitsTakenAsFacts,
            Different = report.Different,
            Differences =
            {
                report.Differences.Select(difference => new DecisionDifference
                {
                    LeafIndex = difference.Index,
                    PolicyVersion = difference.PolicyVersion,
                    Recorded = ToMessage(difference.Recorded),
                    Replayed = ToMessage(difference.Replayed),
                }),
            },
            NotReplayable = { ToMessages(report.NotReplayable) },
            Complete = true,
        };

    private static IEnumerable<NotReplayableCount> ToMessages(Dictionary<NotReplayableReason, long> counts) =>
        counts.OrderBy(item => item.Key).Select(item => new NotReplayableCount { Reason = item.Key, Count = item.Value });

    private static DecisionResult ToMessage(DecisionOutcome outcome) =>
        new() { Decision = outcome.Decision, Reasons = { outcome.Reasons } };
}
