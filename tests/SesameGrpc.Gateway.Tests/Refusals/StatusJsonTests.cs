using System.Text.Json.Nodes;
using Google.Rpc;
using Microsoft.AspNetCore.Http;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Refusals;
using Xunit;
using HttpResponse = Microsoft.AspNetCore.Http.HttpResponse;

namespace SesameGrpc.Gateway.Tests.Refusals;

public sealed class StatusJsonTests
{
    private readonly StatusDetails statuses = new("https://gateway.example");

    [Fact]
    public async Task Write_Refusal_HasEveryDetailWithItsType()
    {
        var (response, error) = await WriteAsync(Refuse.TooManyCalls(3));

        Assert.Equal(
            (429, "application/json", "no-store"),
            (response.StatusCode, response.ContentType, response.Headers.CacheControl.ToString())
        );
        Assert.Equal((429, "RESOURCE_EXHAUSTED"), ((int?)error["code"], (string?)error["status"]));
        Assert.Equal(
            ["ErrorInfo", "QuotaFailure", "RetryInfo", "RequestInfo", "Help"],
            error["details"]!.AsArray().Select(detail => ((string)detail!["@type"]!)["type.googleapis.com/google.rpc.".Length..])
        );
        Assert.Equal("0.200s", (string?)error["details"]![2]!["retryDelay"]);
    }

    /// <summary>Whole seconds, and never less than the delay.</summary>
    [Fact]
    public async Task RetryAfter_OfADelay_IsRoundedUp()
    {
        Assert.Equal("1", (await WriteAsync(Refuse.LostRace())).Response.Headers.RetryAfter.ToString());
        Assert.Equal("10", (await WriteAsync(Refuse.CollectionUnderWay(1))).Response.Headers.RetryAfter.ToString());
        Assert.Equal(0, (await WriteAsync(Refuse.NotFound())).Response.Headers.RetryAfter.Count);
    }

    [Fact]
    public void HttpStatusOf_Refusals_IsThatOfGoogleRpcCode_OrWhatHttpHasForIt()
    {
        (int Status, Refusal Refusal)[] expected =
        [
            (400, Refuse.Field("a", "b")),
            (400, Refuse.StateConflict("CLOSED", "", 1)),
            (401, Refuse.TokenMissing()),
            (403, Refuse.ScopeMissing("a")),
            (404, Refuse.NotFound()),
            (404, Refuse.MethodUnknown()),
            (405, Refuse.VerbUnknown("GET")),
            (409, Refuse.AlreadyExists("a", "b")),
            (409, Refuse.LostRace()),
            (413, Refuse.MessageTooLarge(1)),
            (415, Refuse.FormUnsupported("a")),
            (429, Refuse.TooManyCalls(1)),
            (499, Refuse.Cancelled()),
            (500, Refuse.Internal()),
            (503, Refuse.StoreUnavailable()),
            (504, Refuse.DeadlineExceeded(TimeSpan.FromSeconds(1))),
        ];

        Assert.Equal(expected.Select(row => row.Status), expected.Select(row => StatusJson.HttpStatusOf(row.Refusal)));
    }

    [Fact]
    public void HttpStatusOf_EveryCode_IsAnError() =>
        Assert.All(
            Enum.GetValues<Code>().Where(code => code != Code.Ok),
            code => Assert.InRange(StatusJson.HttpStatusOf(new Refusal(code, ErrorReason.Internal, "")), 400, 504)
        );

    private async Task<(HttpResponse Response, JsonNode Error)> WriteAsync(Refusal refusal)
    {
        var http = new DefaultHttpContext();
        using var body = new MemoryStream();
        http.Response.Body = body;
        await StatusJson.WriteAsync(http.Response, refusal, statuses.ToStatus(refusal, "call-1"));
        Assert.Equal(body.Length, http.Response.ContentLength);
        return (http.Response, JsonNode.Parse(body.ToArray())!["error"]!);
    }
}
