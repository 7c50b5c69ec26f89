using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Keys;

namespace SesameGrpc.Gateway.Pages;

/// <summary>The persons' pages: static HTML from Razor components, on the public listener only, with a routing of their own.</summary>
internal static class PageSetup
{
    private static readonly string[] Roots = ["/me", "/login", "/logout", "/opt-in", PageStyle.Path];

    public static IServiceCollection AddPages(this IServiceCollection services, GatewayOptions options, KeyRing keys)
    {
        services.AddSingleton<PersonAccounts>().AddSingleton<PageGate>();
        services.AddRazorComponents();
        services.AddAntiforgery(form =>
        {
            form.Cookie.Name = "__Host-form";
            form.Cookie.SecurePolicy = CookieSecurePolicy.Always;
            form.Cookie.SameSite = SameSiteMode.Lax;
            form.SuppressXFrameOptionsHeader = true;
        });
        var authentication = services.AddAuthentication().AddCookie(PersonSession.Scheme, PersonSession.Configure);
        if (options.Login.IsUpstream)
        {
            authentication.AddOpenIdConnect(UpstreamLogin.Scheme, provider => UpstreamLogin.Configure(provider, options.Login));
        }

        // The framework's own protection would keep keys in files of its own, of each instance alone.
        services.Replace(ServiceDescriptor.Singleton<IDataProtectionProvider>(new KeyRingProtection(keys)));
        foreach (var loader in services.Where(IsKeyLoader).ToList())
        {
            services.Remove(loader);
        }

        return services;
    }

    public static bool IsPage(HttpContext http) =>
        Array.Exists(Roots, root => http.Request.Path.StartsWithSegments(root, StringComparison.Ordinal));

    public static void MapPages(this IApplicationBuilder branch, GatewayOptions options, Action<IEndpointRouteBuilder> ownPages) =>
        branch.MapBranch(
            pages =>
            {
                pages.MapGet(PageStyle.Path, PageStyle.WriteAsync);
                pages.MapLogin(options);
                ownPages(pages);
            },
            between => between.UseWhen(UpstreamLogin.IsCallback, callback => callback.UseAuthentication())
        );

    /// <summary>A branch of pages. Whatever is put between comes behind the headers and the session, before routing and the check of forms.</summary>
    public static void MapBranch(
        this IApplicationBuilder branch,
        Action<IEndpointRouteBuilder> map,
        Action<IApplicationBuilder>? between = null
    )
    {
        var gate = branch.ApplicationServices.GetRequiredService<PageGate>();
        branch.Use(gate.EnterAsync);
        between?.Invoke(branch);
        branch.UseRouting();
        branch.Use(gate.PassAsync);
        branch.UseEndpoints(map);
    }

    private static bool IsKeyLoader(ServiceDescriptor service) =>
        service.ServiceType == typeof(IHostedService)
        && service.ImplementationType?.Namespace?.StartsWith("Microsoft.AspNetCore.DataProtection", StringComparison.Ordinal) == true;
}
