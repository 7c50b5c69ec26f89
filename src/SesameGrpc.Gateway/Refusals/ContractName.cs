using System.Text.Json;

namespace SesameGrpc.Gateway.Refusals;

/// <summary>Names of enums' values as the contracts write them, without their prefix: WRITTEN_OFF. In refusals, in tokens, and in JSON for partners and persons.</summary>
internal static class ContractName
{
    public static string Of(Enum value) => JsonNamingPolicy.SnakeCaseUpper.ConvertName(value.ToString());
}
