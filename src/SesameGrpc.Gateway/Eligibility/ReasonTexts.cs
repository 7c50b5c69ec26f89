using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Programmes;

namespace SesameGrpc.Gateway.Eligibility;

/// <summary>The sentences that a partner may show to the person.</summary>
internal static class ReasonTexts
{
    private static readonly Dictionary<DecisionReason, ReasonDetail> Details = new[]
    {
        Detail(DecisionReason.ScoreTooLow, "Your credit score does not open this service yet.", "您的信用分暂未达到该服务的要求。"),
        Detail(DecisionReason.ScoreExpired, "Your credit score is out of date and is being renewed.", "您的信用分已过期，正在更新。"),
        Detail(
            DecisionReason.CourtListed,
            "A public court record stands against you; it must be settled first.",
            "您被列入法院公开的失信被执行人名单，请先履行相关义务。"
        ),
        Detail(DecisionReason.AmountTooHigh, "The amount is higher than this service covers for you.", "金额超过该服务可为您提供的额度。"),
        Detail(DecisionReason.AttributeNotMet, "This order does not meet the conditions of the service.", "该订单不符合服务条件。"),
        Detail(
            DecisionReason.AttributeMissing,
            "The provider has not stated everything that is needed to decide.",
            "商家未提供判断所需的全部信息。"
        ),
        Detail(
            DecisionReason.ProgrammeLimitReached,
            "You already have as much open with this service as it allows.",
            "您在该服务下的未结订单已达上限。"
        ),
        Detail(
            DecisionReason.PartnerLimitReached,
            "You already have as much open with this provider as it allows.",
            "您在该商家的未结订单已达上限。"
        ),
        Detail(
            DecisionReason.OverallLimitReached,
            "You already have as much open over all providers as your score allows.",
            "您的未结订单总额或数量已达信用额度上限。"
        ),
        Detail(
            DecisionReason.Overdue,
            "Something under this service is overdue; it must be paid first.",
            "您在该服务下有逾期未付的账单，请先完成支付。"
        ),
    }.ToDictionary(detail => detail.Reason);

    /// <summary>At most four reasons, weightiest first. The messages are shared and must not be changed.</summary>
    public static IEnumerable<ReasonDetail> Of(ReasonSet reasons) => reasons.Weightiest().Select(reason => Details[reason]);

    /// <summary>One reason. The message is shared and must not be changed.</summary>
    public static ReasonDetail Of(DecisionReason reason) => Details.GetValueOrDefault(reason) ?? new ReasonDetail { Reason = reason };

    private static ReasonDetail Detail(DecisionReason reason, string english, string chinese) =>
        new()
        {
            Reason = reason,
            TextEn = english,
            TextZh = chinese,
        };
}
