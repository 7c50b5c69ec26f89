using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Output;

/// <summary>How amounts, times and reasons read for people.</summary>
internal static class Display
{
    public static string? Amount(Money? money) =>
        money is null ? null : $"{money.MinorUnits / 100}.{money.MinorUnits % 100:00} {money.CurrencyCode}";

    public static string? Time(Timestamp? time) => time?.ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss 'UTC'");

    // Their texts end with a full stop.
    public static string Reasons(IEnumerable<ReasonDetail> reasons) =>
        string.Join(" ", reasons.Select(detail => $"{MessageJson.Name(detail.Reason)}: {detail.TextEn}"));
}
