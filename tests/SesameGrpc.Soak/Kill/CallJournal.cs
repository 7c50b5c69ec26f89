using System.Collections.Concurrent;
using Grpc.Core;

namespace SesameGrpc.Soak.Kill;

/// <summary>
/// What a client knows: every mutation that it sent and every answer that it got, and how many reads were answered. It sends, and holds each answer against
/// what was promised.
/// </summary>
internal sealed class CallJournal
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly ConcurrentQueue<JournaledCall> calls = new();
    private readonly ConcurrentQueue<string> broken = new();
    private readonly ConcurrentDictionary<(string Caller, string Method), int> reads = new();
    private readonly ConcurrentDictionary<string, int> refusals = new(StringComparer.Ordinal);
    private int replays;
    private int outages;

    public IEnumerable<JournaledCall> Calls => calls;

    /// <summary>Promises that an answer broke, each as one sentence.</summary>
    public IReadOnlyCollection<string> Broken => broken;

    /// <summary>How many reads of each kind were answered.</summary>
    public IReadOnlyDictionary<(string Caller, string Method), int> Reads => reads;

    public IReadOnlyDictionary<string, int> Refusals => refusals;

    /// <summary>How many answers came again, the same and marked.</summary>
    public int Replays => replays;

    /// <summary>How many calls were told that the store does not answer.</summary>
    public int Outages => outages;

    public int Acknowledged => calls.Count(call => call.Answer is not null);

    public void Break(string promise) => broken.Enqueue(promise);

    /// <summary>Writes a call down; it is sent after that.</summary>
    public JournaledCall Add(JournaledCall call)
    {
        calls.Enqueue(call);
        return call;
    }

    /// <summary>Sends a call, for the first time or again; false when its outcome is not known.</summary>
    public async Task<bool> SendAsync(JournaledCall call, CallInvoker invoker)
    {
        lock (call)
        {
            call.TimesSent++;
        }

        try
        {
            using var sent = invoker.AsyncUnaryCall(call.AsMethod(), null, new CallOptions(deadline: SoonEnough()), call.Request);
            var headers = await sent.ResponseHeadersAsync;
            Take(call, await sent, headers.GetValue("sesame-replayed-from") is not null);
            return true;
        }
        catch (RpcException exception)
        {
            return Take(call, exception);
        }
    }

    /// <summary>Asks for something that leaves a trace in the audit log only; false when no answer came.</summary>
    public async Task<bool> ReadAsync(JournaledCall call, CallInvoker invoker)
    {
        try
        {
            using var sent = invoker.AsyncUnaryCall(call.AsMethod(), null, new CallOptions(deadline: SoonEnough()), call.Request);
            await sent;
            reads.AddOrUpdate((call.Caller, call.Method), 1, (_, count) => count + 1);
            return true;
        }
        catch (RpcException exception)
        {
            return Outcomes.IsRefusal(exception, out _);
        }
    }

    private void Take(JournaledCall call, byte[] answer, bool isReplayed)
    {
        lock (call)
        {
            var isFirst = call.Answer is null;
            call.Answer ??= answer;
            if (!call.Answer.AsSpan().SequenceEqual(answer))
            {
                Break($"{call} was repeated and got another answer.");
            }
            else if (isReplayed && call.TimesSent == 1)
            {
                Break($"The first answer to {call} is marked as a replayed one.");
            }
            else if (!isReplayed && !isFirst && (!call.IsTwin || call.HasUnmarkedAnswer))
            {
                Break($"{call} was repeated, and its answer is not marked as replayed.");
            }
            else if (isReplayed)
            {
                Interlocked.Increment(ref replays);
            }

            call.HasUnmarkedAnswer |= !isReplayed;
        }
    }

    private bool Take(JournaledCall call, RpcException exception)
    {
        if (Outcomes.IsFault(exception))
        {
            Break($"{call}: {exception.Status}");
        }

        if (!Outcomes.IsRefusal(exception, out var reason))
        {
            if (reason == "STORE_UNAVAILABLE")
            {
                Interlocked.Increment(ref outages);
            }

            return false;
        }

        refusals.AddOrUpdate(reason, 1, (_, count) => count + 1);
        lock (call)
        {
            if (call.Answer is not null)
            {
                Break($"{call} was answered before, and is refused now: {reason}.");
            }

            call.Refusal ??= reason;
        }

        return true;
    }

    private static DateTime SoonEnough() => TimeProvider.System.GetUtcNow().Add(Deadline).UtcDateTime;
}
