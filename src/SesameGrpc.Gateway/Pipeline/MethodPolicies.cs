using System.Collections.Frozen;
using Grpc.AspNetCore.Server;
using Grpc.Health.V1;
using Grpc.Reflection.V1Alpha;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Listeners;
using SesameGrpc.Gateway.Partners;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace SesameGrpc.Gateway.Pipeline;

/// <summary>The policy table: one row per RPC. A method without a row is refused (fail closed).</summary>
internal static class MethodPolicies
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Long = TimeSpan.FromHours(6);

    // csharpier-ignore
    private static readonly FrozenDictionary<string, MethodPolicy> Rows = new[]
    {
        //      service                           method                   scope                                effect
        Partner(CreditScoreService.Descriptor,    "GetCreditScore",        PartnerScopes.ScoreRead,            Effect.Disclosure),
        Partner(CreditScoreService.Descriptor,    "BatchGetCreditScores",  PartnerScopes.ScoreRead,            Effect.Disclosure),
        Partner(CreditScoreService.Descriptor,    "GetScoreBand",          PartnerScopes.ScoreBandRead,        Effect.Disclosure),
        Partner(EligibilityService.Descriptor,    "CheckEligibility",      PartnerScopes.EligibilityCheck,     Effect.Disclosure),
        Partner(EligibilityService.Descriptor,    "BatchCheckEligibility", PartnerScopes.EligibilityCheck,     Effect.Disclosure),
        Partner(EligibilityService.Descriptor,    "ListProgrammes",        PartnerScopes.EligibilityCheck,     Effect.Read),
        Partner(EligibilityService.Descriptor,    "GetProgramme",          PartnerScopes.EligibilityCheck,     Effect.Read),
        Partner(DepositWaiverService.Descriptor,  "GrantDepositWaiver",    PartnerScopes.DepositWaiverWrite,   Effect.Mutation),
        Partner(DepositWaiverService.Descriptor,  "GetDepositWaiver",      PartnerScopes.DepositWaiverRead,    Effect.Disclosure),
        Partner(DepositWaiverService.Descriptor,  "ListDepositWaivers",    PartnerScopes.DepositWaiverRead,    Effect.Disclosure),
        Partner(DepositWaiverService.Descriptor,  "ExtendDepositWaiver",   PartnerScopes.DepositWaiverWrite,   Effect.Mutation),
        Partner(DepositWaiverService.Descriptor,  "CorrectDepositWaiverCharge", PartnerScopes.DepositWaiverWrite, Effect.Mutation),
        Partner(DepositWaiverService.Descriptor,  "ReportDepositWaiverPayment", PartnerScopes.DepositWaiverWrite, Effect.Mutation),
        Partner(DepositWaiverService.Descriptor,  "CompleteDepositWaiver", PartnerScopes.DepositWaiverWrite,   Effect.Mutation),
        Partner(DepositWaiverService.Descriptor,  "CancelDepositWaiver",   PartnerScopes.DepositWaiverWrite,   Effect.Mutation),
        Partner(DeferredPaymentService.Descriptor, "OpenVisit",            PartnerScopes.DeferredPaymentWrite, Effect.Mutation),
        Partner(DeferredPaymentService.Descriptor, "AddVisitCharge",       PartnerScopes.DeferredPaymentWrite, Effect.Mutation),
        Partner(DeferredPaymentService.Descriptor, "VoidVisitCharge",      PartnerScopes.DeferredPaymentWrite, Effect.Mutation),
        Partner(DeferredPaymentService.Descriptor, "CloseVisit",           PartnerScopes.DeferredPaymentWrite, Effect.Mutation),
        Partner(DeferredPaymentService.Descriptor, "SettleVisit",          PartnerScopes.DeferredPaymentWrite, Effect.Mutation),
        Partner(DeferredPaymentService.Descriptor, "RefundVisitCharge",    PartnerScopes.DeferredPaymentWrite, Effect.Mutation),
        Partner(DeferredPaymentService.Descriptor, "ReportVisitPayment",   PartnerScopes.DeferredPaymentWrite, Effect.Mutation),
        Partner(DeferredPaymentService.Descriptor, "GetVisit",             PartnerScopes.DeferredPaymentRead,  Effect.Disclosure),
        Partner(DeferredPaymentService.Descriptor, "ListVisits",           PartnerScopes.DeferredPaymentRead,  Effect.Disclosure),
        Partner(CreditBadgeService.Descriptor,    "IssueCreditBadge",      PartnerScopes.CreditBadgeWrite,     Effect.Mutation),
        Partner(CreditBadgeService.Descriptor,    "GetCreditBadge",        PartnerScopes.CreditBadgeRead,      Effect.Disclosure),
        Partner(CreditBadgeService.Descriptor,    "ListCreditBadges",      PartnerScopes.CreditBadgeRead,      Effect.Disclosure),
        Partner(CreditBadgeService.Descriptor,    "RevokeCreditBadge",     PartnerScopes.CreditBadgeWrite,     Effect.Mutation),
        Partner(FulfilmentService.Descriptor,     "ReportFulfilment",      PartnerScopes.FulfilmentWrite,      Effect.Mutation),
        Partner(FulfilmentService.Descriptor,     "CorrectFulfilment",     PartnerScopes.FulfilmentWrite,      Effect.Mutation),
        Partner(FulfilmentService.Descriptor,     "GetFulfilment",         PartnerScopes.FulfilmentRead,       Effect.Disclosure),
        Partner(FulfilmentService.Descriptor,     "ListFulfilments",       PartnerScopes.FulfilmentRead,       Effect.Disclosure),
        Partner(ConsentService.Descriptor,        "GetConsent",            PartnerScopes.ConsentRead,          Effect.Disclosure),
        Partner(ConsentService.Descriptor,        "ListConsents",          PartnerScopes.ConsentRead,          Effect.Disclosure),
        Partner(EventService.Descriptor,          "ListEvents",            PartnerScopes.EventRead,            Effect.Disclosure),
        Partner(EventService.Descriptor,          "StreamEvents",          PartnerScopes.EventRead,            Effect.Disclosure) with { MaxDeadline = Long },
        Partner(WebhookService.Descriptor,        "CreateWebhookEndpoint", PartnerScopes.WebhookWrite,         Effect.Mutation),
        Partner(WebhookService.Descriptor,        "GetWebhookEndpoint",    PartnerScopes.WebhookRead,          Effect.Read),
        Partner(WebhookService.Descriptor,        "ListWebhookEndpoints",  PartnerScopes.WebhookRead,          Effect.Read),
        Partner(WebhookService.Descriptor,        "UpdateWebhookEndpoint", PartnerScopes.WebhookWrite,         Effect.Mutation),
        Partner(WebhookService.Descriptor,        "DeleteWebhookEndpoint", PartnerScopes.WebhookWrite,         Effect.Mutation),
        Partner(WebhookService.Descriptor,        "RotateWebhookSecret",   PartnerScopes.WebhookWrite,         Effect.Mutation),
        Partner(WebhookService.Descriptor,        "ListWebhookDeliveries", PartnerScopes.WebhookRead,          Effect.Read),
        Partner(WebhookService.Descriptor,        "RedeliverWebhookEvents", PartnerScopes.WebhookWrite,        Effect.Mutation),

        //       service                           method                      effect             longest deadline
        Operator(PartnerAdminService.Descriptor,   "CreatePartner",            Effect.Mutation,   Usual),
        Operator(PartnerAdminService.Descriptor,   "GetPartner",               Effect.Read,       Usual),
        Operator(PartnerAdminService.Descriptor,   "ListPartners",             Effect.Read,       Usual),
        Operator(PartnerAdminService.Descriptor,   "UpdatePartner",            Effect.Mutation,   Usual),
        Operator(PartnerAdminService.Descriptor,   "SuspendPartner",           Effect.Mutation,   Usual),
        Operator(PartnerAdminService.Descriptor,   "ResumePartner",            Effect.Mutation,   Usual),
        Operator(PartnerAdminService.Descriptor,   "AddPartnerCertificate",    Effect.Mutation,   Usual),
        Operator(PartnerAdminService.Descriptor,   "RevokePartnerCertificate", Effect.Mutation,   Usual),
        Operator(OnboardingService.Descriptor,     "InvitePartner",            Effect.Mutation,   Usual),
        Operator(OnboardingService.Descriptor,     "WithdrawInvitation",       Effect.Mutation,   Usual),
        Operator(OnboardingService.Descriptor,     "ListCertificateRequests",  Effect.Read,       Usual),
        Operator(OnboardingService.Descriptor,     "IssueCertificate",         Effect.Mutation,   Usual),
        Operator(KeyService.Descriptor,            "ListKeys",                 Effect.Read,       Usual),
        Operator(KeyService.Descriptor,            "RotateKey",                Effect.Mutation,   Usual),
        Operator(ProgrammeAdminService.Descriptor, "ListProgrammes",           Effect.Read,       Usual),
        Operator(ProgrammeAdminService.Descriptor, "GetProgramme",             Effect.Read,       Usual),
        Operator(ProgrammeAdminService.Descriptor, "CreateProgrammeVersion",   Effect.Mutation,   Usual),
        Operator(ProgrammeAdminService.Descriptor, "ListProgrammeVersions",    Effect.Read,       Usual),
        Operator(ProgrammeAdminService.Descriptor, "GetProgrammeVersion",      Effect.Read,       Usual),
        Operator(ProgrammeAdminService.Descriptor, "ActivateProgrammeVersion", Effect.Mutation,   Usual),
        Operator(ProgrammeAdminService.Descriptor, "RollBackProgramme",        Effect.Mutation,   Usual),
        Operator(ProgrammeAdminService.Descriptor, "ListProgrammeActivations", Effect.Read,       Usual),
        Operator(ProgrammeAdminService.Descriptor, "DryRunProgrammeVersion",   Effect.Read,       Long),
        Operator(ProgrammeAdminService.Descriptor, "ReplayDecisions",          Effect.Read,       Long),
        Operator(ScoreFeedService.Descriptor,      "ImportScores",             Effect.Mutation,   Long),
        Operator(ScoreFeedService.Descriptor,      "GetScoreImport",           Effect.Read,       Usual),
        Operator(PersonService.Descriptor,         "OptIn",                    Effect.Mutation,   Usual),
        Operator(PersonService.Descriptor,         "OptOut",                   Effect.Mutation,   Usual),
        Operator(PersonService.Descriptor,         "GetPerson",                Effect.Disclosure, Usual),
        Operator(PersonService.Descriptor,         "GrantConsent",             Effect.Mutation,    Usual),
        Operator(PersonService.Descriptor,         "WithdrawConsent",          Effect.Mutation,    Usual),
        Operator(PersonService.Descriptor,         "WithdrawAllConsents",      Effect.Mutation,    Usual),
        Operator(PersonService.Descriptor,         "SuspendConsent",           Effect.Mutation,    Usual),
        Operator(PersonService.Descriptor,         "ResumeConsent",            Effect.Mutation,    Usual),
        Operator(PersonService.Descriptor,         "ListPersonConsents",       Effect.Disclosure,  Usual),
        Operator(PersonService.Descriptor,         "ListAccesses",             Effect.Disclosure,  Usual),
        Operator(PersonService.Descriptor,         "OpenDispute",              Effect.Mutation,    Usual),
        Operator(PersonService.Descriptor,         "ListDisputes",             Effect.Disclosure,  Usual),
        Operator(PersonService.Descriptor,         "AnswerDispute",            Effect.Mutation,    Usual),
        Operator(PersonService.Descriptor,         "ExportPerson",             Effect.Disclosure,  Usual),
        Operator(PersonService.Descriptor,         "ErasePerson",              Effect.Mutation,    Usual),
        Operator(AuditService.Descriptor,          "GetAuditCheckpoint",       Effect.Read,       Usual),
        Operator(AuditService.Descriptor,          "GetAuditInclusionProof",   Effect.Read,       Usual),
        Operator(AuditService.Descriptor,          "GetAuditConsistencyProof", Effect.Read,       Usual),
        Operator(AuditService.Descriptor,          "ListAuditEntries",         Effect.Disclosure, Usual),
        Operator(AuditService.Descriptor,          "ExportAuditLog",           Effect.Read,       Long),
        Operator(AuditService.Descriptor,          "CheckAuditLog",            Effect.Read,       Long),
        Operator(FulfilmentExportService.Descriptor, "StreamFulfilments",      Effect.Disclosure, Long),
        Operator(FulfilmentExportService.Descriptor, "ListFulfilmentReports",  Effect.Disclosure, Usual),
        Operator(LedgerService.Descriptor,         "ListObligations",          Effect.Disclosure, Usual),
        Operator(LedgerService.Descriptor,         "GetObligation",            Effect.Disclosure, Usual),
        Operator(LedgerService.Descriptor,         "WriteOffObligation",       Effect.Mutation,   Usual),
        Operator(LedgerService.Descriptor,         "CheckLedger",              Effect.Disclosure, Long),
        Operator(SandboxService.Descriptor,        "ListPersonas",             Effect.Read,       Usual),
        Operator(SandboxService.Descriptor,        "GetClock",                 Effect.Read,       Usual),
        Operator(SandboxService.Descriptor,        "AdvanceClock",             Effect.Mutation,   Usual),
        Operator(SandboxService.Descriptor,        "ListForcedFailures",       Effect.Read,       Usual),
        Operator(SandboxService.Descriptor,        "SetForcedFailure",         Effect.Mutation,   Usual),
        Operator(SandboxService.Descriptor,        "ClearForcedFailures",      Effect.Mutation,   Usual),
        Operator(SandboxService.Descriptor,        "TriggerEvent",             Effect.Mutation,   Usual),
        Operator(SandboxService.Descriptor,        "ResetSandbox",             Effect.Mutation,   Usual),

        Open(Health.Descriptor,                    "Check",                    Usual),
        Open(Health.Descriptor,                    "Watch",                    Long),
        Open(ServerReflection.Descriptor,          "ServerReflectionInfo",     Usual),
        Open(Grpc.Reflection.V1.ServerReflection.Descriptor, "ServerReflectionInfo", Usual),
    }.ToFrozenDictionary(row => row.Method, StringComparer.Ordinal);

    public static IReadOnlyCollection<MethodPolicy> All => Rows.Values;

    /// <summary>The row of a method, by its full name "package.Service/Method".</summary>
    public static MethodPolicy? Find(string method) => Rows.GetValueOrDefault(method);

    /// <summary>Attaches what is known of it to each method of a mapped gRPC service.</summary>
    public static TBuilder WithMethodPolicies<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoints.Add(endpoint =>
        {
            var method = endpoint.Metadata.OfType<GrpcMethodMetadata>().FirstOrDefault()?.Method.FullName;
            if (method is not null)
            {
                endpoint.Metadata.Add(new MethodEndpoint(method[1..], Find(method[1..])));
            }
        });
        return endpoints;
    }

    private static MethodPolicy Partner(ServiceDescriptor service, string method, string scope, Effect effect) =>
        new($"{service.FullName}/{method}", [Listener.Partner], Access.PartnerToken, scope, effect, Usual);

    private static MethodPolicy Operator(ServiceDescriptor service, string method, Effect effect, TimeSpan maxDeadline) =>
        new($"{service.FullName}/{method}", [Listener.Operator], Access.Certificate, null, effect, maxDeadline);

    private static MethodPolicy Open(ServiceDescriptor service, string method, TimeSpan maxDeadline) =>
        new($"{service.FullName}/{method}", [Listener.Partner, Listener.Operator], Access.Certificate, null, Effect.Read, maxDeadline);
}
