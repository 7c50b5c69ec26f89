using SesameGrpc.Gateway.Consents;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Consents;

public sealed class PairwiseSubjectsTests
{
    private static readonly byte[] Key = [.. Enumerable.Repeat((byte)1, 32)];
    private static readonly byte[] OtherKey = [.. Enumerable.Repeat((byte)2, 32)];

    [Fact]
    public void SubjectOf_IsKeyedByPartnerAndPerson()
    {
        string[] all =
        [
            PairwiseSubjects.SubjectOf(Key, "one", "person"),
            PairwiseSubjects.SubjectOf(Key, "two", "person"),
            PairwiseSubjects.SubjectOf(Key, "one", "another"),
            PairwiseSubjects.SubjectOf(Key, "onep", "erson"),
            PairwiseSubjects.SubjectOf(OtherKey, "one", "person"),
        ];

        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.All(all, subject => Assert.Matches("^[0-9a-f]{32}$", subject));
        Assert.Equal(all[0], PairwiseSubjects.SubjectOf(Key, "one", "person"));
    }
}
