using System.Diagnostics;
using System.Text.Json;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1Alpha;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Pipeline;

/// <summary>What stands behind each listener, and how the gateway starts.</summary>
public sealed class HostTests
{
    [Fact]
    public async Task Public_MetadataAndKeys_NameTheMutualTlsTokenEndpoint()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var http = new HttpClient(gateway.Handler(null));

        foreach (var path in new[] { "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server" })
        {
            var metadata = JsonDocument.Parse(await http.GetStringAsync(new Uri(gateway.PublicUrl, path))).RootElement;
            Assert.Equal(
                new Uri(gateway.PartnerUrl, "/connect/token").ToString(),
                metadata.GetProperty("mtls_endpoint_aliases").GetProperty("token_endpoint").GetString()
            );
            Assert.True(metadata.GetProperty("tls_client_certificate_bound_access_tokens").GetBoolean());
            Assert.Equal(
                ["tls_client_auth", "self_signed_tls_client_auth"],
                metadata.GetProperty("token_endpoint_auth_methods_supported").EnumerateArray().Select(method => method.GetString())
            );
            var keys = JsonDocument
                .Parse(await http.GetStringAsync(metadata.GetProperty("jwks_uri").GetString()!))
                .RootElement.GetProperty("keys");
            var key = Assert.Single(keys.EnumerateArray());
            Assert.Equal(("ES256", "P-256"), (key.GetProperty("alg").GetString(), key.GetProperty("crv").GetString()));
            Assert.False(key.TryGetProperty("d", out _));
        }
    }

    [Fact]
    public async Task NoAccessorToTheRequest_KeepsTheServerFromUsingItsContextsAgain()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();

        Assert.Throws<InvalidOperationException>(() => gateway.Service<IHttpContextAccessor>());
    }

    [Fact]
    public async Task Public_ErrorPages_ExistForEveryReason()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var http = new HttpClient(gateway.Handler(null));

        foreach (
            var reason in ErrorReasonReflection.Descriptor.EnumTypes[0].Values.Skip(1).Select(value => value.Name["ERROR_REASON_".Length..])
        )
        {
            Assert.Contains(
                $"<h1>{reason}</h1>",
                await http.GetStringAsync(new Uri(gateway.PublicUrl, $"/errors/{reason}")),
                StringComparison.OrdinalIgnoreCase
            );
        }

        Assert.Equal(
            System.Net.HttpStatusCode.NotFound,
            (await http.GetAsync(new Uri(gateway.PublicUrl, "/errors/NO_SUCH_REASON"))).StatusCode
        );
        Assert.Equal(
            System.Net.HttpStatusCode.NotFound,
            (await http.PostAsync(new Uri(gateway.PublicUrl, "/connect/token"), null)).StatusCode
        );
    }

    [Fact]
    public async Task Internal_HealthAndMetrics_AnswerInPlainHttp()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var bike = await gateway.ConnectAsync("bike");
        await gateway.FeedAsync("p", 650);
        await bike.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "p" });
        using var http = new HttpClient();

        Assert.Equal("Healthy", await http.GetStringAsync(new Uri(gateway.InternalUrl, "/health/ready")));
        Assert.Equal("Healthy", await http.GetStringAsync(new Uri(gateway.InternalUrl, "/health/live")));
        Assert.Contains(
            "rpc_server_call_duration_seconds_count",
            await http.GetStringAsync(new Uri(gateway.InternalUrl, "/metrics")),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "rpc_method=\"sesame.partner.v1.CreditScoreService/GetCreditScore\"",
            await http.GetStringAsync(new Uri(gateway.InternalUrl, "/metrics")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task GrpcHealth_NeedsACertificateButNoToken()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var bike = await gateway.ConnectAsync("bike");

        var health = await new Health.HealthClient(bike.Channel).CheckAsync(new HealthCheckRequest());

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
    }

    [Theory]
    [InlineData("Sandbox", true)]
    [InlineData("Production", false)]
    public async Task Reflection_IsThereInTheSandboxOnly(string mode, bool isThere)
    {
        await using var sandbox = await GatewayUnderTest.StartAsync();
        await sandbox.OnboardAsync("bike");
        await using var gateway = await GatewayUnderTest.StartAsync(
            new GatewaySetup
            {
                Beside = sandbox,
                Settings = new Dictionary<string, string?> { ["Sesame:Mode"] = mode },
            }
        );
        var bike = await gateway.ConnectOnboardedAsync("bike");
        var client = new ServerReflection.ServerReflectionClient(bike.Channel);

        if (isThere)
        {
            Assert.Contains(await ListServicesAsync(client), service => service.Name == "sesame.partner.v1.CreditScoreService");
        }
        else
        {
            Assert.Equal("METHOD_UNKNOWN", (await RefusedCall.OfAsync(() => ListServicesAsync(client))).Reason);
        }
    }

    private static async Task<IEnumerable<ServiceResponse>> ListServicesAsync(ServerReflection.ServerReflectionClient client)
    {
        using var call = client.ServerReflectionInfo();
        await call.RequestStream.SendAsync(new ServerReflectionRequest { ListServices = "*" });
        await call.ResponseStream.MoveNext(CancellationToken.None);
        return call.ResponseStream.Current.ListServicesResponse.Service;
    }

    [Fact]
    public async Task Method_WithoutAPolicyRow_IsRefused()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(
            new GatewaySetup { Customize = app => app.MapGrpcService<UnlistedService>() }
        );
        var bike = await gateway.ConnectAsync("bike");

        var refused = await RefusedCall.OfAsync(bike.Invoker.AsyncUnaryCall(UnlistedService.Method, null, default, []));

        Assert.Equal((StatusCode.PermissionDenied, "METHOD_WITHOUT_POLICY"), (refused.Code, refused.Reason));
    }

    [Fact]
    public async Task Start_AfterACrashInTheFirstOne_DoesNotWaitForTheLockLeftBehind()
    {
        await using var other = await GatewayUnderTest.StartAsync();
        var file = Path.Combine(other.DataDirectory, "crashed.db");
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={file};Pooling=false"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText =
                "CREATE TABLE \"__EFMigrationsLock\" (\"Id\" INTEGER NOT NULL PRIMARY KEY, \"Timestamp\" TEXT NOT NULL); INSERT INTO \"__EFMigrationsLock\" VALUES (1, '2026-01-01 00:00:00+00:00')";
            await command.ExecuteNonQueryAsync();
        }

        // Three at once, as after a crash of a host: one migrates.
        var setup = new GatewaySetup
        {
            Beside = other,
            Settings = new Dictionary<string, string?> { ["Sesame:Storage:ConnectionString"] = $"Data Source={file}" },
        };
        var started = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => GatewayUnderTest.StartAsync(setup))))
            .WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);

        foreach (var gateway in started)
        {
            await gateway.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(
        "Sesame__Tls__ServerCertificate=/no/such/file",
        "Sesame:Tls:ServerCertificate is \"/no/such/file\"; allowed: the path of a readable file."
    )]
    [InlineData("Sesame__Calls__DefaultDeadlineSeconds=0", "Sesame:Calls:DefaultDeadlineSeconds is \"0\"; allowed: 1 to 60.")]
    [InlineData("Sesame__Mode=Production", "allowed in production: a directory with keys/token-signing.pem")]
    public async Task Start_WithAWrongSetting_EndsWithOneLine(string setting, string line)
    {
        await using var good = await GatewayUnderTest.StartAsync();
        var certificates = good.CertificateDirectory;
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "SesameGrpc.Gateway.dll")])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["Sesame__DataDirectory"] = TestEnvironment.NewDirectory("start");
        foreach (
            var (name, file) in new[]
            {
                ("ServerCertificate", "server.pem"),
                ("ServerKey", "server.key.pem"),
                ("PartnerCa", "ca.pem"),
                ("OperatorCa", "ca.pem"),
            }
        )
        {
            start.Environment[$"Sesame__Tls__{name}"] = Path.Combine(certificates, file);
        }

        start.Environment["Sesame__Mode"] = "Sandbox";
        start.Environment[setting.Split('=')[0]] = setting.Split('=')[1];
        using var process = Process.Start(start)!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(78, process.ExitCode);
        Assert.Contains(line, Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }
}
