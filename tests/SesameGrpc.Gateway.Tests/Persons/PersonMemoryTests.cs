using CsCheck;
using Microsoft.Extensions.Time.Testing;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Persons;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Persons;

public sealed class PersonMemoryTests
{
    private const int Capacity = 1_000;
    private readonly FakeTimeProvider time = new(Samples.Now);
    private readonly PersonMemory memory;

    public PersonMemoryTests() =>
        memory = new PersonMemory(new GatewayOptions { Persons = { MemoryCapacity = Capacity, MemoryLifetimeSeconds = 5 } }, time);

    [Fact]
    public void TryGet_NeverPut_FindsNothing() => Assert.False(memory.TryGet("person-1", out _));

    [Fact]
    public void TryGet_PutBefore_FindsThePerson()
    {
        Put("person-1", 3);

        Assert.Equal(3, VersionOf("person-1"));
        Assert.False(memory.TryGet("person-2", out _));
        Assert.False(memory.TryGet("PERSON-1", out _));
    }

    [Fact]
    public void TryGet_UnknownPutBefore_FindsThatThereIsNobody()
    {
        memory.Put("person-1", 1, null, 0);

        Assert.True(memory.TryGet("person-1", out var person));
        Assert.Null(person);
    }

    [Fact]
    public void TryGet_AtTheEndOfTheLifetime_FindsNothing()
    {
        Put("person-1", 3);
        time.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromTicks(1));
        Assert.Equal(3, VersionOf("person-1"));

