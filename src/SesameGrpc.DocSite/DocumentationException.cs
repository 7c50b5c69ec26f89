namespace SesameGrpc.DocSite;

/// <summary>The documentation is not whole; the message names the place and the fix.</summary>
internal sealed class DocumentationException(string message) : Exception(message);
