namespace SesameGrpc.Sip2Proxy.Configuration;

/// <summary>All settings of the proxy: the configuration section "Sip2Proxy".</summary>
internal sealed class ProxyOptions
{
    /// <summary>IP address and port that kiosks connect to. Default 127.0.0.1:6001: nobody but a program on this machine, such as stunnel.</summary>
    public string Listen { get; set; } = "127.0.0.1:6001";

    /// <summary>Host and port of the library's own system, which speaks SIP2. Required.</summary>
    public string Library { get; set; } = "";

    /// <summary>Most kiosks connected at once, 1 to 10,000; those that come beyond are turned away. Default 500.</summary>
    public int MaxConnections { get; set; } = 500;

    /// <summary>Partner listener of the gateway, https. Required.</summary>
    public string GatewayUrl { get; set; } = "";

    /// <summary>Issuer of access tokens, https: the gateway's public listener. Required.</summary>
    public string IssuerUrl { get; set; } = "";

    /// <summary>Id of the library as a partner of the gateway. Required.</summary>
    public string Partner { get; set; } = "";

    /// <summary>PEM file: the library's client certificate. Required.</summary>
    public string Certificate { get; set; } = "";

    /// <summary>PEM file: its private key. Required.</summary>
    public string Key { get; set; } = "";

    /// <summary>PEM file: the CA certificates that issue the gateway's certificate. Required.</summary>
    public string Ca { get; set; } = "";

    /// <summary>Longest time that an answer is held back for the gateway's word, 100 to 10,000. Default 2,000.</summary>
    public int GatewayTimeoutMilliseconds { get; set; } = 2_000;

    /// <summary>Programme that opens borrowing. Default library.card_free.</summary>
    public string Programme { get; set; } = "library.card_free";

    /// <summary>How a patron identifier leads to the person's subject. Default File.</summary>
    public SubjectSource Subjects { get; set; } = SubjectSource.File;

    /// <summary>CSV file with the columns patron_id and subject, read again when it changes. Required where Subjects is File.</summary>
    public string PatronsFile { get; set; } = "";

    /// <summary>
    /// Positions of the patron status that a missing deposit sets, and that are cleared when the gateway opens borrowing; separated by commas. 0 (charge), and where wanted
    /// 1 (renewal), 2 (recall), 3 (hold), 11 (fees). Where any other position is set, nothing is opened. Default 0.
    /// </summary>
    public string DepositStatus { get; set; } = "0";

    /// <summary>
    /// What the library's system says in its screen message when the deposit is what is missing, or a part of it. Set it where the status alone does not tell a missing
    /// deposit from another reason: without this text nothing is opened. Default: empty, the status alone decides.
    /// </summary>
    public string DepositMessage { get; set; } = "";

    /// <summary>Whether a refused person is told the reason, which stands on a screen in public. Default true; else only that borrowing without a deposit is not open yet.</summary>
    public bool TellReason { get; set; } = true;

    /// <summary>Encoding of the kiosks' screen messages, one that contains ASCII, for example utf-8 or gb18030. Default utf-8.</summary>
    public string ScreenEncoding { get; set; } = "utf-8";
}

/// <summary>How a patron identifier leads to the person's subject.</summary>
internal enum SubjectSource
{
    /// <summary>By the file that PatronsFile names.</summary>
    File,

    /// <summary>The identifier is the subject, as in a sandbox.</summary>
    Identifier,
}

/// <summary>A setting is wrong. The message is one line: key, value, what is allowed.</summary>
internal sealed class ProxyConfigurationException(string message) : Exception(message);
