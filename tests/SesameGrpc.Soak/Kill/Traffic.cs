using System.Collections.Concurrent;
using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Soak.Kill;

/// <summary>
/// All clients of one gateway. When it is back they first do what a client does who got no answer, and ask again for what was answered; then they
/// go on with new requests of every kind until they are told to stop or the gateway is gone.
/// </summary>
internal sealed class Traffic(Victim victim, int seed)
{
    private const int WorkersPerPartner = 4;
    private const int RepeatedAtOnce = 8;

    private readonly Callers callers = new(victim.Site);
    private readonly Requests requests = new();
    private readonly ConcurrentQueue<JournaledCall> toRepeat = new();
    private int lives;

    public CallJournal Journal { get; } = new();

    public ScoreImports Imports { get; } = new();

    /// <summary>The newest checkpoint that an auditor has taken away; null: none yet.</summary>
    public string? KeptCheckpoint { get; private set; }

    /// <summary>How many calls that had got no answer were repeated until they had one.</summary>
    public int Resolved { get; private set; }

    /// <summary>Whether everything that was sent has been answered, and asked for again.</summary>
    public bool IsCaughtUp { get; private set; }

    public async Task RunAsync(CancellationToken stop)
    {
        IsCaughtUp = false;
        Reconnect();
        while (!await CatchUpAsync())
        {
            if (stop.IsCancellationRequested || victim.Process!.HasExited)
            {
                return;
            }

            await PauseAsync(isAnswered: false);
        }

        IsCaughtUp = true;
        var workers = Callers
            .Partners.SelectMany(partner => Enumerable.Range(0, WorkersPerPartner).Select(index => WorkAsync(partner, index, stop)))
            .Append(OperateAsync(stop));
        await Task.WhenAll(workers);
    }

    /// <summary>A new process is to be called.</summary>
    public void Reconnect()
    {
        lives++;
        callers.Reconnect();
    }

    /// <summary>Brings everything that was sent to an answer, and asks again for what was answered; false when the gateway is gone.</summary>
    public async Task<bool> CatchUpAsync()
    {
        if (!await OnboardAsync() || !await callers.ConnectPartnersAsync())
        {
            return false;
        }

        var pending = Journal.Calls.Where(call => call.IsPending).ToList();
        await Parallel.ForEachAsync(
            pending,
            new ParallelOptions { MaxDegreeOfParallelism = RepeatedAtOnce },
            async (call, _) => await SendAsync(call)
        );
        Resolved += pending.Count(call => !call.IsPending);
        foreach (var import in Imports.All.Where(import => !import.IsAcknowledged).ToList())
        {
            await Imports.SendAsync(import, callers, Journal);
        }

        return !Journal.Calls.Any(call => call.IsPending) && await RepeatAsync();
    }

    // The first requests are journaled and repeated like all others.
    private async Task<bool> OnboardAsync()
    {
        if (Imports.All.Count == 0)
        {
            Imports.Add(Requests.Persons);
            foreach (var partner in Callers.Partners)
            {
                Journal.Add(Requests.Onboard(partner));
            }
        }

        foreach (var call in Journal.Calls.Where(call => call.IsPending && call.Caller == Callers.Operator).ToList())
        {
            if (!await SendAsync(call))
            {
                return false;
            }
        }

        return Imports.All[0].IsAcknowledged || await Imports.SendAsync(Imports.All[0], callers, Journal);
    }

    private async Task<bool> RepeatAsync()
    {
        var isThere = true;
        var repeated = new List<JournaledCall>();
        while (toRepeat.TryDequeue(out var call))
        {
            repeated.Add(call);
        }

        await Parallel.ForEachAsync(
            repeated,
            new ParallelOptions { MaxDegreeOfParallelism = RepeatedAtOnce },
            async (call, _) =>
            {
                if (!await Journal.SendAsync(call, callers[call.Caller]))
                {
                    isThere = false;
                    toRepeat.Enqueue(call);
                }
            }
        );
        return isThere;
    }

    private async Task WorkAsync(string partner, int index, CancellationToken stop)
    {
        var random = new Random(unchecked((seed * 1_000_003) + (lives * 101) + (partner.Length * 11) + index));
        while (!stop.IsCancellationRequested && !victim.Process!.HasExited)
        {
            var isAnswered = random.Next(20) switch
            {
                < 3 => await Journal.ReadAsync(requests.Read(partner, random), callers[$"partner:{partner}"]),
                3 => await TwiceAsync(requests.Grant(partner, random)),
                4 => await AgainAsync(random),
                < 11 => await SendAsync(Journal.Add(requests.Grant(partner, random))),
                _ => await SendAsync(Journal.Add(requests.Change(partner, random) ?? requests.Grant(partner, random))),
            };
            await PauseAsync(isAnswered);
        }
    }

    private async Task OperateAsync(CancellationToken stop)
    {
        var random = new Random(unchecked((seed * 1_000_003) + (lives * 101)));
        while (!stop.IsCancellationRequested && !victim.Process!.HasExited)
        {
            var isAnswered = random.Next(5) switch
            {
                0 => await SendAsync(Journal.Add(requests.ChangePartner(random))),
                1 => await TwiceAsync(requests.ComeOrGo(random)),
                2 => await SendAsync(Journal.Add(requests.ComeOrGo(random))),
                3 => await Imports.SendAsync(
                    Imports.Add([.. Requests.Persons.Skip(random.Next(Requests.Persons.Count - 3)).Take(3)]),
                    callers,
                    Journal
                ),
                _ => await KeepCheckpointAsync(),
            };
            await PauseAsync(isAnswered);
        }
    }

    private async Task<bool> SendAsync(JournaledCall call)
    {
        if (!await Journal.SendAsync(call, callers[call.Caller]))
        {
            return false;
        }

        requests.Learn(call);
        requests.Forget(call);
        if (call.Answer is not null)
        {
            toRepeat.Enqueue(call);
        }

        return true;
    }

    // The same request twice at the same moment.
    private async Task<bool> TwiceAsync(JournaledCall call)
    {
        Journal.Add(call);
        call.IsTwin = true;
        var twins = await Task.WhenAll(SendAsync(call), SendAsync(call));
        return twins.All(isAnswered => isAnswered);
    }

    private async Task<bool> AgainAsync(Random random)
    {
        var answered = Journal.Calls.Where(call => call.Answer is not null).Take(1000).ToList();
        var call = answered[random.Next(answered.Count)];
        return await Journal.SendAsync(call, callers[call.Caller]);
    }

    private async Task<bool> KeepCheckpointAsync()
    {
        try
        {
            var checkpoint = await callers.Audit.GetAuditCheckpointAsync(new GetAuditCheckpointRequest());
            KeptCheckpoint = checkpoint.Note;
            return true;
        }
        catch (RpcException exception)
        {
            return Outcomes.IsRefusal(exception, out _);
        }
    }

    // A gateway that is gone is seen by the loop; one whose store is away is asked again in a moment.
    private async Task PauseAsync(bool isAnswered)
    {
        if (!isAnswered)
        {
            await Task.Delay(100);
        }
    }
}
