using System.Buffers.Text;
using System.IO.Compression;
using System.Text.Json.Nodes;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Caching;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.CreditBadges;

/// <summary>
/// Status lists of proofs (the draft "Token Status List"), computed from the store when they are asked for. Places not given yet read VALID, so that a list which somebody has kept does
/// not speak against a newer proof; of those that are given, all whose badge is not lit read SUSPENDED, whatever the cause and whether or not for good.
/// </summary>
internal sealed class StatusLists(
    BadgeStore store,
    BadgeStanding standing,
    BadgeSigner signer,
    BadgeAddresses addresses,
    StatusPlaces places,
    TimeProvider time
)
{
    /// <summary>How long readers may keep a list, by its claim "ttl" and by HTTP. With <see cref="LongestKept"/> it is far below a list's life.</summary>
    public static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(15);

    // Whoever checks a list's own expiry learns of everything within this time, however many caches lie between.
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(60);

    // A list is told again for so long, unless somebody has withdrawn a consent since: then it is made anew.
    private static readonly TimeSpan LongestKept = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan LongestMaking = TimeSpan.FromSeconds(5);

    private const int MostKept = 32;
    private const int BitsPerPlace = 2;
    private const int PlacesPerByte = 8 / BitsPerPlace;
    private const int Suspended = 2;

    private readonly SieveCache<long, StatusList> kept = new(MostKept);
    private readonly SingleFlight<long, StatusList> flights = new();

    /// <summary>A list as a signed token; null: no proof has a place in it.</summary>
    public Task<string?> FindAsync(long list, CancellationToken cancellationToken) =>
        standing.InTimeAsync(token => FindOnceAsync(list, token), cancellationToken);

    private async Task<string?> FindOnceAsync(long list, CancellationToken cancellationToken)
    {
        var count = await store.CountAsync(cancellationToken);
        if (list < 0 || list > StatusPlaces.ListOf(Math.Max(0, count.Made - 1)))
        {
            return null;
        }

        if (kept.Find(list) is { } known && known.Withdrawals == count.Withdrawals && time.GetElapsedTime(known.Stamp) < LongestKept)
        {
            return known.Token;
        }

        // What was being made may have been read before the last withdrawal; whatever is made after it, was not.
        var made = await MakeSharedAsync(list).WaitAsync(cancellationToken);
        return made.Withdrawals >= count.Withdrawals ? made.Token : (await MakeSharedAsync(list).WaitAsync(cancellationToken)).Token;
    }

    private Task<StatusList> MakeSharedAsync(long list) =>
        flights.JoinAsync(list, (Lists: this, List: list), static (_, state) => state.Lists.MakeAsync(state.List), out _);

    // On its own deadline: the caller who began may give up while others wait for it.
    private async Task<StatusList> MakeAsync(long list)
    {
        using var deadline = new CancellationTokenSource(LongestMaking);
        try
        {
            // Counted first: a proof that is made meanwhile reads as not given yet.
            var stamp = time.GetTimestamp();
            var count = await store.CountAsync(deadline.Token);
            var first = StatusPlaces.FirstOf(list);
            var found = await store.ListOfProofsAsync(first, StatusPlaces.ListSize, time.NowMicros(), deadline.Token);
            var lit = found
                .Where(reading => standing.StateOf(reading) == CreditBadgeState.Lit)
                .Select(reading => reading.Badge.ProofNumber);
            var given = (int)Math.Clamp(count.Made - first, 0, StatusPlaces.ListSize);
            var made = new StatusList(TokenOf(list, given, lit), count.Withdrawals, stamp);
            kept.Put(list, made);
            return made;
        }
        catch (OperationCanceledException exception) when (deadline.IsCancellationRequested)
        {
            throw new TimeoutException("The store did not answer in time.", exception);
        }
    }

    private string TokenOf(long list, int given, IEnumerable<long> lit)
    {
        var order = places.OrderOf(list);
        var statuses = new byte[StatusPlaces.ListSize / PlacesPerByte];
        foreach (var place in order[..given])
        {
            statuses[place / PlacesPerByte] |= (byte)(Suspended << ShiftOf(place));
        }

        foreach (var number in lit)
        {
            var place = order[(int)(number - StatusPlaces.FirstOf(list))];
            statuses[place / PlacesPerByte] &= (byte)~(Suspended << ShiftOf(place));
        }

        var now = time.GetUtcNow();
        return signer.Sign(
            "statuslist+jwt",
            new JsonObject
            {
                ["iss"] = addresses.Issuer,
                ["sub"] = addresses.StatusOf(list),
                ["iat"] = now.ToUnixTimeSeconds(),
                ["exp"] = (now + Life).ToUnixTimeSeconds(),
                ["ttl"] = (int)TimeToLive.TotalSeconds,
                ["status_list"] = new JsonObject { ["bits"] = BitsPerPlace, ["lst"] = Compressed(statuses) },
            }
        );
    }

    // Section 4.1 of the draft: places are counted from the least significant bits on.
    private static int ShiftOf(int place) => place % PlacesPerByte * BitsPerPlace;

    // Section 4.2 of the draft: zlib, then base64url.
    internal static string Compressed(byte[] statuses)
    {
        using var output = new MemoryStream();
        using (var zlib = new ZLibStream(output, CompressionLevel.SmallestSize))
        {
            zlib.Write(statuses);
        }

        return Base64Url.EncodeToString(output.ToArray());
    }

    private sealed record StatusList(string Token, long Withdrawals, long Stamp);
}
