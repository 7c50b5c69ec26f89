using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Soak.Ledger;

/// <summary>
/// What partners know of a few persons' waivers from the answers they got, and the next call that they make on it. Workers share it, so what is known may be out
/// of date when it is used: that is where conflicts come from.
/// </summary>
internal sealed class LedgerView(string prefix, IReadOnlyList<string> persons, TimeProvider time)
{
    private const int MostEnded = 8;
    private const int MostOpen = 60;
    private const int MostCalls = 64;

    private readonly Lock gate = new();
    private readonly List<(string Partner, DepositWaiver Waiver)> open = [];
    private readonly List<(string Partner, DepositWaiver Waiver)> ended = [];
    private readonly List<LedgerCall> calls = [];
    private readonly List<(string Partner, CheckEligibilityRequest Check, string Id)> decisions = [];
    private int number;

    public IReadOnlyList<string> Persons => persons;

    /// <summary>Makes a call of the numbers; where nothing is known that it could be about, a grant.</summary>
    public LedgerCall Next(Draw draw)
    {
        lock (gate)
        {
            number++;
            return Repeat(draw) ?? Change(draw) ?? Grant(draw);
        }
    }

    public void Learn(LedgerCall call, LedgerReply reply)
    {
        lock (gate)
        {
            if (reply.Waiver is { } waiver)
            {
                Learn(call.Partner, waiver);
            }

            if (call.Request is CheckEligibilityRequest check && reply.Answer is CheckEligibilityResponse told)
            {
                Keep(decisions, (call.Partner, check, told.DecisionId), MostEnded);
            }

            if (call.IsMutation && reply.ReplayedFrom is null)
            {
                Keep(calls, call, MostCalls);
            }
        }
    }

    private void Learn(string partner, DepositWaiver waiver)
    {
        var index = open.FindIndex(known => known.Waiver.DepositWaiverId == waiver.DepositWaiverId);
        if (index >= 0 && open[index].Waiver.Revision > waiver.Revision)
        {
            return;
        }

        if (index >= 0)
        {
            open.RemoveAt(index);
        }

        if (waiver.AllowedActions.Count > 0)
        {
            Keep(open, (partner, waiver), MostOpen);
        }
        else
        {
            Keep(ended, (partner, waiver), MostEnded);
        }
    }

    private LedgerCall? Repeat(Draw draw)
    {
        if (draw.Kind is < 86 or > 92 || calls.Count == 0)
        {
            return null;
        }

        var earlier = calls[draw.Target % calls.Count];
        if (draw.Kind <= 90)
        {
            return earlier;
        }

        // The same request_id with another body.
        var other = earlier.Request.Descriptor.Parser.ParseFrom(earlier.Request.ToByteArray());
        var field = other.Descriptor.FindFieldByName("expected_revision") ?? other.Descriptor.FindFieldByName("amount");
        field.Accessor.SetValue(other, field.Name == "amount" ? LedgerPolicy.Fen(1 + draw.Size) : 1_000_000L + draw.Size);
        return earlier with { Request = other };
    }

    private LedgerCall? Change(Draw draw)
    {
        if (draw.Kind is < 40 or (> 85 and < 93))
        {
            return null;
        }

        var pool = PoolFor(draw);
        if (pool.Count == 0)
        {
            return null;
        }

        var (partner, waiver) = pool[draw.Target % pool.Count];
        var id = $"{prefix}-{number}";
        var revision =
            draw.Variant % 9 == 0 ? waiver.Revision + (draw.Size % 2 == 0 || waiver.Revision == 1 ? 1 : -1)
            : draw.Variant % 3 == 0 ? waiver.Revision
            : 0;
        return draw.Kind switch
        {
            < 46 => new(partner, Extend(id, waiver, revision, draw)),
            < 66 => new(partner, Complete(id, waiver, revision, draw)),
            < 70 => new(partner, Cancel(id, waiver.DepositWaiverId, revision)),
            < 76 => new(partner, Correct(id, waiver, revision, draw)),
            < 86 => new(partner, Report(id, waiver, revision, draw)),
            // Another partner's waiver, and one that nobody has.
            93 => new(LedgerPolicy.Partners.First(other => other != partner), Cancel(id, waiver.DepositWaiverId, 0)),
            94 => new(partner, Cancel(id, $"{draw.Size:x32}", 0)),
            95 => new(partner, DuplicateOrder(id, waiver, draw)),
            _ => new(partner, new GetDepositWaiverRequest { DepositWaiverId = waiver.DepositWaiverId }),
        };
    }

