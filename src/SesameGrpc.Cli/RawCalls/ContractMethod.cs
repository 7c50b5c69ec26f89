using System.Text.RegularExpressions;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace SesameGrpc.Cli.RawCalls;

/// <summary>One RPC of the contracts, callable by its descriptor alone.</summary>
internal sealed partial record ContractMethod(MethodDescriptor Descriptor)
{
    /// <summary>"EligibilityService/CheckEligibility".</summary>
    public string ShortName => $"{Descriptor.Service.Name}/{Descriptor.Name}";

    /// <summary>"sesame.partner.v1.EligibilityService/CheckEligibility".</summary>
    public string FullName => $"{Descriptor.Service.FullName}/{Descriptor.Name}";

    public bool IsOperators => Descriptor.File.Package == "sesame.operator.v1";

    /// <summary>What it does, as the contract says.</summary>
    public string Meaning => ContractComments.Of(Descriptor);

    /// <summary>The scope that its contract states; null for an operator's method, which takes no token.</summary>
    public string? Scope => ScopeInWords().Match(Meaning) is { Success: true } stated ? stated.Groups["scope"].Value : null;

    /// <summary>Calls it, with the answers as they come: one, or those of a stream.</summary>
    public async IAsyncEnumerable<IMessage> CallAsync(
        CallInvoker invoker,
        IMessage request,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var type = Descriptor.IsServerStreaming ? MethodType.ServerStreaming : MethodType.Unary;
        var method = new Method<IMessage, IMessage>(
            type,
            Descriptor.Service.FullName,
            Descriptor.Name,
            Of(Descriptor.InputType),
            Of(Descriptor.OutputType)
        );
        var options = new CallOptions(cancellationToken: cancellationToken);
        if (type == MethodType.Unary)
        {
            yield return await invoker.AsyncUnaryCall(method, null, options, request);
            yield break;
        }

        using var call = invoker.AsyncServerStreamingCall(method, null, options, request);
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            yield return call.ResponseStream.Current;
        }
    }

    private static Marshaller<IMessage> Of(MessageDescriptor type) =>
        Marshallers.Create(message => message.ToByteArray(), bytes => type.Parser.ParseFrom(bytes));

    [GeneratedRegex(@"\bScope:? (?<scope>[a-z_]+(\.[a-z_]+)+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ScopeInWords();
}
