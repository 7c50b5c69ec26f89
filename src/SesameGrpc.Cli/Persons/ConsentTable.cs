using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Operator.V1;
using Spectre.Console;

namespace SesameGrpc.Cli.Persons;

/// <summary>Consents of a person, a line each.</summary>
internal static class ConsentTable
{
    public static void Show(CliOutput output, IReadOnlyCollection<PersonConsent> consents)
    {
        if (output.Json)
        {
            foreach (var consent in consents)
            {
                output.WriteJson(MessageJson.From(consent));
            }

            return;
        }

        var table = new Table()
            .Border(TableBorder.Simple)
            .AddColumns("consent", "partner", "state", "purpose", "scopes", "granted", "until");
        foreach (var consent in consents)
        {
            table.AddRow(
                new Text(consent.ConsentId),
                new Text(consent.PartnerDisplayName),
                new Text(MessageJson.Name(consent.State)),
                new Text(MessageJson.Name(consent.Purpose)),
                new Text(string.Join(' ', consent.Scopes)),
                new Text(Display.Time(consent.GrantTime) ?? ""),
                new Text(Display.Time(consent.EndTime ?? consent.ExpireTime) ?? "")
            );
        }

        output.Console.Write(table);
    }
}