    // Mostly waivers whose last known state allows what is to be done; now and then any, or one that has ended.
    private List<(string Partner, DepositWaiver Waiver)> PoolFor(Draw draw)
    {
        if (draw.Target % 12 == 0 && ended.Count > 0)
        {
            return ended;
        }

        var action = draw.Kind switch
        {
            < 46 => DepositWaiverAction.Extend,
            < 66 => DepositWaiverAction.Complete,
            < 70 => DepositWaiverAction.Cancel,
            < 76 => DepositWaiverAction.CorrectCharge,
            < 86 => DepositWaiverAction.ReportPayment,
            _ => DepositWaiverAction.Unspecified,
        };
        var fitting = draw.Variant % 5 == 0 ? [] : open.Where(known => known.Waiver.AllowedActions.Contains(action)).ToList();
        return fitting.Count > 0 ? fitting : open;
    }

    private LedgerCall Grant(Draw draw)
    {
        var partner = LedgerPolicy.Partners[draw.Partner % LedgerPolicy.Partners.Count];
        var programme = LedgerPolicy.Programmes[draw.Programme % LedgerPolicy.Programmes.Count];
        var person = persons[draw.Person % persons.Count];
        if (draw.Kind < 3)
        {
            return new(partner, new CheckEligibilityRequest { Subject = person, Programme = programme.Id });
        }

        var grant = new GrantDepositWaiverRequest
        {
            RequestId = $"{prefix}-{number}",
            OrderId = $"{prefix}-order-{number}",
            Subject = person,
            Programme = programme.Id,
        };
        if (draw.Kind < 8 && decisions.Count > 0)
        {
            var (decider, check, decision) = decisions[draw.Target % decisions.Count];
            (partner, grant.Subject, grant.Programme, grant.DecisionId) = (decider, check.Subject, check.Programme, decision);
        }

        // Nothing stated; within the programme's amount; above it, in part or not at all; nonsense.
        (grant.Amount, grant.AcceptPartial) = (draw.Variant % 10) switch
        {
            < 3 => (null, false),
            < 7 => (LedgerPolicy.Fen(1 + (programme.AmountFen * draw.Size / Draw.MostTarget)), draw.Variant % 2 == 0),
            7 => (LedgerPolicy.Fen(programme.AmountFen + 1 + draw.Size), true),
            8 => (LedgerPolicy.Fen(programme.AmountFen + 1 + draw.Size), false),
            _ => (draw.Size % 8 == 0 ? LedgerPolicy.Fen(0) : LedgerPolicy.Fen(programme.AmountFen), true),
        };
        return new(partner, grant);
    }

    private GrantDepositWaiverRequest DuplicateOrder(string id, DepositWaiver waiver, Draw draw) =>
        new()
        {
            RequestId = id,
            OrderId = waiver.OrderId,
            Subject = persons[draw.Person % persons.Count],
            Programme = waiver.Programme,
        };

    private ExtendDepositWaiverRequest Extend(string id, DepositWaiver waiver, long revision, Draw draw)
    {
        var longest = LedgerPolicy.Find(waiver.Programme).LongestPeriod ?? TimeSpan.FromDays(1);
        return new()
        {
            RequestId = id,
            DepositWaiverId = waiver.DepositWaiverId,
            ExpectedRevision = revision,
            DueTime = Timestamp.FromDateTimeOffset(time.GetUtcNow() + (longest * (0.5 + (draw.Size / 1_900.0)))),
        };
    }

    private static CancelDepositWaiverRequest Cancel(string id, string waiver, long revision) =>
        new()
        {
            RequestId = id,
            DepositWaiverId = waiver,
            ExpectedRevision = revision,
        };

    private static CompleteDepositWaiverRequest Complete(string id, DepositWaiver waiver, long revision, Draw draw) =>
        new()
        {
            RequestId = id,
            DepositWaiverId = waiver.DepositWaiverId,
            ExpectedRevision = revision,
            Charge = draw.Variant % 4 == 0 ? null : LedgerCharges.Of(waiver.WaivedAmount.MinorUnits, draw),
        };

    private static CorrectDepositWaiverChargeRequest Correct(string id, DepositWaiver waiver, long revision, Draw draw) =>
        new()
        {
            RequestId = id,
            DepositWaiverId = waiver.DepositWaiverId,
            ExpectedRevision = revision,
            Charge = LedgerCharges.Of(waiver.ChargedAmount.MinorUnits, draw),
        };

    private static ReportDepositWaiverPaymentRequest Report(string id, DepositWaiver waiver, long revision, Draw draw) =>
        new()
        {
            RequestId = id,
            DepositWaiverId = waiver.DepositWaiverId,
            ExpectedRevision = revision,
            Amount = LedgerPolicy.Fen(Math.Max(1, waiver.OutstandingAmount.MinorUnits) + (draw.Variant % 6 == 0 ? 1 : 0)),
        };

    private static void Keep<T>(List<T> list, T item, int most)
    {
        list.Add(item);
        if (list.Count > most)
        {
            list.RemoveAt(0);
        }
    }
}
