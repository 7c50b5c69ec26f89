using Grpc.Core;

namespace SesameGrpc.Client.Connections;

/// <summary>
/// Makes each call on the connection that is in force when it begins, and keeps that connection until the call has ended. A server's stream ends with Cancelled when another certificate takes over: it has
/// no end of its own, and would hold the old one.
/// </summary>
internal sealed class RotatingInvoker(ConnectionSource connections) : CallInvoker
{
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method,
        string? host,
        CallOptions options,
        TRequest request
    )
    {
        var connection = connections.Enter();
        var token = connection.Tokens.Latest;
        var call = connection.Invoker.AsyncUnaryCall(method, host, options, request);
        return new AsyncUnaryCall<TResponse>(
            LeaveAfterAsync(connection, token, call.ResponseAsync),
            call.ResponseHeadersAsync,
            call.GetStatus,
            call.GetTrailers,
            call.Dispose
        );
    }

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method,
        string? host,
        CallOptions options,
        TRequest request
    )
    {
        var connection = connections.Enter();
        var token = connection.Tokens.Latest;
        try
        {
            return connection.Invoker.BlockingUnaryCall(method, host, options, request);
        }
        catch (RpcException refused)
        {
            connection.Heed(refused, token);
            throw;
        }
        finally
        {
            connection.Leave();
        }
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method,
        string? host,
        CallOptions options,
        TRequest request
    )
    {
        var connection = connections.Enter();
        var ended = CancellationTokenSource.CreateLinkedTokenSource(options.CancellationToken, connection.Retired);
        var call = connection.Invoker.AsyncServerStreamingCall(method, host, options.WithCancellationToken(ended.Token), request);
        return new AsyncServerStreamingCall<TResponse>(
            call.ResponseStream,
            call.ResponseHeadersAsync,
            call.GetStatus,
            call.GetTrailers,
            Once(() =>
            {
                call.Dispose();
                ended.Dispose();
                connection.Leave();
            })
        );
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method,
        string? host,
        CallOptions options
    ) => throw NoSuchMethod(method);

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method,
        string? host,
        CallOptions options
    ) => throw NoSuchMethod(method);

    private static async Task<TResponse> LeaveAfterAsync<TResponse>(
        PartnerConnection connection,
        AccessToken? token,
        Task<TResponse> answer
    )
    {
        try
        {
            return await answer;
        }
        catch (RpcException refused)
        {
            connection.Heed(refused, token);
            throw;
        }
        finally
        {
            connection.Leave();
        }
    }

    private static Action Once(Action end)
    {
        var ended = 0;
        return () =>
        {
            if (Interlocked.Exchange(ref ended, 1) == 0)
            {
                end();
            }
        };
    }

    private static NotSupportedException NoSuchMethod(IMethod method) =>
        new($"{method.FullName} streams requests; no method of partners does.");
}
