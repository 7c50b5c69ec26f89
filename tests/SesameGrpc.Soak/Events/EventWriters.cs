using System.Collections.Concurrent;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Soak.Events;

/// <summary>Changes waivers, each worker those of its own persons, and repeats each request until it is answered, over all kills.</summary>
internal sealed class EventWriters(SesameClient client, int seed)
{
    private const int Workers = 24;
    private const int PersonsPerWorker = 4;
    private const string Programme = "bike.deposit_free";

    private readonly ConcurrentQueue<(string Order, long Revision)> acknowledged = new();

    public static IEnumerable<string> Persons =>
        Enumerable.Range(0, Workers).SelectMany(worker => Enumerable.Range(0, PersonsPerWorker).Select(person => PersonOf(worker, person)));

    /// <summary>Changes that were answered OK, each with one event.</summary>
    public IReadOnlyCollection<(string Order, long Revision)> Acknowledged => acknowledged;

    /// <summary>Makes so many changes at least, and goes on until there is enough else.</summary>
    public Task RunAsync(int changes, Func<bool> isEnough, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => WorkAsync(worker, changes, isEnough, cancellationToken)));

    private async Task WorkAsync(int worker, int changes, Func<bool> isEnough, CancellationToken cancellationToken)
    {
        var random = new Random(unchecked((seed * 1_000_003) + worker));
        for (var number = 0; acknowledged.Count < changes || !isEnough(); number++)
        {
            var order = $"{worker}-{number}";
            var grant = new GrantDepositWaiverRequest
            {
                RequestId = $"g-{order}",
                OrderId = order,
                Subject = PersonOf(worker, random.Next(PersonsPerWorker)),
                Programme = Programme,
            };
            var granted = await UntilAnsweredAsync(
                () => client.DepositWaivers.GrantDepositWaiverAsync(grant, cancellationToken: cancellationToken),
                answer => answer.DepositWaiver,
                cancellationToken
            );
            await EndAsync(granted, order, random, cancellationToken);
        }
    }

    private async Task EndAsync(DepositWaiver waiver, string order, Random random, CancellationToken cancellationToken)
    {
        if (random.Next(2) == 0)
        {
            var cancel = new CancelDepositWaiverRequest { RequestId = $"e-{order}", DepositWaiverId = waiver.DepositWaiverId };
            await UntilAnsweredAsync(
                () => client.DepositWaivers.CancelDepositWaiverAsync(cancel, cancellationToken: cancellationToken),
                answer => answer.DepositWaiver,
                cancellationToken
            );
            return;
        }

        var amount = new Money { CurrencyCode = "CNY", MinorUnits = 100 };
        var complete = new CompleteDepositWaiverRequest
        {
            RequestId = $"e-{order}",
            DepositWaiverId = waiver.DepositWaiverId,
            Charge = new Charge
            {
                Lines =
                {
                    new ChargeLine { Kind = ChargeLineKind.Rent, Amount = amount },
                },
                TotalAmount = amount,
            },
        };
        await UntilAnsweredAsync(
            () => client.DepositWaivers.CompleteDepositWaiverAsync(complete, cancellationToken: cancellationToken),
            answer => answer.DepositWaiver,
            cancellationToken
        );
        var report = new ReportDepositWaiverPaymentRequest
        {
            RequestId = $"p-{order}",
            DepositWaiverId = waiver.DepositWaiverId,
            Amount = amount,
        };
        await UntilAnsweredAsync(
            () => client.DepositWaivers.ReportDepositWaiverPaymentAsync(report, cancellationToken: cancellationToken),
            answer => answer.DepositWaiver,
            cancellationToken
        );
    }

    private async Task<DepositWaiver> UntilAnsweredAsync<T>(
        Func<SesameCall<T>> send,
        Func<T, DepositWaiver> read,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            try
            {
                var waiver = read(await send());
                acknowledged.Enqueue((waiver.OrderId, waiver.Revision));
                return waiver;
            }
            catch (Exception exception) when (IsInterruption(exception) && !cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(50, cancellationToken);
            }
        }
    }

    // The gateway, or the way to it, is gone for a moment. Whatever it refuses by a reason of its own is a fault of this program.
    private static bool IsInterruption(Exception exception) =>
        exception is SesameException { ReasonName: null or "STORE_UNAVAILABLE" or "DEADLINE_EXCEEDED" or "CANCELLED" };

    private static string PersonOf(int worker, int person) => $"p-{worker}-{person}";
}
