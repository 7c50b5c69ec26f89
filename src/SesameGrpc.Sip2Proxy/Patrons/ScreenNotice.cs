using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Sip2Proxy.Patrons;

/// <summary>What the gateway's answer means at a kiosk: whether borrowing opens, and a sentence for the person in both languages.</summary>
internal sealed record ScreenNotice(bool Opens, string English, string Chinese)
{
    private const string ChineseCode = "019";

    /// <summary>The person has not agreed, does not take part, or is not in the patrons file: the gateway's one answer for all of these tells no more.</summary>
    public static readonly ScreenNotice NotAgreed = new(
        Opens: false,
        "To borrow without a deposit, please agree to it first; ask at the desk how.",
        "如需免押金借阅，请先完成授权，详情请咨询服务台。"
    );

    public static ScreenNotice Of(CheckEligibilityResponse response, bool tellReason) =>
        response.Decision == EligibilityDecision.Eligible
            ? Opened(response.Terms?.ItemLimit ?? 0)
            : Refused(tellReason ? response.Reasons : []);

    /// <summary>The sentence for a kiosk's language: Chinese for 019, English for all others.</summary>
    public string In(string language) => language == ChineseCode ? Chinese : English;

    private static ScreenNotice Opened(int items) =>
        items > 0
            ? new(Opens: true, $"No deposit needed. You may borrow up to {items} items.", $"您已免押金，最多可借{items}件。")
            : new(Opens: true, "No deposit needed.", "您已免押金。");

    private static ScreenNotice Refused(IEnumerable<ReasonDetail> reasons) =>
        reasons.FirstOrDefault() is { } weightiest
            ? new(Opens: false, weightiest.TextEn, weightiest.TextZh)
            : new(Opens: false, "Borrowing without a deposit is not open to you yet.", "您暂不能免押金借阅。");
}
