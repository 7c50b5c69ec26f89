using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Consents;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Consents;

public sealed class PairwiseSubjectsTests
{
    [Fact]
    public void SubjectOf_IsKeyedByPartnerAndPerson()
    {
        var keys = Samples.NewKeys();
        var subjects = new PairwiseSubjects(keys, new GatewayOptions(), TimeProvider.System);
        string[] all =
        [
            subjects.SubjectOf("one", "person"),
            subjects.SubjectOf("two", "person"),
            subjects.SubjectOf("one", "another"),
            subjects.SubjectOf("onep", "erson"),
            new PairwiseSubjects(Samples.NewKeys(), new GatewayOptions(), TimeProvider.System).SubjectOf("one", "person"),
        ];

        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.All(all, subject => Assert.Matches("^[0-9a-f]{32}$", subject));
        Assert.Equal(all[0], new PairwiseSubjects(keys, new GatewayOptions(), TimeProvider.System).SubjectOf("one", "person"));
    }
}
