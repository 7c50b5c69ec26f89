using SesameGrpc.Cli.Output;

namespace SesameGrpc.Cli.Doctor;

/// <summary>What a check saw, and what to do where it is not as it should be.</summary>
internal sealed record Finding(CheckState State, string Message, string Fix = "")
{
    public static Finding Ok(string message) => new(CheckState.Ok, message);

    public static Finding Absent(string message) => new(CheckState.Absent, message);

    public static Finding Warning(string message, string fix) => new(CheckState.Warning, message, fix);

    public static Finding Wrong(string message, string fix) => new(CheckState.Wrong, message, fix);
}
