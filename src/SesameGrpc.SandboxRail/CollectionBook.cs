using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Contracts.Rail.V1;

namespace SesameGrpc.SandboxRail;

/// <summary>
/// All collections, in memory and as an append-only file of JSON lines. Invariants: a change is on disk before anybody learns of it; changes come one at a time,
/// so that a collection_id is collected at most once.
/// </summary>
internal sealed class CollectionBook : IDisposable
{
    private static readonly JsonSerializerOptions Json = new()
    {
        Converters = { new JsonStringEnumConverter() },
        IgnoreReadOnlyProperties = true,
    };

    private readonly SemaphoreSlim one = new(1, 1);
    private readonly Lock reading = new();
    private readonly List<JournalEntry> history = [];
    private readonly Dictionary<string, JournalEntry> latest = new(StringComparer.Ordinal);
    private readonly FileStream file;
    private readonly TimeProvider time;

    public CollectionBook(string path, TimeProvider time)
    {
        this.time = time;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);

        // Write-through: a write ends when it is on disk.
        file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0, FileOptions.WriteThrough);
        Load();
    }

    /// <summary>Every change so far, oldest first.</summary>
    public IReadOnlyList<JournalEntry> History
    {
        get
        {
            lock (reading)
            {
                return [.. history];
            }
        }
    }

    /// <summary>What is taken now, refunds deducted.</summary>
    public long NetCollectedFen
    {
        get
        {
            lock (reading)
            {
                return latest
                    .Values.Where(entry => entry.Status == CollectionStatus.Collected)
                    .Sum(entry => entry.AmountFen - entry.RefundedFen);
            }
        }
    }

    /// <summary>
    /// How the request's collection stands, after it was decided if it was not before. Null: the collection_id belongs to another request. IsNew: this call is
    /// the first that learns of it.
    /// </summary>
    public async Task<(JournalEntry? Entry, bool IsNew)> CollectAsync(CollectRequest request, CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken);
        try
        {
            var known = Find(request.CollectionId);
            if (known is null)
            {
                var decided = Decide(request);
                await AppendAsync(decided);
                return (decided, true);
            }

            return known.IsRefunded ? (known, false)
                : !known.IsFor(request) ? (null, false)
                : (await EndPendingAsync(known), false);
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>How a collection stands; one that was pending is decided now. Null: unknown.</summary>
    public async Task<JournalEntry?> GetAsync(string collectionId, CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken);
        try
        {
            return Find(collectionId) is { } known ? await EndPendingAsync(known) : null;
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>Nothing is taken under the collection_id from now on, known or not.</summary>
    public async Task<JournalEntry> RefundAsync(string collectionId, CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken);
        try
        {
            var known = Find(collectionId);
            if (known is { IsRefunded: true })
            {
                return known;
            }

            var refunded = new JournalEntry
            {
                CollectionId = collectionId,
                ObligationId = known?.ObligationId ?? "",
                Person = known?.Person ?? "",
                Currency = known?.Currency ?? "",
                AmountFen = known?.AmountFen ?? 0,
                Status = CollectionStatus.Declined,
                Reason = DeclineReason.Refunded,
                Time = time.GetUtcNow(),
            };
            await AppendAsync(refunded);
            return refunded;
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>At least so much of it is given back from now on. Null: it is not collected, or took less.</summary>
    public async Task<JournalEntry?> RefundPartAsync(string collectionId, Money refunded, CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken);
        try
        {
            var known = Find(collectionId);
            if (
                known is not { Status: CollectionStatus.Collected }
                || refunded.CurrencyCode != known.Currency
                || refunded.MinorUnits > known.AmountFen
            )
            {
                return null;
            }

            if (refunded.MinorUnits <= known.RefundedFen)
            {
                return known;
            }

            var after = known with { RefundedFen = refunded.MinorUnits, Time = time.GetUtcNow() };
            await AppendAsync(after);
            return after;
        }
        finally
        {
            one.Release();
        }
    }

    public void Dispose()
    {
        file.Dispose();
        one.Dispose();
    }

    private JournalEntry Decide(CollectRequest request)
    {
        var behaviour = PersonBehaviour.Of(request.Person);
        var isFirst = !history.Any(entry => entry.ObligationId == request.ObligationId);
        var (status, reason) =
            behaviour.IsDeclined ? (CollectionStatus.Declined, DeclineReason.RefusedByPerson)
            : behaviour.IsDeclinedOnce && isFirst ? (CollectionStatus.Declined, DeclineReason.InsufficientFunds)
            : behaviour.IsSlow ? (CollectionStatus.Pending, DeclineReason.Unspecified)
            : (CollectionStatus.Collected, DeclineReason.Unspecified);
        return new JournalEntry
        {
            CollectionId = request.CollectionId,
            ObligationId = request.ObligationId,
            Person = request.Person,
            Currency = request.Amount.CurrencyCode,
            AmountFen = request.Amount.MinorUnits,
            Status = status,
            Reason = reason,
            LaterAttemptMaySucceed = reason == DeclineReason.InsufficientFunds,
            Time = time.GetUtcNow(),
        };
    }

    private async Task<JournalEntry> EndPendingAsync(JournalEntry known)
    {
        if (known.Status != CollectionStatus.Pending)
        {
            return known;
        }

        var collected = known with { Status = CollectionStatus.Collected, Time = time.GetUtcNow() };
        await AppendAsync(collected);
        return collected;
    }

    private JournalEntry? Find(string collectionId)
    {
        lock (reading)
        {
            return latest.GetValueOrDefault(collectionId);
        }
    }

    // Not cancelled half way: a line is written whole or the process is gone.
    private async Task AppendAsync(JournalEntry entry)
    {
        await file.WriteAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(entry, Json) + "\n"), CancellationToken.None);
        Remember(entry);
    }

    private void Remember(JournalEntry entry)
    {
        lock (reading)
        {
            history.Add(entry);
            latest[entry.CollectionId] = entry;
        }
    }

    private void Load()
    {
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);

        // A line without its end was being written when the process died; nobody has heard of it.
        var whole = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        file.SetLength(whole);
        file.Seek(0, SeekOrigin.End);
        foreach (var line in Encoding.UTF8.GetString(bytes, 0, whole).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Remember(JsonSerializer.Deserialize<JournalEntry>(line, Json)!);
        }
    }
}
