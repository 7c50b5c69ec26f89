using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using SesameGrpc.Benchmarks.Measuring;
using SesameGrpc.TestSupport;
using StackExchange.Redis;

namespace SesameGrpc.Benchmarks.Calls.Peers;

/// <summary>A server to compare with, started; it ends when this is disposed of.</summary>
internal sealed class PeerProcess : IDisposable
{
    private readonly string name;
    private readonly PeerSetup setup;
    private VerbProcess process;
    private Task<PeerState> ready;

    private PeerProcess(string name, PeerSetup setup)
    {
        (this.name, this.setup) = (name, setup);
        (process, ready) = Start();
    }

    public static async Task<(PeerProcess Process, MeasuredServer Server)> StartFloorAsync(CallCertificates certificates, CallPlan plan)
    {
        var callers = certificates.Partners.Select((_, index) => certificates.Caller(index, Token(certificates, index))).ToList();
        return await StartAsync("floor", SetupOf(certificates), plan, callers);
    }

    public static async Task<(PeerProcess Process, MeasuredServer Server)> StartTutorialAsync(
        CallCertificates certificates,
        CallPlan plan,
        RedisServer redis
    )
    {
        await using (var connection = await ConnectionMultiplexer.ConnectAsync(redis.Configuration))
        {
            var subject = new byte[CallPersons.SubjectLength];
            for (var person = 0; person < plan.Hot; person++)
            {
                CallPersons.WriteSubject(subject, person);
                var key = TutorialServer.RedisKeyOf(System.Text.Encoding.ASCII.GetString(subject));
                await connection.GetDatabase().StringSetAsync(key, CallPersons.ScoreOf(person));
            }
        }

        var bound = SetupOf(certificates) with { Redis = redis.Configuration, IssuerKey = IssuerKey.ExportSubjectPublicKeyInfoPem() };
        var callers = certificates.Partners.Select((_, index) => certificates.Caller(index, Token(certificates, index))).ToList();
        return await StartAsync("tutorial", bound, plan, callers);
    }

    public void Dispose() => process.Dispose();

    // One issuer for the run. Its tokens have the claims that the gateway's have, and outlive the run.
    private static ECDsa IssuerKey { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private static string Token(CallCertificates certificates, int index)
    {
        var certificate = certificates.Partners[index];
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler().CreateToken(
            new SecurityTokenDescriptor
            {
                TokenType = "at+jwt",
                Issuer = TutorialServer.Issuer,
                Audience = TutorialServer.Audience,
                IssuedAt = now,
                NotBefore = now,
                Expires = now.AddDays(1),
                SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(IssuerKey), SecurityAlgorithms.EcdsaSha256),
                Claims = new Dictionary<string, object>(StringComparer.Ordinal)
                {
                    ["sub"] = CallCertificates.PartnerId(index),
                    ["client_id"] = CallCertificates.PartnerId(index),
                    ["jti"] = Guid.NewGuid().ToString(),
                    ["scope"] = "eligibility.check score.read",
                    ["cnf"] = new Dictionary<string, object>(StringComparer.Ordinal)
                    {
                        ["x5t#S256"] = Base64UrlEncoder.Encode(SHA256.HashData(certificate.RawData)),
                    },
                },
            }
        );
    }

    private static PeerSetup SetupOf(CallCertificates certificates)
    {
        using var server = certificates.Authority.Server();
        var (certificate, key) = CallCertificates.Pem(server);
        return new PeerSetup(TestEnvironment.FreePort(), certificates.Ca, certificate, key);
    }

    private static async Task<(PeerProcess Process, MeasuredServer Server)> StartAsync(
        string name,
        PeerSetup setup,
        CallPlan plan,
        IReadOnlyList<Caller> callers
    )
    {
        var peer = new PeerProcess(name, setup);
        await peer.ready;
        var server = new MeasuredServer
        {
            Name = name,
            ProcessId = peer.process.Id,
            Port = setup.Port,
            Persons = plan.Hot,
            CallersAsync = () => Task.FromResult(callers),
            AllocatedAsync = peer.AllocatedAsync,
            StopAsync = peer.StopAsync,
        };
        return (peer, server);
    }

    private (VerbProcess, Task<PeerState>) Start()
    {
        var started = VerbProcess.Start($"{name}-server");
        return (started, started.AskAsync<PeerSetup, PeerState>(setup));
    }

    private Task<Action> StopAsync()
    {
        process.Dispose();
        return Task.FromResult<Action>(() => (process, ready) = Start());
    }

    private async Task<long> AllocatedAsync()
    {
        await ready;
        return (await process.AskAsync<PeerSetup, PeerState>(setup)).AllocatedBytes;
    }
}
