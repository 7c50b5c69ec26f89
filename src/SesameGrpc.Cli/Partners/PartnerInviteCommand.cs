using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Partners;

/// <summary>`sesame partner invite`: creates a partner that has no certificate yet, or finds one, and prints the one command that the partner runs.</summary>
internal static class PartnerInviteCommand
{
    private static readonly Option<int> ValidHours = new("--valid-hours")
    {
        Description = "How long the invitation counts, 1 to 720.",
        DefaultValueFactory = _ => 7 * 24,
        HelpName = "hours",
    };

    private static readonly Option<bool> Withdraw = new("--withdraw") { Description = "End the partner's invitation instead." };

    public static Command Create() =>
        new Command("invite", "Invite a partner to fetch its certificate; with --name and --kind it is created first.")
            .With(PartnerOptions.Id)
            .WithPartner()
            .With(ValidHours, Withdraw)
            .ForOperator()
            .Runs(RunAsync);

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        if (context.Get(Withdraw))
        {
            var withdrawal = new WithdrawInvitationRequest
            {
                RequestId = CommandContext.NewRequestId(),
                Partner = context.Get(PartnerOptions.Id),
            };
            await channel.Onboarding.WithdrawInvitationAsync(withdrawal, cancellationToken: cancellationToken);
            return ExitCode.Ok;
        }

        if (context.Get(PartnerOptions.Name) is not null)
        {
            var creation = new CreatePartnerRequest
            {
                RequestId = CommandContext.NewRequestId(),
                Partner = PartnerOptions.Read(context),
                Invited = true,
            };
            await channel.Partners.CreatePartnerAsync(creation, cancellationToken: cancellationToken);
        }

        Show(context.Output, await InviteAsync(context, channel, cancellationToken));
        return ExitCode.Ok;
    }

    private static async Task<Invitation> InviteAsync(CommandContext context, OperatorChannel channel, CancellationToken cancellationToken)
    {
        var request = new InvitePartnerRequest
        {
            RequestId = CommandContext.NewRequestId(),
            Partner = context.Get(PartnerOptions.Id),
            ValidDuration = Duration.FromTimeSpan(TimeSpan.FromHours(context.Get(ValidHours))),
        };
        return (await channel.Onboarding.InvitePartnerAsync(request, cancellationToken: cancellationToken)).Invitation;
    }

    private static void Show(CliOutput output, Invitation invitation)
    {
        var pin = invitation.ServerCaSha256.Length > 0 ? $" --ca-sha256 {invitation.ServerCaSha256}" : " --ca CA_FILE";
        var command = $"sesame partner join {invitation.PublicUrl} --partner {invitation.Partner}{pin} --invitation {invitation.Code}";
        if (output.Json)
        {
            var json = MessageJson.From(invitation);
            json["command"] = command;
            output.WriteJson(json);
            return;
        }

        output.WriteCard($"{invitation.Partner} is invited", ("until", Display.Time(invitation.ExpireTime)));
        output.Out.WriteLine();
        output.Out.WriteLine("Whoever has this gets the partner's certificate, once. Send it over a channel that you trust:");
        output.Out.WriteLine();
        output.Out.WriteLine("  " + command);
    }
}