        time.Advance(TimeSpan.FromTicks(1));
        Assert.False(memory.TryGet("person-1", out _));
    }

    [Fact]
    public void Put_OlderOverNewer_IsLeftOut()
    {
        Put("person-1", 3);
        time.Advance(TimeSpan.FromSeconds(3));
        Put("person-1", 2);
        Assert.Equal(3, VersionOf("person-1"));

        // Nor has the older one prolonged the newer one's life.
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(memory.TryGet("person-1", out _));
    }

    [Fact]
    public void Put_SameVersionAgain_LivesFromThenOn()
    {
        Put("person-1", 3);
        time.Advance(TimeSpan.FromSeconds(3));
        Put("person-1", 3);
        time.Advance(TimeSpan.FromSeconds(4));

        Assert.Equal(3, VersionOf("person-1"));
        Assert.Equal(1, memory.Count);
    }

    // An opt-out was once taken for version 0, so it never replaced the person and every look-up went to the store.
    [Fact]
    public void Put_OptOutOverAnOlderPerson_ReplacesThem()
    {
        Put("person-1", 3);
        memory.Put("person-1", 1, null, 4);

        Assert.True(memory.TryGet("person-1", out var person));
        Assert.Null(person);
        Put("person-1", 3);
        Assert.True(memory.TryGet("person-1", out person));
        Assert.Null(person);
    }

    [Fact]
    public void Put_InAnyOrder_KeepsTheNewest() =>
        Gen.Long[1, 20]
            .Array[1, 20]
            .Sample(versions =>
            {
                var own = new PersonMemory(new GatewayOptions(), time);
                foreach (var version in versions)
                {
                    own.Put("person-1", 1, Samples.Person(600, version: version), version);
                }

                Assert.True(own.TryGet("person-1", out var person));
                Assert.Equal(versions.Max(), person!.Version);
                Assert.Equal(1, own.Count);
            });

    [Fact]
    public void DropOlder_Version_DropsOnlyWhatIsOlder()
    {
        memory.Put("person-1", 1, Samples.Person(600, version: 3), 3);
        memory.DropOlder(1, 3);
        memory.DropOlder(2, 9);
        Assert.Equal(3, VersionOf("person-1"));

        memory.DropOlder(1, 4);
        Assert.False(memory.TryGet("person-1", out _));
        Assert.Equal(0, memory.Count);
    }

    [Fact]
    public void DropOlder_OfAnUnknownPerson_DropsIt()
    {
        memory.Put("person-1", 1, null, 0);
        memory.DropOlder(1, 1);

        Assert.False(memory.TryGet("person-1", out _));
    }

    [Fact]
    public void DropOlder_AfterTheEntryWasReplaced_StillFindsIt()
    {
        memory.Put("person-1", 1, Samples.Person(600, version: 1), 1);
        memory.DropOlder(1, 2);
        memory.Put("person-1", 1, Samples.Person(600, version: 2), 2);
        memory.DropOlder(1, 3);

        Assert.False(memory.TryGet("person-1", out _));
    }

    [Fact]
    public void Clear_Afterwards_NobodyIsKnownAndNothingIsKept()
    {
        PutMany(0, 10);
        memory.Clear();

        Assert.Equal(0, memory.Count);
        Assert.Equal(0, memory.PseudonymCount);
        Assert.False(memory.TryGet("person-5", out _));
    }

    [Fact]
    public void Put_MoreThanTheCapacity_StaysWithin()
    {
        for (var number = 0; number < 5 * Capacity; number++)
        {
            Put($"person-{number}", 1);
            Assert.InRange(memory.Count, 0, Capacity);
        }

        Assert.Equal((Capacity, Capacity), (memory.Count, memory.PseudonymCount));
    }

    [Fact]
    public void Put_OverTheCapacity_KeepsThoseWhoAreAskedFor()
    {
        PutMany(0, Capacity);
        for (var number = Capacity; number < 10 * Capacity; number++)
        {
            Assert.All(Enumerable.Range(0, 10), wanted => Assert.Equal(1, VersionOf($"person-{wanted}")));
            Put($"person-{number}", 1);
        }
    }

    [Fact]
    public void Put_OverTheCapacityWithExpiredEntries_KeepsTheLiveOnes()
    {
        PutMany(0, Capacity / 2);
        time.Advance(TimeSpan.FromSeconds(5));
        PutMany(Capacity, (Capacity / 2) + 1);

        Assert.All(Enumerable.Range(Capacity, (Capacity / 2) + 1), number => Assert.True(memory.TryGet($"person-{number}", out _)));
    }

    // The pseudonyms of dropped persons once stayed: a feed of scores would have filled the memory.
    [Fact]
    public void Put_AndDropOverAndOver_KeepsNothingOfTheDropped()
    {
        for (var number = 0; number < 3 * Capacity; number++)
        {
            memory.Put($"person-{number}", (UInt128)number, Samples.Person(600), 1);
            memory.DropOlder((UInt128)number, 2);
        }

        Assert.Equal(0, memory.Count);
        Assert.Equal(0, memory.PseudonymCount);
    }

    [Fact]
    public async Task PutDropAndClear_FromManyThreads_LeaveTheCountsTrue()
    {
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 20_000),
            TestContext.Current.CancellationToken,
            (number, _) =>
            {
                var person = number * 7919 % 1_500;
                memory.Put($"person-{person}", (UInt128)person, Samples.Person(600, version: number), number);
                memory.DropOlder((UInt128)(number * 104_729 % 1_500), number - 50);
                if (number % 5_000 == 0)
                {
                    memory.Clear();
                }

                return ValueTask.CompletedTask;
            }
        );
        Assert.InRange(memory.Count, 0, Capacity);
        Assert.Equal(memory.Count, memory.PseudonymCount);

        memory.Clear();
        Assert.Equal((0, 0), (memory.Count, memory.PseudonymCount));
    }

    private void PutMany(int first, int count)
    {
        for (var number = first; number < first + count; number++)
        {
            Put($"person-{number}", 1);
        }
    }

    private void Put(string subject, long version) =>
        memory.Put(subject, UInt128.Parse(subject.AsSpan("person-".Length)), Samples.Person(600, version: version), version);

    private long? VersionOf(string subject) => memory.TryGet(subject, out var person) ? person?.Version : null;
}
