using System.Text;
using SesameGrpc.Functional.Tests.Visits;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.HttpJson;

/// <summary>Whatever a body is made of, the answer says what is wrong with it; it is never a fault of the gateway's.</summary>
public sealed class HostileJsonTests
{
    private const string Valid =
        """{"requestId":"r","orderId":"o","subject":"test-650","programme":"hospital.pay_later","amount":{"currencyCode":"CNY","minorUnits":"5"},"attributes":{"a":{"text":"杭州"},"b":{"number":"7"}}}""";

    private static readonly string[] Bodies =
    [
        "",
        " ",
        "null",
        "true",
        "[]",
        "7",
        "\"text\"",
        "{",
        "{}{}",
        "{,}",
        "{\"orderId\":}",
        "{\"orderId\":\"a\",}",
        "{/* a comment */}",
        "{'orderId':'a'}",
        "{orderId:\"a\"}",
        "{\"orderId\":NaN}",
        "{\"amount\":{\"minorUnits\":NaN}}",
        "{\"amount\":{\"minorUnits\":-Infinity}}",
        "{\"amount\":{\"minorUnits\":1e400}}",
        "{\"amount\":{\"minorUnits\":1e308}}",
        "{\"amount\":{\"minorUnits\":1.5}}",
        "{\"amount\":{\"minorUnits\":9007199254740993}}",
        "{\"amount\":{\"minorUnits\":99999999999999999999}}",
        "{\"amount\":{\"minorUnits\":\"99999999999999999999\"}}",
        "{\"amount\":{\"minorUnits\":\"0x10\"}}",
        "{\"amount\":{\"minorUnits\":\"\"}}",
        "{\"amount\":{\"minorUnits\":01}}",
        "{\"amount\":{\"minorUnits\":true}}",
        "{\"amount\":7}",
        "{\"amount\":[]}",
        "{\"amount\":[{}]}",
        "{\"amount\":null,\"amount\":null}",
        "{\"orderId\":\"a\",\"orderId\":\"b\"}",
        "{\"orderId\":\"a\",\"order_id\":\"b\"}",
        "{\"orderId\":null}",
        "{\"orderId\":7}",
        "{\"orderId\":{}}",
        "{\"orderId\":[\"a\"]}",
        "{\"orderid\":\"a\"}",
        "{\"@type\":\"type.googleapis.com/google.protobuf.Any\"}",
        "{\"\":\"\"}",
        "{\"orderId\":\"\\ud800\"}",
        "{\"orderId\":\"\\udc00\\ud800\"}",
        "{\"\\ud800\":\"a\"}",
        "{\"orderId\":\"\\u0000\"}",
        "{\"orderId\":\"\\x41\"}",
        "{\"orderId\":\"a\nb\"}",
        "{\"attributes\":[]}",
        "{\"attributes\":{\"a\":null}}",
        "{\"attributes\":{\"a\":7}}",
        "{\"attributes\":{\"a\":{\"text\":\"x\",\"number\":1}}}",
        "{\"attributes\":{\"a\":{\"text\":\"x\"},\"a\":{\"text\":\"y\"}}}",
        "{\"attributes\":{\"\\ud800\":{\"text\":\"x\"}}}",
        "{\"attributes\":{\"a\":{\"text\":\"\\udfff\"}}}",
    ];

    [Fact]
    public async Task Bodies_OfNoRequest_AreTheCallersFault()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var http = JsonPartner.Of(gateway, await gateway.ConnectHospitalAsync());

        foreach (var body in Bodies)
        {
            AssertCallersFault(await http.PostAsync("/v1/visits", body), body);
        }
    }

    [Fact]
    public async Task Bodies_DeepLongOrNotUtf8_AreTheCallersFault()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var http = JsonPartner.Of(gateway, await gateway.ConnectHospitalAsync());
        byte[][] bodies =
        [
            Encoding.UTF8.GetBytes(new string('[', 100_000)),
            Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"amount\":", 10_000))),
            Encoding.UTF8.GetBytes($"{{\"{new string('x', 100_000)}\":1}}"),
            Encoding.UTF8.GetBytes($"{{{string.Join(',', Enumerable.Range(0, 10_000).Select(number => $"\"x{number}\":1"))}}}"),
            Encoding.UTF8.GetBytes($"{{\"amount\":{{\"minorUnits\":{new string('9', 100_000)}}}}}"),
            Encoding.UTF8.GetBytes($"{{\"amount\":{{\"minorUnits\":0.{new string('0', 100_000)}1}}}}"),
            [.. "{\"orderId\":\""u8, 0xC0, 0xAF, .. "\"}"u8],
            [.. "{\"orderId\":\""u8, 0xED, 0xA0, 0x80, .. "\"}"u8],
            [0xEF, 0xBB, 0xBF, .. "{}"u8],
            [.. Encoding.Unicode.GetBytes("{}")],
            [0, 0, 0, 0, 2, 8, 1],
        ];

        foreach (var body in bodies)
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new("application/json");
            var answer = await http.SendAsync(HttpMethod.Post, "/v1/visits", content);
            AssertCallersFault(answer, $"{body.Length} bytes");
            Assert.InRange(answer.Text.Length, 1, 10_000);
        }
    }

    [Fact]
    public async Task Times_OfNoForm_AreRefusedByName()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var http = JsonPartner.Of(gateway, await gateway.ConnectAsync("shop"));
        string[] times =
        [
            "\"2026-13-01T00:00:00Z\"",
            "\"yesterday\"",
            "\"0000-01-01T00:00:00Z\"",
            "\"2026-01-01T00:00:00.0000000001Z\"",
            "7",
            "{\"seconds\":7}",
        ];

        foreach (var time in times)
        {
            var answer = await http.PostAsync("/v1/depositWaivers/a:extend", $"{{\"dueTime\":{time}}}");
            Assert.Equal((400, "FIELD_INVALID"), (answer.Code, answer.Reason));
            Assert.Equal("due_time", (string?)answer.Detail("BadRequest")!["fieldViolations"]![0]!["field"]);
        }
    }

    [Fact]
    public async Task Bodies_ChangedAtRandom_AreNeverTheGatewaysFault()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var http = JsonPartner.Of(gateway, await gateway.ConnectHospitalAsync());
        await gateway.FeedAsync("test-650", 650);
        var random = new Random(20261126);
        var answers = new Dictionary<string, int>();

        for (var round = 0; round < 1_000; round++)
        {
            var body = Encoding.UTF8.GetBytes(Valid);
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                body[random.Next(body.Length)] = (byte)(random.Next(2) == 0 ? random.Next(256) : "{}[]\":,\\u-e09"[random.Next(13)]);
            }

            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new("application/json");
            var answer = await http.SendAsync(HttpMethod.Post, "/v1/visits", content);
            Assert.True(answer.Code < 500, $"{answer.Text} to {Encoding.UTF8.GetString(body)}");
            var outcome = answer.Code == 200 ? "OK" : answer.Reason;
            answers[outcome] = answers.GetValueOrDefault(outcome) + 1;
        }

        Assert.True(answers["MESSAGE_MALFORMED"] > 100, string.Join(' ', answers));
        Assert.True(answers["FIELD_INVALID"] > 50, string.Join(' ', answers));
    }

    private static void AssertCallersFault(JsonAnswer answer, string body)
    {
        Assert.True(answer.Code == 400, $"{answer.Text} to {body}");
        Assert.Contains(answer.Reason, new[] { "FIELD_INVALID", "MESSAGE_MALFORMED" });
    }
}
