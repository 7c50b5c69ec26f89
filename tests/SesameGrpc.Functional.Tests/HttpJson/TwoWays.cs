using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Functional.Tests.Audit;
using SesameGrpc.Gateway.HttpJson;
using SesameGrpc.Gateway.Replay;
using SesameGrpc.TestSupport;
using Xunit;
using Method = Grpc.Core.Method<Google.Protobuf.IMessage, Google.Protobuf.IMessage>;

namespace SesameGrpc.Functional.Tests.HttpJson;

/// <summary>Sends requests over gRPC and over HTTP+JSON, by turns one or the other first, and compares what comes back and what the audit log has of it.</summary>
internal sealed class TwoWays(GatewayUnderTest gateway)
{
    // What differs from one call to the next.
    private static readonly string[] Passing = ["age", "decision_id", "expire_time", "source"];

    private bool jsonFirst;

    /// <summary>What was sent over HTTP+JSON and answered: the route's name, the body, the answer.</summary>
    public List<(string Route, string? Body, string Answer)> Samples { get; } = [];

    /// <summary>Sends a request both ways; the answer of the first.</summary>
    public async Task<TResponse> SendAsync<TResponse>(ConnectedPartner partner, IMessage request)
        where TResponse : IMessage<TResponse>
    {
        var (method, route) = RouteOf(request);
        jsonFirst = !jsonFirst;
        var before = (await AuditLeafTests.LeavesAsync(gateway)).Count;
        var first = jsonFirst ? await ByJsonAsync(partner, route, request) : await ByGrpcAsync(partner, method, request);
        var between = (await AuditLeafTests.LeavesAsync(gateway)).Count;
        var second = jsonFirst ? await ByGrpcAsync(partner, method, request) : await ByJsonAsync(partner, route, request);
        var leaves = (await AuditLeafTests.LeavesAsync(gateway)).Select(leaf => leaf.Entry).ToList();

        var isMutation = request.Descriptor.FindFieldByName("request_id") is not null;
        Assert.Equal(isMutation ? first.Answer : Lasting(first.Answer), isMutation ? second.Answer : Lasting(second.Answer));
        Assert.Equal((false, isMutation), (first.IsReplayed, second.IsReplayed));
        Assert.Equal(
            leaves[before..between].Select(leaf => Summary(leaf, isMutation)).Distinct(),
            leaves[between..].Select(leaf => Summary(leaf, isMutation)).Distinct()
        );
        return (TResponse)first.Answer;
    }

    /// <summary>Sends a request both ways that must be refused, and compares why.</summary>
    public async Task<string> RefuseAsync(ConnectedPartner partner, HttpRoute route, IMessage request)
    {
        var refused = await RefusedCall.OfAsync(async () => await ByGrpcAsync(partner, route.Method, request));
        using var json = JsonPartner.Of(gateway, partner);
        var answer = await SendAsync(json, route, request);
        var leaves = (await AuditLeafTests.LeavesAsync(gateway))
            .TakeLast(2)
            .Select(leaf => Summary(leaf.Entry, isMutation: false))
            .ToList();

        Assert.Equal(leaves[0], leaves[1]);
        Assert.Equal(refused.Reason, answer.Reason);
        Assert.Equal(refused.Status.Message, (string?)answer.Error["message"]);
        Assert.Equal(
            refused.Status.GetDetail<Google.Rpc.BadRequest>()?.FieldViolations.Select(fault => fault.Field) ?? [],
            answer.Detail("BadRequest")?["fieldViolations"]!.AsArray().Select(fault => (string)fault!["field"]!) ?? []
        );
        return refused.Reason;
    }

    private static (MethodDescriptor Method, HttpRoute Route) RouteOf(IMessage request)
    {
        var method = request
            .Descriptor.File.Services.SelectMany(service => service.Methods)
            .Single(candidate => candidate.InputType == request.Descriptor);
        var stated = request
            .Descriptor.Fields.InDeclarationOrder()
            .Where(field => IsStated(field, request))
            .Select(field => field.Name)
            .ToHashSet();
        var route = HttpRoute
            .Of(method)
            .First(candidate =>
                candidate.PathFields.All(path => stated.Contains(path.Split('.')[0]))
                && (candidate.HasBody || stated.IsSubsetOf(candidate.PathFields.Concat(candidate.QueryFields.Select(field => field.Name))))
            );
        return (method, route);
    }

    private static bool IsStated(FieldDescriptor field, IMessage request) =>
        field.HasPresence
            ? field.Accessor.HasValue(request)
            : field.Accessor.GetValue(request) is not (null or "" or 0 or 0L or false or IList { Count: 0 } or IDictionary { Count: 0 });

