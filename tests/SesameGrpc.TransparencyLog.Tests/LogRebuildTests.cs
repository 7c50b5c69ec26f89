using Xunit;

namespace SesameGrpc.TransparencyLog.Tests;

/// <summary>A log whose first entries have ended is as it was signed, as far as its own entries say so.</summary>
public sealed class LogRebuildTests
{
    private const int Size = 600;
    private static readonly byte[][] Entries = [.. Enumerable.Range(0, Size).Select(number => BitConverter.GetBytes(number))];
    private static readonly SampleTree Tree = new([.. Entries.Select(entry => MerkleHash.OfLeaf(entry))]);

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(256, 256, 0)]
    [InlineData(256, 512, 0)]
    [InlineData(512, 256, 1)]
    [InlineData(256, 0, 1)]
    public void End_WithEntriesThatHaveEnded_IsSoundAsFarAsAnEntrySaysSo(int ended, long stated, int differences)
    {
        var rebuild = Rebuild(ended, stated, statedAt: 590, covered: Size);

        Assert.Equal(differences, rebuild.Differences.Count);
        Assert.Equal((Size, ended), (rebuild.Size, rebuild.MinimumIndex));
    }

    /// <summary>An entry that no checkpoint covers may have been made by whoever took the others away.</summary>
    [Fact]
    public void End_WithTheStatementBehindTheCheckpoint_IsNotSound() =>
        Assert.Contains(
            "are said to have ended",
            Assert.Single(Rebuild(256, 256, statedAt: 590, covered: 580).Differences),
            StringComparison.Ordinal
        );

    [Fact]
    public void AppendEnded_WithAnotherHash_DoesNotFitTheCheckpoint()
    {
        var rebuild = new LogRebuild([new Checkpoint("log", 2, Tree.RootAt(2))], _ => 1);
        rebuild.AppendEnded(MerkleHash.OfLeaf(Entries[7]));
        rebuild.Append(Entries[1]);
        rebuild.End();

        Assert.Single(rebuild.Differences);
    }

    [Fact]
    public void AppendEnded_BehindAnEntry_IsNoPrefix()
    {
        var rebuild = new LogRebuild([], _ => 0);
        rebuild.Append(Entries[0]);
        rebuild.AppendEnded(Tree.Leaves[1]);

        Assert.Contains("Entry 1 is said to have ended", Assert.Single(rebuild.Differences), StringComparison.Ordinal);
    }

    private static LogRebuild Rebuild(int ended, long stated, int statedAt, int covered)
    {
        var rebuild = new LogRebuild(
            [new Checkpoint("log", 100, Tree.RootAt(100)), new Checkpoint("log", covered, Tree.RootAt(covered))],
            entry => entry.SequenceEqual(Entries[statedAt]) ? stated : 0
        );
        foreach (var hash in Tree.Leaves.Take(ended))
        {
            rebuild.AppendEnded(hash);
        }

        foreach (var entry in Entries.Skip(ended))
        {
            rebuild.Append(entry);
        }

        rebuild.End();
        return rebuild;
    }
}
