using SesameGrpc.Tidy.Tests.Rules;
using Xunit;

namespace SesameGrpc.Tidy.Tests;

public sealed class ProtoTests
{
    private static readonly Dictionary<string, string> NoExceptions = [];

    private static ProtoSet Contracts => ProtoSet.Repository.Value;

    [Fact]
    public void Contracts_AreRead() => Assert.Contains(Contracts.Elements, element => element is { Kind: "rpc", Name: "GetCreditScore" });

    [Fact]
    public void Elements_OfContracts_HaveComments() => Verdict.Clean(ProtoRules.CheckComments(Contracts));

    [Fact]
    public void Enums_OfContracts_BeginUnspecified() => Verdict.Clean(ProtoRules.CheckEnums(Contracts));

    [Fact]
    public void Fields_OfContracts_AreExactAndTimed() => Verdict.Clean(ProtoRules.CheckFields(Contracts));

    [Fact]
    public void Methods_OfContracts_HaveTheirOwnMessages() => Verdict.Clean(ProtoRules.CheckMethods(Contracts));

    [Fact]
    public void Mutations_OfContracts_CanBeReplayed() => Verdict.Clean(ProtoRules.CheckReplay(Contracts, ProtoRules.ReplayExceptions));

    [Theory]
    [InlineData("service S {}", "service S")]
    [InlineData("// S.\nservice S { rpc Get(M) returns (M); }\n// M.\nmessage M {}", "rpc Get")]
    [InlineData("message M {}", "message M")]
    [InlineData("// M.\nmessage M { int32 a = 1; // Trailing.\n }", "field a")]
    [InlineData("// M.\nmessage M { oneof o {\n // A.\n int32 a = 1; } }", "oneof o")]
    [InlineData("// M.\nmessage M { message Inner {} }", "message Inner")]
    [InlineData("// M.\nmessage M { enum Inner {\n // Z.\n Z_UNSPECIFIED = 0; } }", "enum Inner")]
    [InlineData("enum E {\n // Z.\n E_UNSPECIFIED = 0; }", "enum E")]
    [InlineData("// E.\nenum E { E_UNSPECIFIED = 0; }", "enum value E_UNSPECIFIED")]
    [InlineData("// M.\nmessage M { //\n int32 a = 1; }", "field a")]
    public void Element_WithoutComment_IsCaught(string text, string fragment)
    {
        var finding = Assert.Single(ProtoRules.CheckComments(Sample(text)));
        Assert.Contains(fragment + " has no comment", finding.ToString(), StringComparison.Ordinal);
        Assert.True(finding.Line >= 2);
    }

    [Fact]
    public void Element_ThatNobodyWrote_NeedsNoComment() =>
        Verdict.Clean(
            ProtoRules.CheckComments(
                Sample("// M.\nmessage M {\n// Map.\nmap<string, int32> a = 1;\n// Optional.\noptional int32 b = 2; }")
            )
        );

    [Fact]
    public void Enum_WithMeaningAtZero_IsCaught() =>
        Verdict.Caught(ProtoRules.CheckEnums(Sample("enum E { E_GOOD = 0; E_BAD = 1; }")), 2, "E_GOOD = 0");

    [Theory]
    [InlineData("float rate = 1;", "rate is a Float")]
    [InlineData("repeated double rates = 1;", "rates is a Double")]
    [InlineData("int64 due_time = 1;", "due_time ends in _time and is no Timestamp")]
    [InlineData("google.protobuf.Timestamp due = 1;", "Timestamp due does not end in _time")]
    public void Field_InexactOrOddlyTimed_IsCaught(string field, string fragment) =>
        Verdict.Caught(ProtoRules.CheckFields(Sample($"message M {{ {field} }}")), 2, fragment);

    [Theory]
    [InlineData("rpc Open(M) returns (OpenResponse);", "rpc Open uses M")]
    [InlineData("rpc Open(OpenRequest) returns (M);", "rpc Open uses M")]
    public void Method_WithSharedMessage_IsCaught(string method, string fragment) =>
        Verdict.Caught(
            ProtoRules.CheckMethods(Sample($"service S {{ {method} }} message M {{}} message OpenRequest {{}} message OpenResponse {{}}")),
            2,
            fragment
        );

    [Fact]
    public void Method_UsingAnothersRequest_IsCaughtAtBoth() =>
        Assert.Equal(
            2,
            ProtoRules
                .CheckMethods(
                    Sample(
                        "service S { rpc Get(GetRequest) returns (GetResponse); rpc Put(GetRequest) returns (PutResponse); } message GetRequest {} message GetResponse {} message PutResponse {}"
                    )
                )
                .Count()
        );

    [Theory]
    [InlineData("Open", "")]
    [InlineData("Open", "bytes request_id = 1;")]
    [InlineData("GetterReset", "")]
    [InlineData("CheckinGuest", "")]
    public void Mutation_WithoutRequestId_IsCaught(string name, string fields) =>
        Verdict.Caught(ProtoRules.CheckReplay(Mutation(name, fields), NoExceptions), 2, "has no string request_id");

    [Theory]
    [InlineData("Open", "string request_id = 1;")]
    [InlineData("BatchGetThings", "")]
    [InlineData("List", "")]
    public void Method_ReplayableOrReading_Passes(string name, string fields) =>
        Verdict.Clean(ProtoRules.CheckReplay(Mutation(name, fields), NoExceptions));

    [Fact]
    public void Exception_ForAMethodThatIsGone_IsCaught() =>
        Verdict.Caught(
            ProtoRules.CheckReplay(Sample("message M {}"), new Dictionary<string, string>(StringComparer.Ordinal) { ["Gone"] = "sample" }),
            0,
            "Gone names no rpc"
        );

    private static ProtoSet Mutation(string name, string fields) =>
        Sample(
            $"service S {{ rpc {name}({name}Request) returns ({name}Response); }} message {name}Request {{ {fields} }} message {name}Response {{}}"
        );

    private static ProtoSet Sample(string text) =>
        ProtoSet.Parse("syntax = \"proto3\"; import \"google/protobuf/timestamp.proto\"; package s;\n" + text);
}
