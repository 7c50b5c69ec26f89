using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using SesameGrpc.Client.Connections;

namespace SesameGrpc.Client.Calls;

/// <summary>Makes every unary call: names it, gives it a deadline, tries it again where that is allowed and may help, and states why it failed.</summary>
internal sealed class CallRunner(ConnectionSource connections, SesameClientOptions options, TimeProvider time)
{
    private const string ReplayedHeader = "sesame-replayed-from";
    private const string RequestSuffix = "Request";

    private readonly RetryBudget budget = new();

    /// <summary>Where generated clients send their calls.</summary>
    public CallInvoker Invoker { get; } = new RotatingInvoker(connections);

    public TimeProvider Time => time;

    /// <summary>Begins a call. A mutation that has no request_id gets one, on the caller's message.</summary>
    public SesameCall<TResponse> Unary<TRequest, TResponse>(
        Func<TRequest, CallOptions, AsyncUnaryCall<TResponse>> send,
        TRequest request,
        TimeSpan? timeout,
        CancellationToken cancellationToken
    )
        where TRequest : class, IMessage<TRequest>
    {
        ArgumentNullException.ThrowIfNull(request);
        var call = new SesameCall<TResponse>(NameRequest(request));
        // A copy: what is sent again is what was sent first, whatever the caller does to the message meanwhile.
        call.ResponseAsync = RunAsync(call, send, request.Clone(), timeout ?? options.CallTimeout, cancellationToken);
        return call;
    }

    private async Task<TResponse> RunAsync<TRequest, TResponse>(
        SesameCall<TResponse> call,
        Func<TRequest, CallOptions, AsyncUnaryCall<TResponse>> send,
        TRequest request,
        TimeSpan timeout,
        CancellationToken cancellationToken
    )
        where TRequest : class, IMessage<TRequest>
    {
        var method = MethodOf(request.Descriptor);
        using var activity = ClientTelemetry.Start(method, call.RequestId);
        var begun = time.GetTimestamp();
        // gRPC turns a deadline back into a duration by the machine's clock, whatever clock this client goes by.
        var deadline = TimeProvider.System.GetUtcNow().Add(timeout).UtcDateTime;
        for (var retries = 0; ; retries++)
        {
            using var attempt = send(request, new CallOptions(deadline: deadline, cancellationToken: cancellationToken));
            try
            {
                var answer = await attempt.ResponseAsync;
                call.ReplayedFrom = ReplayedFrom(await attempt.ResponseHeadersAsync);
                budget.Earn();
                ClientTelemetry.End(activity, method, null, retries, time.GetElapsedTime(begun));
                return answer;
            }
            catch (RpcException refused) when (cancellationToken.IsCancellationRequested)
            {
                ClientTelemetry.End(activity, method, SesameException.From(refused), retries, time.GetElapsedTime(begun));
                throw new OperationCanceledException(refused.Message, refused, cancellationToken);
            }
            catch (RpcException refused)
            {
                var error = SesameException.From(refused);
                var pause = RetryRules.PauseBefore(retries, error, Random.Shared.NextDouble());
                if (
                    retries >= options.MaxRetries
                    || !RetryRules.IsWorthTrying(error, retries)
                    || time.GetElapsedTime(begun) + pause >= timeout
                    || !budget.TrySpend()
                )
                {
                    ClientTelemetry.End(activity, method, error, retries, time.GetElapsedTime(begun));
                    throw error;
                }

                ClientTelemetry.Retried(method);
                await Task.Delay(pause, time, cancellationToken);
            }
        }
    }

    // The contract's sign of a mutation is its field request_id (protos/STYLE.md).
    private static string NameRequest(IMessage request)
    {
        if (request.Descriptor.FindFieldByName("request_id") is not { FieldType: FieldType.String } field)
        {
            return "";
        }

        if (field.Accessor.GetValue(request) is string { Length: > 0 } chosen)
        {
            return chosen;
        }

        var made = Guid.NewGuid().ToString();
        field.Accessor.SetValue(request, made);
        return made;
    }

    // A request is named after its method, and has no other (protos/STYLE.md).
    private static string MethodOf(MessageDescriptor request)
    {
        var name = request.Name[..^RequestSuffix.Length];
        var service = request.File.Services.FirstOrDefault(service => service.FindMethodByName(name) is not null);
        return service is null ? name : $"{service.FullName}/{name}";
    }

    private static DateTimeOffset? ReplayedFrom(Metadata headers) =>
        headers.GetValue(ReplayedHeader) is { } text && DateTimeOffset.TryParse(text, out var first) ? first : null;
}
