using SesameGrpc.Soak.Audit;
using SesameGrpc.Soak.Consents;
using SesameGrpc.Soak.Events;
using SesameGrpc.Soak.Kill;
using SesameGrpc.Soak.Ledger;
using SesameGrpc.Soak.Onboarding;

// The long forms of tests; the scripts in tests/soak run them, and each ends with one line of JSON.
return args switch
{
    ["audit-tamper", .. var rest] => await AuditTamper.RunAsync(rest, Console.Out),
    ["canary"] => await CanaryRun.RunAsync(Console.Out, Console.Error),
    ["events", .. var rest] => await EventsCommand.RunAsync(rest, Console.Out),
    ["events-consumer", .. var rest] => await EventConsumer.RunAsync(rest),
    ["kill", .. var rest] => await KillCommand.RunAsync(rest, Console.Out),
    ["ledger", .. var rest] => await LedgerSoak.RunAsync(rest, Console.Out, Console.Error),
    ["ledger-compare", .. var rest] => await LedgerSoak.CompareAsync(rest, Console.Out, Console.Error),
    ["oracle", .. var rest] => await Oracle.RunAsync(rest, Console.Out, Console.Error),
    ["rotation", .. var rest] => await Rotation.RunAsync(rest, Console.Out, Console.Error),
    ["withdraw-race", .. var rest] => await WithdrawRace.RunAsync(rest, Console.Out, Console.Error),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        """
        Verbs: audit-tamper [--tampers N] [--seed S]
               canary
               events [--events N] [--store sqlite|postgresql] [--kill-every-ms N] [--seed S]
               kill [--kills N] [--store sqlite|postgresql] [--seed S]
               ledger [--ops N] [--store sqlite|postgresql] [--instances K] [--seed S]
               ledger-compare [--steps N] [--seed S]
               oracle [--calls N] [--store sqlite|postgresql]
               rotation [--seconds N] [--every SECONDS] [--rate CALLS] [--store sqlite|postgresql]
               withdraw-race [--lookups N] [--store sqlite|postgresql]
        """
    );
    return 2;
}
