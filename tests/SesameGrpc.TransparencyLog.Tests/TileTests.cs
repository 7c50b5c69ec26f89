using Xunit;

namespace SesameGrpc.TransparencyLog.Tests;

public sealed class TileTests
{
    [Theory]
    [InlineData(0, 0, 256, "tile/0/000")]
    [InlineData(0, 67, 12, "tile/0/067.p/12")]
    [InlineData(1, 1_234_067, 256, "tile/1/x001/x234/067")]
    [InlineData(2, 1000, 1, "tile/2/x001/000.p/1")]
    public void Path_OfATile_IsAsTheSpecificationSays(int level, long index, int width, string path) =>
        Assert.Equal(path, Tile.PathOf(level, index, width));

    [Fact]
    public void Path_OfEntries_StandsBesideTheLevels() => Assert.Equal("tile/entries/x001/234.p/255", Tile.PathOfEntries(1234, 255));

    // The examples of C2SP tlog-tiles.
    [Fact]
    public void Tiles_Of70000Leaves_AreThoseOfTheSpecification()
    {
        var tiles = Tile.In(70_000).ToList();

        Assert.Equal(273, tiles.Count(tile => tile is { Level: 0, Width: 256 }));
        Assert.Equal(
            [(0, 273L, 112), (1, 1L, 17), (2, 0L, 1)],
            tiles.Where(tile => tile.Width < 256).Select(tile => (tile.Level, tile.Index, tile.Width))
        );
        Assert.Equal(277, tiles.Count);
    }

    [Fact]
    public void Tiles_Of256Leaves_AreAFullOneAndAPartialOneAbove() => Assert.Equal([(0, 0L, 256), (1, 0L, 1)], Tile.In(256));

    [Fact]
    public void Tiles_OfABuilder_AreThoseOfItsSize()
    {
        var builder = new TreeBuilder();
        var full = new List<Tile>();
        for (var size = 1; size <= 1100; size++)
        {
            builder.Append(MerkleHash.OfLeaf([]), full.Add);
            Assert.Equal(
                Tile.In(size),
                full.Concat(builder.PartialTiles)
                    .Select(tile => (tile.Level, tile.Index, tile.Width))
                    .OrderBy(tile => tile.Level)
                    .ThenBy(tile => tile.Index)
            );
        }
    }

    [Fact]
    public void Bundle_WrittenAndRead_HasTheSameEntries()
    {
        byte[][] entries =
        [
            [],
            [1],
            new byte[ushort.MaxValue],
        ];

        Assert.Equal(entries, EntryBundle.Read(EntryBundle.Write(entries)));
    }

    [Theory]
    [InlineData("00")]
    [InlineData("0001")]
    [InlineData("0002ff")]
    public void Bundle_ThatEndsWithinAnEntry_IsRefused(string bytes) =>
        Assert.Throws<LogFormatException>(() => EntryBundle.Read(Convert.FromHexString(bytes)));

    [Fact]
    public void Bundle_WithAnEntryThatIsTooLong_IsNotWritten() =>
        Assert.Throws<OverflowException>(() => EntryBundle.Write([new byte[ushort.MaxValue + 1]]));
}
