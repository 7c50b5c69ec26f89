using SesameGrpc.Cli.Output;

namespace SesameGrpc.Cli.Doctor;

/// <summary>One look at what a partner's calls need. Its name is its heading in docs/doctor.md.</summary>
internal sealed record Check(string Name, Func<PartnerSetup, CancellationToken, Task<Finding>> LookAsync)
{
    public Check(string name, Func<PartnerSetup, Finding> look)
        : this(name, (setup, _) => Task.FromResult(look(setup))) { }

    /// <summary>Where cause and fix are explained at length.</summary>
    public string Help => $"docs/doctor.md#{Name.Replace(' ', '-')}";
}

/// <summary>
/// All checks, in the order in which a call needs what they look at. A stage ends with its first check that is wrong, because those behind it would only say so again. The calls are tried when files and network
/// are sound.
/// </summary>
internal static class Examination
{
    public static readonly Check[] Files =
    [
        new("ca file", FileChecks.Ca),
        new("certificate file", FileChecks.Certificate),
        new("key file", FileChecks.Key),
        new("key fits", FileChecks.KeyFits),
        new("validity", FileChecks.Validity),
        new("usage", FileChecks.Usage),
        new("identity", FileChecks.Identity),
    ];

    public static readonly Check[] Network =
    [
        new("proxy", NetworkChecks.ProxyAsync),
        new("name", NetworkChecks.NameAsync),
        new("port", NetworkChecks.PortAsync),
        new("tls", NetworkChecks.TlsAsync),
        new("server ca", NetworkChecks.ServerCa),
        new("server name", NetworkChecks.ServerName),
        new("http2", NetworkChecks.Http2),
    ];

    public static readonly Check[] Calls =
    [
        new("gateway", CallChecks.GatewayAsync),
        new("issuer", CallChecks.IssuerAsync),
        new("clock", CallChecks.Clock),
        new("token", CallChecks.TokenAsync),
        new("token binding", CallChecks.TokenBinding),
        new("call", CallChecks.CallAsync),
    ];

    public static IEnumerable<Check> All => [.. Files, .. Network, .. Calls];

    /// <summary>Makes the checks and tells each finding as it comes; false: something is wrong.</summary>
    public static async Task<bool> RunAsync(PartnerSetup setup, Action<Check, Finding> tell, CancellationToken cancellationToken)
    {
        var isReady = await RunStageAsync(Files, setup, tell, cancellationToken);
        isReady &= await RunStageAsync(Network, setup, tell, cancellationToken);
        return isReady && await RunStageAsync(Calls, setup, tell, cancellationToken);
    }

    private static async Task<bool> RunStageAsync(
        Check[] stage,
        PartnerSetup setup,
        Action<Check, Finding> tell,
        CancellationToken cancellationToken
    )
    {
        foreach (var check in stage)
        {
            var finding = await check.LookAsync(setup, cancellationToken);
            tell(check, finding);
            if (finding.State == CheckState.Wrong)
            {
                return false;
            }
        }

        return true;
    }
}
