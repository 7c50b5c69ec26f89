using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace SesameGrpc.Gateway.Pages;

/// <summary>Writes pages.</summary>
internal static class PageResults
{
    /// <summary>Renders a page with these parameters, besides <see cref="PageContext"/>.</summary>
    public static Task ShowAsync<TPage>(this HttpContext http, int status, params ReadOnlySpan<(string Name, object? Value)> parameters)
        where TPage : IComponent
    {
        var all = new Dictionary<string, object?>(StringComparer.Ordinal) { ["Page"] = PageContext.Of(http) };
        foreach (var (name, value) in parameters)
        {
            all.Add(name, value);
        }

        var page = new RazorComponentResult<TPage>(all) { StatusCode = status, PreventStreamingRendering = true };
        return page.ExecuteAsync(http);
    }

    /// <summary>A page with a title and a sentence.</summary>
    public static Task ShowMessageAsync(
        this HttpContext http,
        int status,
        string title,
        string message,
        (string Address, string Text)? link = null
    ) =>
        http.ShowAsync<MessagePage>(
            status,
            ("Title", title),
            ("Message", message),
            ("LinkAddress", link?.Address),
            ("LinkText", link?.Text)
        );

    /// <summary>After a form: the browser goes on with a GET, and going back does not send the form again.</summary>
    public static Task SeeOther(this HttpContext http, string address)
    {
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = address;
        return Task.CompletedTask;
    }
}
