namespace SesameGrpc.Cli.Output;

/// <summary>What the process returns; stable, documented in docs/cli.md.</summary>
internal enum ExitCode
{
    Ok = 0,
    CallFailed = 1,
    Usage = 2,
    RefusedOrLeftOut = 3,
    Unreachable = 4,
    NotSound = 5,
}
