using Microsoft.AspNetCore.Http.Features;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.HttpJson;

/// <summary>
/// Chooses the endpoint of an HTTP+JSON call by its exact path as it was sent. The framework's routing ignores letter case and reads escapes before it compares, so that a value with a slash
/// could not be told from two segments.
/// </summary>
internal sealed class JsonRouting(IReadOnlyList<(HttpRoute Route, Endpoint Endpoint)> routes)
{
    /// <summary>Where no endpoint was found yet, sets the route's, with its values; or one that says which verbs the path takes.</summary>
    public void Choose(HttpContext http)
    {
        if (http.GetEndpoint() is not null)
        {
            return;
        }

        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var sent = target.Split('?', 2)[0].Split('/');
        var verbs = new List<string>();
        foreach (var (route, endpoint) in routes)
        {
            if (!route.Matches(sent, out var values))
            {
                continue;
            }

            if (string.Equals(route.Verb, http.Request.Method, StringComparison.Ordinal))
            {
                http.SetEndpoint(endpoint);
                http.Request.RouteValues = new RouteValueDictionary(
                    values.Select(value => KeyValuePair.Create(value.Key, (object?)value.Value))
                );
                return;
            }

            verbs.Add(route.Verb);
        }

        if (verbs.Count > 0)
        {
            var refusal = Refuse.VerbUnknown(string.Join(", ", verbs));
            http.SetEndpoint(new Endpoint(null, new EndpointMetadataCollection(refusal), "another verb"));
        }
    }
}
