using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Microsoft.IdentityModel.JsonWebTokens;

namespace SesameGrpc.TestSupport;

/// <summary>What came of a run.</summary>
/// <param name="Calls">Calls that were answered.</param>
/// <param name="Failed">Calls that were not, tokens that were not given, and calls whose token's key the key set did not have.</param>
/// <param name="Certificates">Certificates that were called with.</param>
/// <param name="SigningKeys">Keys that signed the tokens that were called with.</param>
/// <param name="FirstFailure">The first of the failures.</param>
public sealed record RotationResult(int Calls, int Failed, int Certificates, int SigningKeys, string? FirstFailure);

/// <summary>
/// A partner that calls without a pause while its certificate changes under it every few seconds, the former being revoked once nothing is under way with it, and while the gateway's signing keys take
/// turns at their own pace. Every token is used to its certificate's end, so that most are older than the key that signs at the time.
/// </summary>
public sealed class RotationRun(GatewayUnderTest gateway, string partner) : IAsyncDisposable
{
    private const int Lanes = 8;

    private readonly CancellationTokenSource stop = new();
    private readonly HashSet<string> signingKeys = new(StringComparer.Ordinal);
    private Generation current = null!;
    private int calls;
    private int failed;
    private int certificates;
    private string? firstFailure;

    /// <summary>Runs for this long; the certificate changes this often, which is told each time.</summary>
    public async Task<RotationResult> RunAsync(TimeSpan duration, TimeSpan every, int callsPerSecond, TextWriter progress)
    {
        using var first = gateway.Authority.Partner(partner);
        current = await ConnectAsync(first);
        stop.CancelAfter(duration);
        var lanes = Enumerable.Range(0, Lanes).Select(_ => CallAsync(TimeSpan.FromSeconds((double)Lanes / callsPerSecond)));
        await Task.WhenAll([RotateAsync(every, progress), .. lanes]);
        return new RotationResult(calls, failed, certificates, signingKeys.Count, firstFailure);
    }

    public ValueTask DisposeAsync()
    {
        stop.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task CallAsync(TimeSpan pause)
    {
        using var timer = new PeriodicTimer(pause);
        while (await WaitAsync(timer))
        {
            var generation = Enter();
            try
            {
                await generation.Partner.Eligibility.ListProgrammesAsync(new(), deadline: null);
                Interlocked.Increment(ref calls);
            }
            catch (RpcException exception)
            {
                Fail(exception.Status.ToString());
            }
            finally
            {
                generation.Leave();
            }
        }
    }

    private async Task RotateAsync(TimeSpan every, TextWriter progress)
    {
        using var timer = new PeriodicTimer(every);
        while (await WaitAsync(timer))
        {
            var former = current;
            try
            {
                using var applicant = new CertificateApplicant(gateway);
                current = await ConnectAsync(applicant.WithKey(await applicant.AskWithCertificateAsync(former.Partner.Certificate)));
                await former.EmptyAsync();
                await gateway.Partners.RevokePartnerCertificateAsync(
                    new()
                    {
                        RequestId = Guid.NewGuid().ToString(),
                        Partner = partner,
                        Thumbprint = Convert.ToHexStringLower(SHA256.HashData(former.Partner.Certificate.RawData)),
                    }
                );
            }
            catch (Exception exception) when (exception is RpcException or CryptographicException or InvalidOperationException)
            {
                Fail(exception.Message);
            }

            await progress.WriteLineAsync(
                $"{certificates} certificates, {Volatile.Read(ref calls)} calls, {Volatile.Read(ref failed)} failed"
            );
        }
    }

    private async Task<Generation> ConnectAsync(X509Certificate2 certificate)
    {
        var connected = await gateway.ConnectOnboardedAsync(partner, certificate);
        var kid = new JsonWebToken(connected.Token).Kid;
        signingKeys.Add(kid);
        using var http = new HttpClient(gateway.Handler(null));
        var keySet = await http.GetStringAsync(new Uri(gateway.PublicUrl, "/.well-known/jwks"), CancellationToken.None);
        if (!keySet.Contains(kid, StringComparison.Ordinal))
        {
            Fail($"The key set does not have {kid}: {keySet}");
        }

        certificates++;
        return new Generation(connected);
    }

    // Counted before it is looked at again, so that nobody calls with what is about to be revoked.
    private Generation Enter()
    {
        while (true)
        {
            var generation = Volatile.Read(ref current);
            generation.Enter();
            if (generation == Volatile.Read(ref current))
            {
                return generation;
            }

            generation.Leave();
        }
    }

    private void Fail(string what)
    {
        Interlocked.Increment(ref failed);
        Interlocked.CompareExchange(ref firstFailure, what, null);
    }

    private async Task<bool> WaitAsync(PeriodicTimer timer)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stop.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>A certificate with its token and connection, and how many calls are under way with them.</summary>
    private sealed class Generation(ConnectedPartner partner)
    {
        private int underWay;

        public ConnectedPartner Partner { get; } = partner;

        public void Enter() => Interlocked.Increment(ref underWay);

        public void Leave() => Interlocked.Decrement(ref underWay);

        public async Task EmptyAsync()
        {
            while (Volatile.Read(ref underWay) > 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            }
        }
    }
}
