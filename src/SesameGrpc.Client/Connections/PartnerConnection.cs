using Grpc.Core;
using Grpc.Net.Client;
using SesameGrpc.Client.Calls;

namespace SesameGrpc.Client.Connections;

/// <summary>
/// One certificate with everything that is bound to it: the channel that shows it and the tokens that name it (RFC 8705 section 3.1). They come and go together, so no call ever shows a token on
/// a connection that it does not fit. Whoever disposes it lets it end with its last call.
/// </summary>
internal sealed class PartnerConnection : IDisposable
{
    private readonly CertificateMaterial material;
    private readonly SocketsHttpHandler callHandler;
    private readonly SocketsHttpHandler tokenHandler;
    private readonly GrpcChannel channel;
    private readonly CancellationTokenSource retired = new();

    // Whoever disposes it counts as a user.
    private int users = 1;

    public PartnerConnection(SesameClientOptions options, CertificateMaterial material, TimeProvider time)
    {
        this.material = material;
        // Two handlers: a channel takes its handler's connections into its own hands, so no other client can use it.
        callHandler = MutualTlsHandler.Create(material, resumeSessions: true);
        tokenHandler = MutualTlsHandler.Create(material, resumeSessions: false);
        Tokens = new AccessTokenSource(options, tokenHandler, time);
        var giveToken = options.TokenProvider ?? (async cancellationToken => (await Tokens.GetAsync(cancellationToken)).Value);
        var bearer = CallCredentials.FromInterceptor(
            async (context, metadata) => metadata.Add("authorization", "Bearer " + await giveToken(context.CancellationToken))
        );
        channel = GatewayAddresses.Channel(options.GatewayUrls, callHandler, bearer);
        Invoker = channel.CreateCallInvoker();
        Retired = retired.Token;
    }

    public AccessTokenSource Tokens { get; }

    public CallInvoker Invoker { get; }

    public DateTimeOffset ExpireTime => material.ExpireTime;

    /// <summary>Says that another certificate has taken over: what would go on for ever should begin anew.</summary>
    public CancellationToken Retired { get; }

    /// <summary>Begins a use; false: it is gone already.</summary>
    public bool TryEnter()
    {
        var seen = Volatile.Read(ref users);
        while (seen > 0)
        {
            var found = Interlocked.CompareExchange(ref users, seen + 1, seen);
            if (found == seen)
            {
                return true;
            }

            seen = found;
        }

        return false;
    }

    /// <summary>Ends a use.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref users) == 0)
        {
            channel.Dispose();
            Tokens.Dispose();
            tokenHandler.Dispose();
            callHandler.Dispose();
            material.Dispose();
            retired.Dispose();
        }
    }

    public void Dispose()
    {
        retired.Cancel();
        Leave();
    }

    /// <summary>Learns from a refusal: a token that was not taken is not shown again.</summary>
    public void Heed(RpcException refused, AccessToken? shown)
    {
        if (RetryRules.WantsNewToken(SesameException.From(refused)))
        {
            Tokens.Forget(shown);
        }
    }
}