    private static async Task<(IMessage Answer, bool IsReplayed)> ByGrpcAsync(
        ConnectedPartner partner,
        MethodDescriptor method,
        IMessage request
    )
    {
        var call = partner.Invoker.AsyncUnaryCall(
            new Method(
                MethodType.Unary,
                method.Service.FullName,
                method.Name,
                Marshallers.Create<IMessage>(message => message.ToByteArray(), bytes => method.InputType.Parser.ParseFrom(bytes)),
                Marshallers.Create<IMessage>(message => message.ToByteArray(), bytes => method.OutputType.Parser.ParseFrom(bytes))
            ),
            null,
            default,
            request
        );
        var answer = await call;
        return (answer, (await call.ResponseHeadersAsync).Any(header => header.Key == RequestReplay.ReplayedHeader));
    }

    private async Task<(IMessage Answer, bool IsReplayed)> ByJsonAsync(ConnectedPartner partner, HttpRoute route, IMessage request)
    {
        using var json = JsonPartner.Of(gateway, partner);
        var answer = await SendAsync(json, route, request);
        Samples.Add((route.Name, BodyOf(route, request), answer.Text));
        Assert.True(answer.Code == 200, $"{route.Verb} {route.Path}: {answer.Text}");
        Assert.Equal("application/json", answer.ContentHeaders.ContentType?.ToString());
        return (JsonParser.Default.Parse(answer.Text, route.Method.OutputType), answer.Headers.Contains(RequestReplay.ReplayedHeader));
    }

    private static async Task<JsonAnswer> SendAsync(JsonPartner json, HttpRoute route, IMessage request)
    {
        var path = route.PathFields.Aggregate(
            route.Path,
            (text, field) => text.Replace($"{{{field}}}", Uri.EscapeDataString(ValueOf(request, field)), StringComparison.Ordinal)
        );
        var query = route
            .QueryFields.Where(field => IsStated(field, request))
            .Select(field => $"{field.JsonName}={QueryOf(field, request)}");
        return await json.SendAsync(
            new HttpMethod(route.Verb),
            route.HasBody ? path : $"{path}?{string.Join('&', query)}".TrimEnd('?'),
            BodyOf(route, request) is { } body ? JsonPartner.Content(body) : null
        );
    }

    private static string? BodyOf(HttpRoute route, IMessage request)
    {
        if (!route.HasBody)
        {
            return null;
        }

        var body = request.Descriptor.Parser.ParseFrom(request.ToByteArray());
        foreach (var field in route.PathFields)
        {
            Clear(body, field.Split('.'));
        }

        return JsonFormatter.Default.Format(body);
    }

    private static string QueryOf(FieldDescriptor field, IMessage request) =>
        field.FieldType == FieldType.Enum
            ? field.EnumType.FindValueByNumber((int)field.Accessor.GetValue(request)).Name
            : Uri.EscapeDataString($"{field.Accessor.GetValue(request)}");

    private static string ValueOf(IMessage message, string path) =>
        path.Split('.', 2) is [var outer, var inner]
            ? ValueOf((IMessage)message.Descriptor.FindFieldByName(outer).Accessor.GetValue(message), inner)
            : (string)message.Descriptor.FindFieldByName(path).Accessor.GetValue(message);

    private static void Clear(IMessage message, ReadOnlySpan<string> path)
    {
        var field = message.Descriptor.FindFieldByName(path[0]);
        if (path.Length == 1)
        {
            field.Accessor.Clear(message);
        }
        else
        {
            Clear((IMessage)field.Accessor.GetValue(message), path[1..]);
        }
    }

    // The same answer without what differs from call to call.
    private static IMessage Lasting(IMessage answer)
    {
        foreach (var field in answer.Descriptor.Fields.InDeclarationOrder())
        {
            if (Passing.Contains(field.Name))
            {
                field.Accessor.Clear(answer);
            }
            else if (field is { FieldType: FieldType.Message, IsMap: false } && field.Accessor.GetValue(answer) is { } value)
            {
                foreach (var inner in value as IEnumerable<IMessage> ?? (value is IMessage one ? [one] : []))
                {
                    _ = inner is Timestamp ? inner : Lasting(inner);
                }
            }
        }

        return answer;
    }

    // A leaf of a repetition says that it is one, and not once more of whom and what.
    private static string Summary(AuditEntry leaf, bool isMutation) =>
        $"{leaf.Method} {leaf.Caller} {leaf.RequestId} {leaf.ErrorReason} "
        + (
            isMutation
                ? ""
                : $"{leaf.Outcome} {leaf.SubjectHash.ToBase64()} {leaf.ResourceKind} {leaf.ResourceId} {string.Join(',', leaf.DisclosedFields)}"
        );
}
