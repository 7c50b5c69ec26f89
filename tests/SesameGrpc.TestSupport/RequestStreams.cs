using Grpc.Core;

namespace SesameGrpc.TestSupport;

/// <summary>Sends request streams that may be refused before their end.</summary>
public static class RequestStreams
{
    /// <summary>
    /// Sends the messages and ends the stream. A refusal breaks the sending off at any message, with whatever status the transport has just then; why, only the call's answer says.
    /// </summary>
    public static async Task SendAsync<T>(this IClientStreamWriter<T> stream, params T[] messages)
    {
        try
        {
            foreach (var message in messages)
            {
                await stream.WriteAsync(message);
            }

            await stream.CompleteAsync();
        }
        catch (Exception broken) when (broken is RpcException or InvalidOperationException)
        {
            // The caller awaits the answer.
        }
    }
}
