using SesameGrpc.Cli.Sandbox;
using Xunit;

namespace SesameGrpc.Cli.Tests.Wire;

public sealed class DevTests
{
    [Fact]
    public async Task Dev_SecondStart_FindsEverythingThereAndStopsOnRequest()
    {
        using var folder = new TemporaryFolder();
        var first = await StartAndStopAsync(folder.Path);
        var certificates = Directory.GetFiles(Path.Combine(folder.Path, "certs"), "*.pem", SearchOption.AllDirectories);
        var written = certificates.Select(File.GetLastWriteTimeUtc).ToList();

        var second = await StartAndStopAsync(folder.Path);

        Assert.Equal((0, 0), (first, second));
        Assert.Equal(2 + 2 + 2 + 2 + (2 * DemoPartners.All.Count) + 1, certificates.Length);
        Assert.Equal(written, certificates.Select(File.GetLastWriteTimeUtc));
    }

    private static async Task<int> StartAndStopAsync(string folder)
    {
        using var process = DevSandbox.Start(folder);
        var line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        Assert.Contains(
            "\"ready\"",
            line ?? await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
        return await DevSandbox.StopAsync(process);
    }
}
