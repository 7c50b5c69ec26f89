using SesameGrpc.Tidy.Tests.Rules;
using Xunit;

namespace SesameGrpc.Tidy.Tests;

public sealed class HttpRuleTests
{
    private static ProtoSet Contracts => ProtoSet.Repository.Value;

    [Fact]
    public void Methods_OfPartners_HaveAnHttpRule() => Verdict.Clean(HttpRules.CheckPresence(Contracts, HttpRules.PartnerFolder));

    [Fact]
    public void Paths_OfPartners_AreVersionedAndOneMethods() => Verdict.Clean(HttpRules.CheckPaths(Contracts, HttpRules.PartnerFolder));

    [Fact]
    public void Persons_OfPartners_AreInNoAddress() => Verdict.Clean(HttpRules.CheckPersons(Contracts, HttpRules.PartnerFolder));

    [Fact]
    public void Method_WithoutARule_IsCaught() =>
        Verdict.Caught(HttpRules.CheckPresence(Sample("rpc Open(M) returns (M);"), ""), 2, "rpc Open has no google.api.http rule");

    [Fact]
    public void Stream_WithARule_IsCaught() =>
        Verdict.Caught(
            HttpRules.CheckPresence(Sample("rpc Watch(M) returns (stream M) { option (google.api.http) = {get: \"/v1/m\"}; }"), ""),
            2,
            "rpc Watch is a stream"
        );

    [Theory]
    [InlineData("rpc Get(M) returns (M) { option (google.api.http) = {get: \"/v2/m\"}; }", "does not begin with /v1/")]
    [InlineData(
        "rpc Get(M) returns (M) { option (google.api.http) = {get: \"/v1/m/{a}\" additional_bindings {get: \"/v1/m/{b}\"}}; }",
        "GET /v1/m/{b} is another method's too"
    )]
    public void Path_UnversionedOrTwice_IsCaught(string method, string fragment) =>
        Verdict.Caught(HttpRules.CheckPaths(Sample(method), ""), 2, fragment);

    [Theory]
    [InlineData("rpc Get(M) returns (M) { option (google.api.http) = {post: \"/v1/m/{subject}\" body: \"*\"}; }", "names a person")]
    [InlineData("rpc Get(M) returns (M) { option (google.api.http) = {get: \"/v1/m\"}; }", "has no binding with a body")]
    public void Person_InAnAddress_IsCaught(string method, string fragment) =>
        Verdict.Caught(HttpRules.CheckPersons(Sample(method), ""), 2, fragment);

    private static ProtoSet Sample(string method) =>
        ProtoSet.Parse(
            $"syntax = \"proto3\"; import \"google/api/annotations.proto\"; package s;\nservice S {{ {method} }} message M {{ string subject = 1; string a = 2; string b = 3; }}"
        );
}
