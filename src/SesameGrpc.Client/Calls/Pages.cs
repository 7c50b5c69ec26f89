using System.Runtime.CompilerServices;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace SesameGrpc.Client.Calls;

/// <summary>Reads lists page by page, each when the reader comes to it (AIP-158).</summary>
internal static class Pages
{
    /// <summary>All entries behind the request's page_token.</summary>
    /// <param name="list">Asks for a page.</param>
    /// <param name="request">Filters and size of a page; not changed.</param>
    /// <param name="entries">Reads a page's entries.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async IAsyncEnumerable<T> ReadAsync<TRequest, TResponse, T>(
        Func<TRequest, CancellationToken, SesameCall<TResponse>> list,
        TRequest request,
        Func<TResponse, IEnumerable<T>> entries,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        ArgumentNullException.ThrowIfNull(request);
        var next = request.Clone();
        var token = Field(next.Descriptor, "page_token");
        while (true)
        {
            var page = await list(next, cancellationToken);
            foreach (var entry in entries(page))
            {
                yield return entry;
            }

            if (Field(page.Descriptor, "next_page_token").Accessor.GetValue(page) is not string { Length: > 0 } following)
            {
                yield break;
            }

            token.Accessor.SetValue(next, following);
        }
    }

    private static FieldDescriptor Field(MessageDescriptor message, string name) =>
        message.FindFieldByName(name) ?? throw new ArgumentException($"{message.Name} has no {name}.", nameof(message));
}
