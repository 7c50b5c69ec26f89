using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.CreditBadges;
using SesameGrpc.Gateway.DeferredPayments;
using SesameGrpc.Gateway.DepositWaivers;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.LedgerAccess;
using SesameGrpc.Gateway.Onboarding;
using SesameGrpc.Gateway.PersonAccess;
using SandboxClock = SesameGrpc.Gateway.Sandbox.SandboxClock;

namespace SesameGrpc.Gateway.SandboxAccess;

/// <summary>What scripts of events are played with: the services that partners and operators call, and the clock.</summary>
internal sealed record TriggerServices(
    DepositWaiverService Waivers,
    DeferredPaymentService Visits,
    CreditBadgeService Badges,
    PersonService Persons,
    LedgerService Ledger,
    LedgerStore Obligations,
    CertificateExpiryWorker Certificates,
    AuditEntries Entries,
    SandboxClock Clock,
    TimeProvider Time
);
