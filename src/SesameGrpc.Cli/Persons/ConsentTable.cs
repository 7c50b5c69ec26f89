using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Persons;

/// <summary>Consents of a person, a line each.</summary>
internal static class ConsentTable
{
    public static void Show(CliOutput output, IReadOnlyCollection<PersonConsent> consents)
    {
        output.WriteTable(
            consents,
            ["consent", "partner", "state", "purpose", "scopes", "granted", "until"],
            consent =>
                [
                    consent.ConsentId,
                    consent.PartnerDisplayName,
                    MessageJson.Name(consent.State),
                    MessageJson.Name(consent.Purpose),
                    string.Join(' ', consent.Scopes),
                    Display.Time(consent.GrantTime),
                    Display.Time(consent.EndTime ?? consent.ExpireTime),
                ]
        );
    }
}
