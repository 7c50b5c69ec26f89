using System.Text.Json;

namespace SesameGrpc.Gateway.Refusals;

/// <summary>Names of enums' values as the contracts write them, without their prefix: WRITTEN_OFF. In refusals, in tokens, and in JSON for partners and persons.</summary>
internal static class ContractName
{
    public static string Of(Enum value) => JsonNamingPolicy.SnakeCaseUpper.ConvertName(value.ToString());

    /// <summary>Those of several, with commas between them.</summary>
    public static string Of<T>(IEnumerable<T> values)
        where T : struct, Enum => string.Join(',', values.Select(value => Of(value)));
}
