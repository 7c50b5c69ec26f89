using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CsCheck;
using SesameGrpc.Gateway.Tls;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Tls;

public sealed class RevocationListTests : IDisposable
{
    private static readonly byte[] Serial = [0x01, 0x23, 0x45];
    private static readonly byte[] OtherSerial = [0x01, 0x23, 0x46];
    private readonly TestAuthority elliptic = TestAuthority.Ecdsa("elliptic");
    private readonly TestAuthority rivest = TestAuthority.Rsa("rivest");

    private X509Certificate2Collection Issuers => [elliptic.Certificate, rivest.Certificate];

    public void Dispose()
    {
        elliptic.Dispose();
        rivest.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_DerOfEitherKeyKind_RevokesTheListedOnly(bool isRsa)
    {
        var authority = isRsa ? rivest : elliptic;
        var list = Assert.Single(RevocationList.Read(authority.Revoke(Serial), Issuers));
        using var revoked = authority.Issue(Serial);
        using var good = authority.Issue(OtherSerial);

        Assert.Equal(1, list.Count);
        Assert.Equal(TestAuthority.NotAfter, list.NextUpdate);
        Assert.True(list.Revokes(revoked));
        Assert.False(list.Revokes(good));
    }

    [Theory]
    [InlineData("SHA384")]
    [InlineData("SHA512")]
    public void Read_LongerHashes_AreVerified(string hash)
    {
        var algorithm = new HashAlgorithmName(hash);

        Assert.Equal(1, Assert.Single(RevocationList.Read(elliptic.Revoke(algorithm, Serial), Issuers)).Count);
        Assert.Equal(1, Assert.Single(RevocationList.Read(rivest.Revoke(algorithm, Serial), Issuers)).Count);
    }

    [Fact]
    public void Revokes_SameSerialOfAnotherIssuer_IsFalse()
    {
        var list = RevocationList.Read(elliptic.Revoke(Serial), Issuers)[0];
        using var other = rivest.Issue(Serial);

        Assert.False(list.Revokes(other));
    }

    // The serial number 0x80 is encoded with a leading zero, or else it would be negative.
    [Theory]
    [InlineData(new byte[] { 0x00, 0x80 })]
    [InlineData(new byte[] { 0x00, 0xff, 0xff, 0xff })]
    [InlineData(new byte[] { 0x7f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19 })]
    public void Revokes_SerialWithAHighBitOrOfFullLength_IsTrue(byte[] serial)
    {
        using var revoked = elliptic.Issue(serial);

        Assert.True(RevocationList.Read(elliptic.Revoke(serial), Issuers)[0].Revokes(revoked));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Read_ExtensionThatIsNotUnderstood_IsRefusedOnlyWhereItIsCritical(bool isCritical)
    {
        var list = WithDeltaIndicator(isCritical);

        if (isCritical)
        {
            Assert.Contains(
                "2.5.29.27",
                Assert.Throws<CryptographicException>(() => RevocationList.Read(list, Issuers)).Message,
                StringComparison.Ordinal
            );
        }
        else
        {
            Assert.Equal(0, Assert.Single(RevocationList.Read(list, Issuers)).Count);
        }
    }

    [Fact]
    public void Read_EmptyList_RevokesNobody()
    {
        var list = Assert.Single(RevocationList.Read(elliptic.Revoke(), Issuers));
        using var good = elliptic.Issue(Serial);

        Assert.Equal(0, list.Count);
        Assert.False(list.Revokes(good));
    }

    [Fact]
    public void Read_PemWithTwoListsAndText_ReadsBoth()
    {
        var text = $"# two lists\n{Pem(elliptic.Revoke(Serial))}\nbetween\n{Pem(rivest.Revoke(Serial, OtherSerial))}\n";
        var lists = RevocationList.Read(Encoding.ASCII.GetBytes(text), Issuers);

        Assert.Equal([1, 2], lists.Select(list => list.Count));
    }

    [Fact]
    public void Read_PemWithACertificateBesideTheList_ReadsTheList()
    {
        var text = elliptic.Certificate.ExportCertificatePem() + "\n" + Pem(elliptic.Revoke(Serial));

        Assert.Single(RevocationList.Read(Encoding.ASCII.GetBytes(text), Issuers));
    }

    [Fact]
    public void Read_ListOfAnIssuerOutsideTheBundle_Throws()
    {
        using var stranger = TestAuthority.Ecdsa("stranger");

        Assert.Throws<CryptographicException>(() => RevocationList.Read(stranger.Revoke(Serial), Issuers));
        Assert.Throws<CryptographicException>(() => RevocationList.Read(stranger.Revoke(Serial), []));
    }

    [Fact]
    public void Read_ListOfAnImpostorWithTheIssuersName_Throws()
    {
        using var impostor = TestAuthority.Ecdsa("elliptic");

        Assert.Throws<CryptographicException>(() => RevocationList.Read(impostor.Revoke(), Issuers));
        Assert.Single(RevocationList.Read(impostor.Revoke(), [.. Issuers, impostor.Certificate]));
    }

    [Fact]
    public void Read_OneGoodAndOneForeignList_Throws()
    {
        using var stranger = TestAuthority.Ecdsa("stranger");
        var text = Pem(elliptic.Revoke(Serial)) + "\n" + Pem(stranger.Revoke(Serial));

        Assert.Throws<CryptographicException>(() => RevocationList.Read(Encoding.ASCII.GetBytes(text), Issuers));
    }

    [Fact]
    public void Read_AnyFlippedBitOfTheSignedPart_Throws()
    {
        var good = elliptic.Revoke(Serial);

        // The signed part begins after the outer header and ends before the signature.
        Gen.Int[4 * 8, ((good.Length - 90) * 8) - 1]
            .Sample(bit =>
            {
                var changed = good.ToArray();
                changed[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.Throws<CryptographicException>(() => RevocationList.Read(changed, Issuers));
            });
    }

    [Fact]
    public void Read_Garbage_Throws() =>
        Gen.Byte.Array[0, 200].Sample(garbage => Assert.Throws<CryptographicException>(() => RevocationList.Read(garbage, Issuers)));

    [Fact]
    public void Read_AnyTruncation_Throws()
    {
        var good = rivest.Revoke(Serial);

        Assert.All(
            Enumerable.Range(0, good.Length),
            length => Assert.Throws<CryptographicException>(() => RevocationList.Read(good[..length], Issuers))
        );
    }

    // A file that is cut off while it is written, or the wrong one, once read as no list at all: nobody was revoked.
    [Fact]
    public void Read_PemWithoutAWholeList_Throws()
    {
        var pem = Pem(elliptic.Revoke(Serial));
        string[] texts =
        [
            elliptic.Certificate.ExportCertificatePem(),
            pem[..^10],
            "-----BEGIN X509 CRL-----\n",
            pem + "\n" + pem[..^10],
            "-----BEGIN NOTHING",
        ];

        Assert.All(texts, text => Assert.Throws<CryptographicException>(() => RevocationList.Read(Encoding.ASCII.GetBytes(text), Issuers)));
    }

    private static string Pem(byte[] der) => PemEncoding.WriteString("X509 CRL", der);

    // RFC 5280 section 5.1, by hand: the builder of the platform makes no such extensions.
    private byte[] WithDeltaIndicator(bool isCritical)
    {
        using var key = elliptic.Certificate.GetECDsaPrivateKey()!;
        var content = new AsnWriter(AsnEncodingRules.DER);
        using (content.PushSequence())
        {
            content.WriteInteger(1);
            WriteAlgorithm(content);
            content.WriteEncodedValue(elliptic.Certificate.SubjectName.RawData);
            content.WriteUtcTime(TestAuthority.NotBefore);
            content.WriteUtcTime(TestAuthority.NotAfter);
            using (content.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            using (content.PushSequence())
            using (content.PushSequence())
            {
                content.WriteObjectIdentifier("2.5.29.27");
                content.WriteBoolean(isCritical);
                content.WriteOctetString([2, 1, 1]);
            }
        }

        var signed = content.Encode();
        var list = new AsnWriter(AsnEncodingRules.DER);
        using (list.PushSequence())
        {
            list.WriteEncodedValue(signed);
            WriteAlgorithm(list);
            list.WriteBitString(key.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        }

        return list.Encode();
    }

    private static void WriteAlgorithm(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier("1.2.840.10045.4.3.2");
        }
    }
}
