using SesameGrpc.Cli;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests;

/// <summary>The command line, as an operator of a gateway under test runs it.</summary>
internal static class OperatorCommands
{
    /// <summary>Writes the operator's certificate and key, by which commands call.</summary>
    public static void WriteCertificate(GatewayUnderTest gateway) =>
        PemFiles.WriteWithKey(FileOf(gateway, "operator.pem"), FileOf(gateway, "operator.key.pem"), gateway.Authority.Operator("cli"));

    /// <summary>A file in the gateway's folder of certificates.</summary>
    public static string FileOf(GatewayUnderTest gateway, string name) => Path.Combine(gateway.CertificateDirectory, name);

    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(GatewayUnderTest gateway, params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        string[] connection = ["--operator", gateway.OperatorUrl.ToString(), "--certs", gateway.CertificateDirectory];
        var exitCode = await CommandTree.RunAsync([.. arguments, .. connection], output, error, TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper?.WriteLine($"$ ./sesame {string.Join(' ', arguments)}\n{output}{error}");
        return (exitCode, output.ToString(), error.ToString());
    }
}
