using SesameGrpc.Gateway.Persons;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Persons;

public sealed class SipHashTests
{
    private readonly SipHash hash = new([.. Enumerable.Range(0, 16).Select(number => (byte)number)]);

    // Of the reference implementation's vectors: key 00 01 .. 0f, messages 00 01 02 ..; that of 15 bytes is also in appendix A of the paper.
    [Theory]
    [InlineData(0, 0x726fdb47dd0e0e31)]
    [InlineData(1, 0x74f839c593dc67fd)]
    [InlineData(2, 0x0d6c8009d9a94f5a)]
    [InlineData(7, 0xab0200f58b01d137)]
    [InlineData(8, 0x93f5f5799a932462)]
    [InlineData(15, 0xa129ca6149be45e5)]
    [InlineData(63, 0x958a324ceb064572)]
    public void Of_TheReferencesMessages_IsTheReferencesHash(int length, ulong expected) =>
        Assert.Equal(expected, hash.Of([.. Enumerable.Range(0, length).Select(number => (byte)number)]));
}
