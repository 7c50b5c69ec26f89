using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Soak.Consents;

/// <summary>What came of a run: the largest of the Welch statistics, and whether all refusals were the same bytes.</summary>
internal sealed record OracleResult(long Calls, double WelchT, bool BytesEqual, IReadOnlyDictionary<string, double> ByKind);

/// <summary>
/// Asks about persons of whom a partner may know nothing, for different reasons, in random order, and compares the answers: byte for byte, and their times by Welch's t-test,
/// each kind against unknown subjects. A |t| below 4.5 is no evidence of a difference (the bound of test vector leakage assessment, ISO/IEC 17825).
/// </summary>
internal static class Oracle
{
    public const double LargestT = 4.5;
    private const string Partner = "asker";
    private const string OtherPartner = "other";
    private const string Programme = "bike.deposit_free";
    private const string Unknown = "unknown";
    private const int PersonsPerKind = 16;

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter progress)
    {
        var calls = SoakArguments.Number(arguments, "--calls", 20_000);
        var store = SoakArguments.Store(arguments, StorageProvider.Sqlite);
        var result = await RunAsync(store, calls, progress);
        await output.WriteLineAsync(
            JsonSerializer.Serialize(
                new
                {
                    calls = result.Calls,
                    welch_t = Math.Round(result.WelchT, 2),
                    bytes_equal = result.BytesEqual,
                    by_kind = result.ByKind.ToDictionary(pair => pair.Key, pair => Math.Round(pair.Value, 2)),
                }
            )
        );
        return result.BytesEqual && Math.Abs(result.WelchT) < LargestT ? 0 : 1;
    }

    public static async Task<OracleResult> RunAsync(StorageProvider store, long calls, TextWriter progress)
    {
        await using var postgres = store == StorageProvider.PostgreSql ? await PostgresServer.StartAsync() : null;
        var database = postgres is null ? null : await postgres.NewDatabaseAsync();
        await using var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { Production = true, PostgreSql = database });
        await gateway.OnboardAsync(OtherPartner, new Enrolment { Programme = Programme });
        var partner = await gateway.ConnectAsync(Partner, new Enrolment { Programme = Programme });
        var kinds = await PrepareAsync(gateway);
        var names = kinds.Keys.ToList();
        var random = new Random(1);
        var times = names.ToDictionary(name => name, _ => new List<double>());
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var call = -calls / 10; call < calls; call++)
        {
            // Half of the calls are about unknown subjects, which all other kinds are compared with.
            var name = random.Next(2) == 0 ? Unknown : names[1 + random.Next(names.Count - 1)];
            var subject = name == Unknown ? Id() : kinds[name][random.Next(PersonsPerKind)];
            var begun = Stopwatch.GetTimestamp();
            var status = await RefusedAsync(partner, subject, random.Next(3));
            var elapsed = Stopwatch.GetElapsedTime(begun).TotalMicroseconds;

            // The first tenth warms up.
            if (call >= 0)
            {
                times[name].Add(elapsed);
                seen.Add(status);
                if (call % 5000 == 4999)
                {
                    await progress.WriteLineAsync($"{call + 1} of {calls} calls");
                }
            }
        }

        // The slowest twentieth is the machine's noise, which hides differences.
        var cut = Quantile([.. times.Values.SelectMany(values => values)], 0.95);
        var byKind = names
            .Where(name => name != Unknown)
            .ToDictionary(name => name, name => Welch([.. times[Unknown].Where(Kept)], [.. times[name].Where(Kept)]));
        return new OracleResult(calls, byKind.Values.MaxBy(Math.Abs), seen.Count == 1, byKind);

        bool Kept(double time) => time <= cut;
    }

    // Subjects by the reason for which the partner may not know of them; unknown ones are made up at each call.
    private static async Task<Dictionary<string, List<string>>> PrepareAsync(GatewayUnderTest gateway)
    {
        var kinds = new Dictionary<string, List<string>>(StringComparer.Ordinal)
        {
            [Unknown] = [],
            ["withdrawn"] = [],
            ["suspended"] = [],
            ["opted_out"] = [],
            ["other_scope"] = [],
            ["other_partner"] = [],
        };
        foreach (var kind in kinds.Keys.Where(kind => kind != Unknown))
        {
            var persons = Enumerable.Range(0, PersonsPerKind).Select(index => $"{kind}-{index}").ToList();
            foreach (var person in persons)
            {
                await gateway.FeedAsync(person, 700);
            }

            // Beside each other: what ends a consent waits until no cache can hold it.
            kinds[kind].AddRange(await Task.WhenAll(persons.Select(person => AgreeAsync(gateway, kind, person))));
        }

        return kinds;
    }

    // The consent of a person about whom the partner may nevertheless know nothing; the subject that stands in it.
    private static async Task<string> AgreeAsync(GatewayUnderTest gateway, string kind, string person)
    {
        var consent = await (
            kind switch
            {
                "other_partner" => gateway.AgreeAsync(person, OtherPartner),
                "other_scope" => gateway.AgreeAsync(person, Partner, "score.dimensions.read"),
                _ => gateway.AgreeAsync(person, Partner),
            }
        );
        var (request, id) = (Id(), consent.ConsentId);
        await (
            kind switch
            {
                "withdrawn" => gateway
                    .Persons.WithdrawConsentAsync(
                        new()
                        {
                            RequestId = request,
                            Person = person,
                            ConsentId = id,
                        }
                    )
                    .ResponseAsync,
                "suspended" => gateway
                    .Persons.SuspendConsentAsync(
                        new()
                        {
                            RequestId = request,
                            Person = person,
                            ConsentId = id,
                        }
                    )
                    .ResponseAsync,
                "opted_out" => gateway.Persons.OptOutAsync(new() { RequestId = request, Person = person }).ResponseAsync,
                _ => Task.CompletedTask,
            }
        );
        return consent.Subject;
    }

    /// <summary>What a refused call shows of itself: status, message and details, without the call's own id.</summary>
    private static async Task<string> RefusedAsync(ConnectedPartner partner, string subject, int method)
    {
        try
        {
            await (
                method switch
                {
                    0 => partner.Scores.GetCreditScoreAsync(new() { Subject = subject }).ResponseAsync,
                    1 => partner.Eligibility.CheckEligibilityAsync(new() { Subject = subject, Programme = Programme }).ResponseAsync,
                    _ => (Task)partner.GrantAsync(subject, Programme, Id()),
                }
            );
        }
        catch (RpcException refused)
        {
            var status = RefusedCall.Of(refused).Status;
            var id = status.GetDetail<RequestInfo>()!.RequestId;
            var bytes = Convert.ToHexString(status.ToByteArray());
            var ownId = Convert.ToHexString(System.Text.Encoding.ASCII.GetBytes(id));
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{refused.StatusCode} {refused.Status.Detail} {bytes.Replace(ownId, new string('0', 64), StringComparison.Ordinal)} {string.Join(',', refused.Trailers.Select(entry => entry.Key))}"
            );
        }

        throw new InvalidOperationException("A call about a person of whom the partner may know nothing was answered.");
    }

    private static double Quantile(List<double> values, double share)
    {
        values.Sort();
        return values[(int)(values.Count * share)];
    }

    private static double Welch(List<double> first, List<double> second)
    {
        var (mean1, variance1) = Moments(first);
        var (mean2, variance2) = Moments(second);
        return (mean1 - mean2) / Math.Sqrt((variance1 / first.Count) + (variance2 / second.Count));
    }

    private static (double Mean, double Variance) Moments(List<double> values)
    {
        var mean = values.Average();
        return (mean, values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
    }

    private static string Id() => Guid.NewGuid().ToString("N");
}
