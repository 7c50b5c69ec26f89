using System.Text.Json;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Benchmarks.Imports;

/// <summary>`sesame scores import`, the command as its users run it, into a gateway that this process runs, over mutual TLS.</summary>
internal sealed class SesameImport(ImportFile file, PostgresServer server, bool onPostgreSql) : ImportLoader(file, server)
{
    public const string PostgreSql = "sesame, PostgreSQL";
    public const string Sqlite = "sesame, SQLite";

    protected override string Name => onPostgreSql ? PostgreSql : Sqlite;

    public override async Task<ImportLoad> RunAsync()
    {
        await using var database = onPostgreSql ? await ImportDatabase.CreateAsync(Server) : null;
        await using var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { PostgreSql = database?.ConnectionString });
        var certificate = Path.Combine(gateway.CertificateDirectory, "operator.pem");
        var key = Path.Combine(gateway.CertificateDirectory, "operator.key.pem");
        PemFiles.WriteWithKey(certificate, key, gateway.Authority.Operator("import"));
        await (database?.SettleAsync() ?? Task.CompletedTask);
        var (load, output) = await MeasureAsync(
            "dotnet",
            CommandLine(),
            "scores",
            "import",
            File.Path,
            "--json",
            $"--operator={gateway.OperatorUrl}",
            $"--ca={Path.Combine(gateway.CertificateDirectory, "ca.pem")}",
            $"--certificate={certificate}",
            $"--key={key}"
        );
        var answer = JsonDocument.Parse(output).RootElement;
        if (answer.GetProperty("applied_rows").GetInt64() != File.Rows || !answer.GetProperty("complete").GetBoolean())
        {
            throw new InvalidOperationException($"{Name}: not every row was applied: {output}");
        }

        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        await VerifyAsync(connection, "persons", "external_id", "score_version");
        return load;
    }

    // Of the same configuration as this program.
    private static string CommandLine()
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(TestEnvironment.RepositoryRoot, "src/SesameGrpc.Cli/bin", framework.Parent!.Name, framework.Name, "sesame.dll");
    }
}
