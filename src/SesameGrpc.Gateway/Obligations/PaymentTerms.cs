using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Programmes;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Obligations;

/// <summary>When what is charged is collected, and by when it must be paid: by the programme as it is now, whatever it was when the obligation began.</summary>
internal sealed class PaymentTerms(ProgrammeCatalogueSource catalogue, GatewayOptions options)
{
    private static readonly TimeSpan UsualPaymentPeriod = TimeSpan.FromDays(7);
    private static readonly TimeSpan UsualSettlementPeriod = TimeSpan.FromHours(24);

    /// <summary>By when a charge made now must be paid.</summary>
    public long DueMicros(string programme, long nowMicros) =>
        nowMicros + (TermsOf(programme)?.PaymentPeriod?.ToTimeSpan() ?? UsualPaymentPeriod).ToMicros();

    /// <summary>When the collection of a charge made now begins.</summary>
    public long CollectMicros(long nowMicros) => nowMicros + (options.Rail.CollectAfterSeconds * 1_000_000L);

    /// <summary>Until when the settlement of a visit closed now may be stated.</summary>
    public long SettleDueMicros(string programme, long nowMicros) =>
        nowMicros + (TermsOf(programme)?.SettlementPeriod?.ToTimeSpan() ?? UsualSettlementPeriod).ToMicros();

    private ProgrammeTerms? TermsOf(string programme) => catalogue.Current.Find(programme)?.Document.Terms;
}
