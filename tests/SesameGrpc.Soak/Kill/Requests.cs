using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Soak.Kill;

/// <summary>Makes random requests that have a chance to succeed, from what the answers so far have shown.</summary>
internal sealed class Requests
{
    private const string Waivers = "sesame.partner.v1.DepositWaiverService/";
    private const string Admin = "sesame.operator.v1.PartnerAdminService/";

    private readonly ConcurrentDictionary<string, DepositWaiver> waivers = new(StringComparer.Ordinal);
    private int number;

    /// <summary>Payment goes well with most of them, and slowly or with a lost answer with some.</summary>
    public static IReadOnlyList<string> Persons { get; } =
    [
        .. Enumerable
            .Range(0, 24)
            .Select(index => $"test-700-{(index % 8 == 0 ? "slowpay" : index % 8 == 1 ? "lostanswer" : "usual")}-{index}"),
    ];

    public static JournaledCall Onboard(string partner) =>
        new(
            Callers.Operator,
            Admin + "CreatePartner",
            $"onboard-{partner}",
            new CreatePartnerRequest
            {
                RequestId = $"onboard-{partner}",
                Partner = new Partner
                {
                    Partner_ = partner,
                    Kind = PartnerKind.Lender,
                    DisplayName = partner,
                    Scopes = { TestSupport.ConnectedPartner.AllScopes },
                    Enrolments = { new Enrolment { Programme = $"{partner}.deposit_free" } },
                },
            }.ToByteArray()
        );

    /// <summary>A partner that nobody calls as, or another name for it.</summary>
    public JournaledCall ChangePartner(Random random)
    {
        var id = Next();
        return random.Next(2) == 0
            ? Onboard($"bystander-{id}")
            : new(
                Callers.Operator,
                Admin + "UpdatePartner",
                $"rename-{id}",
                new UpdatePartnerRequest
                {
                    RequestId = $"rename-{id}",
                    Partner = new Partner { Partner_ = Callers.Partners[0], DisplayName = $"name {id}" },
                    UpdateMask = new FieldMask { Paths = { "display_name" } },
                }.ToByteArray()
            );
    }

    /// <summary>One of a few persons who come and go, agree and withdraw, and have no waivers.</summary>
    public JournaledCall ComeOrGo(Random random)
    {
        var (id, person) = ($"opt-{Next()}", $"visitor-{random.Next(4)}");
        const string Service = "sesame.operator.v1.PersonService/";
        var (method, request) = random.Next(5) switch
        {
            0 => ("OptOut", (IMessage)new OptOutRequest { RequestId = id, Person = person }),
            1 or 2 => (
                "GrantConsent",
                new GrantConsentRequest
                {
                    RequestId = id,
                    Person = person,
                    Partner = Callers.Partners[0],
                    Purpose = Purpose.CreditLine,
                    Scopes = { TestSupport.ConnectedPartner.ConsentScopes },
                }
            ),
            3 => ("WithdrawAllConsents", new WithdrawAllConsentsRequest { RequestId = id, Person = person }),
            _ => ("OptIn", new OptInRequest { RequestId = id, Person = person }),
        };
        return new(Callers.Operator, Service + method, id, request.ToByteArray());
    }

    public JournaledCall Read(string partner, Random random)
    {
        var subject = Persons[random.Next(Persons.Count)];
        var programme = $"{partner}.deposit_free";
        var (method, request) = random.Next(3) switch
        {
            0 => ("sesame.partner.v1.CreditScoreService/GetCreditScore", (IMessage)new GetCreditScoreRequest { Subject = subject }),
            1 => (
                "sesame.partner.v1.EligibilityService/CheckEligibility",
                new CheckEligibilityRequest { Subject = subject, Programme = programme }
            ),
            _ => (Waivers + "ListDepositWaivers", new ListDepositWaiversRequest { Subject = subject, PageSize = 3 }),
        };
        return new JournaledCall($"partner:{partner}", method, "", request.ToByteArray());
    }

    public JournaledCall Grant(string partner, Random random)
    {
        var id = $"{partner}-{Next()}";
        return Of(
            partner,
            "GrantDepositWaiver",
            id,
            new GrantDepositWaiverRequest
            {
                RequestId = id,
                OrderId = $"order-{id}",
                Subject = Persons[random.Next(Persons.Count)],
                Programme = $"{partner}.deposit_free",
                Amount = Fen(random.Next(1, 6000)),
                AcceptPartial = true,
            }
        );
    }

