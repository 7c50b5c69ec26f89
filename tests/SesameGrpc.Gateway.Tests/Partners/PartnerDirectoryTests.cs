using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Partners;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Partners;

public sealed class PartnerDirectoryTests
{
    private readonly PartnerSnapshot snapshot = new(
        3,
        [
            new Partner
            {
                Partner_ = "hello-bike",
                State = PartnerState.Active,
                Scopes = { "eligibility.check" },
                Enrolments =
                {
                    new Enrolment { Programme = "bike.deposit_free", Revision = 2 },
                    new Enrolment { Programme = "gone.programme", Revision = 1 },
                },
                Certificates =
                {
                    new PartnerCertificate { Thumbprint = "aa" },
                    new PartnerCertificate { Thumbprint = "bb", Revoked = true },
                },
            },
            new Partner
            {
                Partner_ = "ofo",
                State = PartnerState.Suspended,
                Certificates =
                {
                    new PartnerCertificate { Thumbprint = "bb", Revoked = true },
                },
            },
        ],
        Samples.Catalogue,
        revokedTokens: []
    );

    [Fact]
    public void Find_Partner_IsTheRecord()
    {
        Assert.Equal(("hello-bike", true), (snapshot.Find("hello-bike")!.Id, snapshot.Find("hello-bike")!.IsActive));
        Assert.False(snapshot.Find("ofo")!.IsActive);
        Assert.Null(snapshot.Find("Hello-Bike"));
        Assert.Equal(3, snapshot.Version);
    }

    [Fact]
    public void Certificates_RevokedAndRegistered_AreToldApart()
    {
        Assert.Equal("hello-bike", snapshot.PartnerOfRegisteredCertificate("aa"));
        Assert.Null(snapshot.PartnerOfRegisteredCertificate("bb"));
        Assert.True(snapshot.IsRevoked("bb"));
        Assert.False(snapshot.IsRevoked("aa"));
        Assert.False(snapshot.IsRevoked("cc"));
    }

    [Fact]
    public void Programme_Enrolled_IsCompiled() =>
        Assert.Equal("bike.deposit_free@1.2", snapshot.Find("hello-bike")!.Programme("bike.deposit_free").PolicyVersion);

    [Theory]
    [InlineData("rail.lounge")]
    [InlineData("gone.programme")]
    [InlineData("no.such")]
    [InlineData("")]
    public void Programme_NotEnrolledOrGone_IsRefusedAlike(string programme)
    {
        var refusal = Samples.RefusalOf(() => snapshot.Find("hello-bike")!.Programme(programme));

        Assert.Equal(ErrorReason.ProgrammeNotEnrolled, refusal.Reason);
        Assert.Equal(programme, refusal.Metadata.Single().Value);
    }

    [Fact]
    public void Programme_LongName_IsNotEchoedWhole() =>
        Assert.Equal(64, Samples.RefusalOf(() => snapshot.Find("ofo")!.Programme(new string('x', 5_000))).Metadata.Single().Value.Length);
}
