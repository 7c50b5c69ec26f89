namespace SesameGrpc.Soak.Ledger;

/// <summary>Changes what limits rest on, one change at a time: scores through the score feed, opting out and in, and what partners are enrolled for.</summary>
internal sealed class LedgerDisturbance(
    LedgerStage stage,
    IReadOnlyList<LedgerPerson> persons,
    Dictionary<(string Partner, int Revision), long?> flats,
    Random random
) : IDisposable
{
    private const int OneInNarrows = 6;
    private const int OneInOptsOut = 8;

    private readonly SemaphoreSlim gate = new(1, 1);

    public async Task NextAsync(IReadOnlyList<int> scores, IReadOnlyList<long?> flatLimits)
    {
        await gate.WaitAsync();
        try
        {
            var person = persons[random.Next(persons.Count)];
            if (random.Next(OneInNarrows) == 0)
            {
                var (partner, limit) = (
                    LedgerPolicy.Partners[random.Next(LedgerPolicy.Partners.Count)],
                    flatLimits[random.Next(flatLimits.Count)]
                );
                flats[(partner, await stage.NarrowAsync(partner, limit))] = limit;
            }
            else if (person.Score is null)
            {
                await stage.OptInAsync(person);
            }
            else if (random.Next(OneInOptsOut) == 0)
            {
                await stage.OptOutAsync(person);
            }
            else
            {
                await stage.FeedAsync(person, scores[random.Next(scores.Count)]);
            }
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();
}