    /// <summary>What a waiver allows next, most of the time; null when the partner has none.</summary>
    public JournaledCall? Change(string partner, Random random)
    {
        var own = waivers.Values.Where(waiver => waiver.Programme == $"{partner}.deposit_free").Take(40).ToList();
        if (own.Count == 0)
        {
            return null;
        }

        var waiver = own[random.Next(own.Count)];
        var id = $"{partner}-{Next()}";
        return waiver.State == DepositWaiverState.Settling
            ? ChangeSettling(partner, waiver, id, random)
            : ChangeActive(partner, waiver, id, random);
    }

    /// <summary>Remembers the waiver that an answer shows, until it has ended.</summary>
    public void Learn(JournaledCall call)
    {
        if (call.Answer is null || !call.Method.StartsWith(Waivers, StringComparison.Ordinal))
        {
            return;
        }

        // The waiver has the same field number in the answers of all of its methods.
        if (CancelDepositWaiverResponse.Parser.ParseFrom(call.Answer).DepositWaiver is not { } waiver)
        {
            return;
        }

        if (waiver.AllowedActions.Count > 0)
        {
            waivers.AddOrUpdate(waiver.DepositWaiverId, waiver, (_, known) => known.Revision > waiver.Revision ? known : waiver);
        }
        else
        {
            waivers.TryRemove(waiver.DepositWaiverId, out _);
        }
    }

    /// <summary>Forgets the waiver of a call that was refused: it is not as it was thought to be.</summary>
    public void Forget(JournaledCall call)
    {
        if (call.Refusal is not null && call.Method.StartsWith(Waivers, StringComparison.Ordinal))
        {
            waivers.TryRemove(CancelDepositWaiverRequest.Parser.ParseFrom(call.Request).DepositWaiverId, out _);
        }
    }

    private static JournaledCall ChangeActive(string partner, DepositWaiver waiver, string id, Random random)
    {
        var waiverId = waiver.DepositWaiverId;
        return random.Next(10) switch
        {
            0 => Of(partner, "CancelDepositWaiver", id, new CancelDepositWaiverRequest { RequestId = id, DepositWaiverId = waiverId }),
            1 => Of(
                partner,
                "ExtendDepositWaiver",
                id,
                new ExtendDepositWaiverRequest
                {
                    RequestId = id,
                    DepositWaiverId = waiverId,
                    DueTime = waiver.DueTime + Duration.FromTimeSpan(TimeSpan.FromMilliseconds(1)),
                }
            ),
            2 or 3 => Of(
                partner,
                "CompleteDepositWaiver",
                id,
                new CompleteDepositWaiverRequest { RequestId = id, DepositWaiverId = waiverId }
            ),
            _ => Of(
                partner,
                "CompleteDepositWaiver",
                id,
                new CompleteDepositWaiverRequest
                {
                    RequestId = id,
                    DepositWaiverId = waiverId,
                    Charge = ChargeOf(random.NextInt64(1, waiver.WaivedAmount.MinorUnits + 1)),
                }
            ),
        };
    }

    private static JournaledCall ChangeSettling(string partner, DepositWaiver waiver, string id, Random random) =>
        random.Next(2) == 0
            ? Of(
                partner,
                "CorrectDepositWaiverCharge",
                id,
                new CorrectDepositWaiverChargeRequest
                {
                    RequestId = id,
                    DepositWaiverId = waiver.DepositWaiverId,
                    Charge = ChargeOf(random.NextInt64(waiver.ChargedAmount.MinorUnits)),
                }
            )
            : Of(
                partner,
                "ReportDepositWaiverPayment",
                id,
                new ReportDepositWaiverPaymentRequest
                {
                    RequestId = id,
                    DepositWaiverId = waiver.DepositWaiverId,
                    Amount = waiver.OutstandingAmount,
                }
            );

    private static JournaledCall Of(string partner, string method, string id, IMessage request) =>
        new($"partner:{partner}", Waivers + method, id, request.ToByteArray());

    private static Charge ChargeOf(long fen) =>
        fen == 0
            ? new Charge { TotalAmount = Fen(0) }
            : new Charge
            {
                Lines =
                {
                    new ChargeLine { Kind = ChargeLineKind.Rent, Amount = Fen(fen) },
                },
                TotalAmount = Fen(fen),
            };

    private static Money Fen(long fen) => new() { CurrencyCode = "CNY", MinorUnits = fen };

    private int Next() => Interlocked.Increment(ref number);
}
