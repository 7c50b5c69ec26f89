using SesameGrpc.Gateway.CreditBadges;
using Xunit;

namespace SesameGrpc.Gateway.Tests.CreditBadges;

public sealed class StatusPlacesTests
{
    [Fact]
    public void Order_OfAList_HasEachPlaceOnce() =>
        Assert.Equal(
            Enumerable.Range(0, StatusPlaces.ListSize),
            new StatusPlaces(Samples.NewKeys()).OrderOf(3).ToArray().Select(place => (int)place).Order()
        );

    [Fact]
    public void Order_IsTheSameForTheSameKeysAlone_AndAnotherForEachList()
    {
        var keys = Samples.NewKeys();
        var order = new StatusPlaces(keys).OrderOf(0).ToArray();

        Assert.Equal(order, new StatusPlaces(keys).OrderOf(0).ToArray());
        Assert.NotEqual(order, new StatusPlaces(keys).OrderOf(1).ToArray());
        Assert.NotEqual(order, new StatusPlaces(Samples.NewKeys()).OrderOf(0).ToArray());
    }

    [Fact]
    public void PlaceOf_NumbersOfTheSecondList_AreThoseOfItsOrder()
    {
        var places = new StatusPlaces(Samples.NewKeys());

        Assert.Equal(1, StatusPlaces.ListOf(StatusPlaces.ListSize));
        Assert.Equal(0, StatusPlaces.ListOf(StatusPlaces.ListSize - 1));
        Assert.Equal(places.OrderOf(1)[5], places.PlaceOf(StatusPlaces.FirstOf(1) + 5));
    }

    /// <summary>The example of section 4.2 of the draft, as sixteen places of one bit: any deflate stream that gives these bytes again is right.</summary>
    [Fact]
    public void Compressed_IsZlibInBase64Url()
    {
        var text = StatusLists.Compressed([0xB9, 0xA3]);

        using var zlib = new System.IO.Compression.ZLibStream(
            new MemoryStream(System.Buffers.Text.Base64Url.DecodeFromChars(text)),
            System.IO.Compression.CompressionMode.Decompress
        );
        using var bytes = new MemoryStream();
        zlib.CopyTo(bytes);
        Assert.Equal([0xB9, 0xA3], bytes.ToArray());
        Assert.Equal("eNrbuRgAAhcBXQ", text);
    }
}
