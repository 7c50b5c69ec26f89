using System.CommandLine;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Partners;

/// <summary>What is said of a partner that is to be onboarded.</summary>
internal static class PartnerOptions
{
    public static readonly Argument<string> Id = new("ID") { Description = "Id of the partner: 2 to 40 characters of a-z 0-9 -." };

    public static readonly Option<string?> Name = new("--name") { Description = "Name shown to persons." };

    private static readonly Option<PartnerKind> Kind = new("--kind")
    {
        Description =
            "What business it is in: sharing, rental, hospital, library, dating, retail, transport, lender. It bounds what the partner may be told of persons.",
    };

    private static readonly Option<string[]> RedirectUris = new("--redirect-uri")
    {
        Description = "Where browsers are sent back to after a person has decided on a consent; repeatable.",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string[]> BadgeSites = new("--badge-site")
    {
        Description = "Site on which its credit badges may be shown, for example https://www.baihe.example; repeatable.",
        AllowMultipleArgumentsPerToken = true,
        HelpName = "origin",
    };

    private static readonly Option<string[]> Programmes = new("--programme")
    {
        Description = "Programme that the partner may use, PROGRAMME[:min_score[:amount_fen]]; repeatable.",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string[]> Scopes = new("--scope")
    {
        Description =
            "Scope that the partner may request: score.read, score.band.read, score.dimensions.read, eligibility.check, deposit_waiver.read, deposit_waiver.write, credit_badge.read, credit_badge.write, consent.read, event.read, webhook.read, webhook.write; repeatable.",
        AllowMultipleArgumentsPerToken = true,
    };

    public static Command WithPartner(this Command command) => command.With(Name, Kind, Scopes, Programmes, RedirectUris, BadgeSites);

    public static Partner Read(CommandContext context) =>
        new()
        {
            Partner_ = context.Get(Id),
            DisplayName = context.Get(Name) ?? throw new UsageException("--name: a new partner needs a name that is shown to persons."),
            Kind = context.Get(Kind) is var kind and not PartnerKind.Unspecified
                ? kind
                : throw new UsageException("--kind: a new partner needs a kind; it bounds what the partner may be told of persons."),
            RedirectUris = { context.Get(RedirectUris) ?? [] },
            BadgeSites = { context.Get(BadgeSites) ?? [] },
            Scopes = { context.Get(Scopes) ?? [] },
            Enrolments = { (context.Get(Programmes) ?? []).Select(ProgrammeArgument.Parse) },
        };
}
