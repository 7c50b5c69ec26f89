using System.Diagnostics;
using Google.Protobuf;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Benchmarks.Calls.Peers;

/// <summary>An empty method of gRPC C++, from benchmarks/peers/floor.cc, which run.sh builds where it can.</summary>
internal sealed class NativeFloor : IDisposable
{
    public const string Name = "floor-cpp";

    private static readonly string Program = Path.Combine(TestEnvironment.RepositoryRoot, "benchmarks/peers/bin/floor");

    private readonly string directory = TestEnvironment.NewDirectory("floor");
    private readonly int port = TestEnvironment.FreePort();
    private readonly Process process;

    private NativeFloor(CallCertificates certificates)
    {
        using var server = certificates.Authority.Server();
        PemFiles.Write(PathOf("ca.pem"), certificates.Authority.Certificate);
        PemFiles.WriteWithKey(PathOf("server.pem"), PathOf("server.key.pem"), server);
        var arguments = new[] { $"{port}", PathOf("ca.pem"), PathOf("server.pem"), PathOf("server.key.pem") };
        process = Process.Start(
            new ProcessStartInfo(Program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }
        )!;
    }

    public static bool IsBuilt => File.Exists(Program);

    public static async Task<NativeFloor> StartAsync(CallCertificates certificates)
    {
        var floor = new NativeFloor(certificates);
        await floor.process.StandardInput.WriteLineAsync(Convert.ToHexStringLower(FloorServer.Answer.ToByteArray()));
        await floor.process.StandardInput.FlushAsync();
        return await floor.process.StandardOutput.ReadLineAsync() is null
            ? throw new InvalidOperationException($"{Program} did not start; its errors are above.")
            : floor;
    }

    /// <summary>Its row. What it allocates is not known.</summary>
    public MeasuredServer Row(CallPlan plan, IReadOnlyList<Caller> callers) =>
        new()
        {
            Name = Name,
            ProcessId = process.Id,
            Port = port,
            Persons = plan.Hot,
            CallersAsync = () => Task.FromResult(callers),
            AllocatedAsync = () => Task.FromResult(0L),
        };

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private string PathOf(string name) => Path.Combine(directory, name);
}
