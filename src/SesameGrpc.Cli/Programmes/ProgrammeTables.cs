using Google.Protobuf;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Programmes;

/// <summary>Programmes, versions and activations for people; for scripts, one object a line.</summary>
internal static class ProgrammeTables
{
    public static void Show(CliOutput output, IReadOnlyCollection<Programme> programmes) =>
        output.WriteTable(
            programmes,
            ["programme", "version", "kind", "name", "amount", "open at once"],
            programme =>
                [
                    programme.Programme_,
                    programme.Version.ToString(),
                    MessageJson.Name(programme.Kind),
                    programme.DisplayNameEn,
                    Display.Amount(programme.Terms?.AmountLimit),
                    programme.ProgrammeLimit is { OpenCount: > 0 } limit ? limit.OpenCount.ToString() : "",
                ]
        );

    public static void Show(CliOutput output, IReadOnlyCollection<ProgrammeVersion> versions) =>
        output.WriteTable(
            versions,
            ["programme", "version", "stored", "by", "in force"],
            version =>
                [
                    version.Programme.Programme_,
                    version.Programme.Version.ToString(),
                    Display.Time(version.CreateTime),
                    version.Creator,
                    version.InForce ? "yes" : "",
                ]
        );

    public static void Show(CliOutput output, IReadOnlyCollection<ProgrammeActivation> activations) =>
        output.WriteTable(
            activations,
            ["activation", "programme", "version", "from", "until", "state", "decided", "by"],
            activation =>
                [
                    activation.Activation.ToString(),
                    activation.Programme,
                    activation.RollBack ? $"{activation.Version} (roll back)" : activation.Version.ToString(),
                    Display.Time(activation.ActivateTime) ?? "ever",
                    activation.State == ProgrammeActivationState.CalledOff ? "" : Display.Time(activation.EndTime),
                    MessageJson.Name(activation.State),
                    Display.Time(activation.CreateTime),
                    activation.Creator,
                ]
        );

    /// <summary>Of one programme; the condition as it stands in the file.</summary>
    public static void ShowCard(CliOutput output, Programme programme)
    {
        if (output.Json)
        {
            output.WriteJson(MessageJson.From(programme));
            return;
        }

        output.WriteCard(
            $"{programme.Programme_} version {programme.Version}",
            ("name", $"{programme.DisplayNameEn} / {programme.DisplayNameZh}"),
            ("kind", MessageJson.Name(programme.Kind)),
            ("condition", Text(programme.Condition)),
            ("terms", Text(programme.Terms)),
            ("open at most, in all", Text(programme.ProgrammeLimit)),
            ("... with one partner", Text(programme.PartnerLimit))
        );
    }

    private static string? Text(IMessage? part) => part is null ? null : JsonFormatter.Default.Format(part);
}
