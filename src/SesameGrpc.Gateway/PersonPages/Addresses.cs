namespace SesameGrpc.Gateway.PersonPages;

/// <summary>Where a person's own pages are.</summary>
internal static class Addresses
{
    public const string Home = "/me";
    public const string Accesses = "/me/accesses";
    public const string Consents = "/me/consents";
    public const string WithdrawAll = "/me/consents/withdraw-all";
    public const string Obligations = "/me/obligations";
    public const string Fulfilments = "/me/fulfilments";
    public const string Disputes = "/me/disputes";
    public const string NewDispute = "/me/disputes/new";
    public const string Export = "/me/export";
    public const string OptOut = "/me/opt-out";
    public const string Erase = "/me/erase";

    /// <summary>The parameter that says what was just done.</summary>
    public const string Done = "done";
}
