using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Contracts.Rail.V1;
using Xunit;

namespace SesameGrpc.SandboxRail.Tests;

public sealed class CollectionBookTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("sesame-rail-").FullName;
    private CollectionBook book;

    public CollectionBookTests() => book = Open();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Journal => Path.Combine(folder, "rail.jsonl");

    public void Dispose()
    {
        book.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Collect_Repeated_TakesTheMoneyOnce()
    {
        var first = await CollectAsync("o.1", "test-650");
        var again = await CollectAsync("o.1", "test-650");

        Assert.Equal((true, false), (first.IsNew, again.IsNew));
        Assert.Equal(first.Entry, again.Entry);
        Assert.Equal(CollectionStatus.Collected, Assert.Single(book.History).Status);
        Assert.Equal(500, book.NetCollectedFen);
    }

    [Fact]
    public async Task Collect_HundredTwins_TakeTheMoneyOnce()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => CollectAsync("o.1", "test-650")));

        Assert.Single(answers, answer => answer.IsNew);
        Assert.Single(book.History);
    }

    [Fact]
    public async Task Collect_OtherBodyUnderTheSameId_IsRefused()
    {
        await CollectAsync("o.1", "test-650");

        Assert.Null((await CollectAsync("o.1", "test-650", amountFen: 501)).Entry);
        Assert.Null((await CollectAsync("o.1", "test-651")).Entry);
        Assert.Single(book.History);
    }

    [Fact]
    public async Task Collect_Declined_IsFinalAndSaysWhetherLaterMakesSense()
    {
        var never = (await CollectAsync("a.1", "test-650-declined")).Entry!;
        var once = (await CollectAsync("b.1", "test-650-declinedonce")).Entry!;
        var later = (await CollectAsync("b.2", "test-650-declinedonce")).Entry!;

        Assert.Equal((CollectionStatus.Declined, DeclineReason.RefusedByPerson, false), Outcome(never));
        Assert.Equal((CollectionStatus.Declined, DeclineReason.InsufficientFunds, true), Outcome(once));
        Assert.Equal(CollectionStatus.Collected, later.Status);
        Assert.Equal(once, (await CollectAsync("b.1", "test-650-declinedonce")).Entry);
        Assert.Equal(500, book.NetCollectedFen);
    }

    [Fact]
    public async Task Get_Pending_IsCollectedWhenAskedAgain()
    {
        Assert.Null(await book.GetAsync("o.1", Cancellation));
        Assert.Equal(CollectionStatus.Pending, (await CollectAsync("o.1", "test-650-slowpay")).Entry!.Status);
        Assert.Equal(0, book.NetCollectedFen);

        Assert.Equal(CollectionStatus.Collected, (await book.GetAsync("o.1", Cancellation))!.Status);
        Assert.Equal(500, book.NetCollectedFen);
    }

    [Theory]
    [InlineData("test-650")]
    [InlineData("test-650-slowpay")]
    [InlineData("test-650-declined")]
    public async Task Refund_AfterCollect_KeepsNoMoney(string person)
    {
        await CollectAsync("o.1", person);
        var refunded = await book.RefundAsync("o.1", Cancellation);

        Assert.True(refunded.IsRefunded);
        Assert.Equal(0, book.NetCollectedFen);
        Assert.Equal(refunded, await book.RefundAsync("o.1", Cancellation));
        Assert.Equal(refunded, (await CollectAsync("o.1", person)).Entry);
        Assert.Equal(refunded, await book.GetAsync("o.1", Cancellation));
    }

    [Fact]
    public async Task Refund_BeforeCollect_StopsTheOneThatComesLater()
    {
        await book.RefundAsync("o.1", Cancellation);
        var late = (await CollectAsync("o.1", "test-650")).Entry!;

        Assert.Equal((CollectionStatus.Declined, DeclineReason.Refunded, false), Outcome(late));
        Assert.Equal(0, book.NetCollectedFen);
    }

    [Fact]
    public async Task RefundPart_CountsInAll()
    {
        await CollectAsync("o.1", "test-650");

        Assert.Equal(200, (await RefundPartAsync("o.1", 200))?.RefundedFen);
        Assert.Equal(200, (await RefundPartAsync("o.1", 200))?.RefundedFen);
        Assert.Equal(200, (await RefundPartAsync("o.1", 1))?.RefundedFen);
        Assert.Equal(300, book.NetCollectedFen);
        Assert.Equal(500, (await RefundPartAsync("o.1", 500))?.RefundedFen);
        Assert.Null(await RefundPartAsync("o.1", 501));
        Assert.Equal((0, 3), (book.NetCollectedFen, book.History.Count));
    }

    [Fact]
    public async Task RefundPart_OfWhatIsNotCollected_IsRefused()
    {
        await CollectAsync("a.1", "test-650-declined");
        await CollectAsync("b.1", "test-650");
        await book.RefundAsync("b.1", Cancellation);

        Assert.Null(await RefundPartAsync("a.1", 1));
        Assert.Null(await RefundPartAsync("b.1", 1));
        Assert.Null(await RefundPartAsync("c.1", 1));
    }

    [Fact]
    public async Task Book_OpenedAgain_KnowsWhatWasAcknowledged()
    {
        await CollectAsync("a.1", "test-650");
        await CollectAsync("b.1", "test-650-declinedonce");
        await CollectAsync("c.1", "test-650");
        await book.RefundAsync("c.1", Cancellation);
        var before = book.History;
        book.Dispose();
        await File.AppendAllTextAsync(Journal, "{\"CollectionId\":\"d.1\",\"Oblig", Cancellation);

        book = Open();

        Assert.Equal(before, book.History);
        Assert.False((await CollectAsync("a.1", "test-650")).IsNew);
        Assert.Equal(CollectionStatus.Collected, (await CollectAsync("b.2", "test-650-declinedonce")).Entry!.Status);
        Assert.Equal(1000, book.NetCollectedFen);
        book.Dispose();
        book = Open();
        Assert.Equal(before.Count + 1, book.History.Count);
    }

    private Task<JournalEntry?> RefundPartAsync(string collectionId, long fen) =>
        book.RefundPartAsync(collectionId, new Money { CurrencyCode = "CNY", MinorUnits = fen }, Cancellation);

    private CollectionBook Open() => new(Journal, TimeProvider.System);

    private Task<(JournalEntry? Entry, bool IsNew)> CollectAsync(string collectionId, string person, long amountFen = 500) =>
        book.CollectAsync(
            new CollectRequest
            {
                CollectionId = collectionId,
                ObligationId = collectionId.Split('.')[0],
                Person = person,
                Amount = new Money { CurrencyCode = "CNY", MinorUnits = amountFen },
            },
            Cancellation
        );

    private static (CollectionStatus Status, DeclineReason Reason, bool Later) Outcome(JournalEntry entry) =>
        (entry.Status, entry.Reason, entry.LaterAttemptMaySucceed);
}
