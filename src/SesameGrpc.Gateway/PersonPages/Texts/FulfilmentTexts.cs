using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Gateway.PersonPages.Texts;

/// <summary>What partners report of how the person keeps agreements. {0} is a partner or a number, {1} the partner's id of the report.</summary>
public sealed record FulfilmentTexts(
    string Navigation,
    string Title,
    string Lead,
    string Empty,
    string About,
    string Began,
    string Due,
    string Ended,
    string Lasts,
    string DaysLate,
    string Outstanding,
    string Reported,
    string Version,
    string Corrected,
    string Retracted,
    string Dispute,
    string Disputed,
    string Older
)
{
    public required IReadOnlyDictionary<FulfilmentKind, string> Kinds { get; init; }

    public required IReadOnlyDictionary<FulfilmentOutcome, string> Outcomes { get; init; }

    public static FulfilmentTexts English { get; } =
        new(
            Navigation: "Reports",
            Title: "Reports about me",
            Lead: "What partners report of how you keep your agreements with them. It counts for your score, and other credit bureaus may be told of it.",
            Empty: "Nobody has reported anything about you.",
            About: "The report by {0}, {1}",
            Began: "The agreement began on",
            Due: "To be kept by",
            Ended: "Kept, or over, on",
            Lasts: "not over yet",
            DaysLate: "Days late",
            Outstanding: "Not paid",
            Reported: "Reported on",
            Version: "Version {0}",
            Corrected: "What it said before",
            Retracted: "Taken back by the partner. It does not count any more.",
            Dispute: "Dispute",
            Disputed: "You dispute this; other bureaus are told so",
            Older: "Older reports"
        )
        {
            Kinds = new Dictionary<FulfilmentKind, string>
            {
                [FulfilmentKind.Return] = "Bringing something back",
                [FulfilmentKind.Payment] = "A payment",
                [FulfilmentKind.Attendance] = "Being there",
                [FulfilmentKind.Other] = "Something else",
            },
            Outcomes = new Dictionary<FulfilmentOutcome, string>
            {
                [FulfilmentOutcome.Kept] = "Kept in time",
                [FulfilmentOutcome.Late] = "Kept late",
                [FulfilmentOutcome.Defaulted] = "Not kept",
            },
        };

    public static FulfilmentTexts Chinese { get; } =
        new(
            Navigation: "履约报告",
            Title: "关于我的履约报告",
            Lead: "合作方报告的您履行约定的情况。报告会影响您的信用分，也可能提供给其他征信机构。",
            Empty: "还没有关于您的报告。",
            About: "{0}的报告 {1}",
            Began: "约定开始时间",
            Due: "履行期限",
            Ended: "履行或结束时间",
            Lasts: "尚未结束",
            DaysLate: "逾期天数",
            Outstanding: "未付金额",
            Reported: "报告时间",
            Version: "第 {0} 版",
            Corrected: "以前的内容",
            Retracted: "合作方已撤回这份报告，不再有效。",
            Dispute: "提出异议",
            Disputed: "您已提出异议，其他征信机构会得知",
            Older: "更早的报告"
        )
        {
            Kinds = new Dictionary<FulfilmentKind, string>
            {
                [FulfilmentKind.Return] = "归还",
                [FulfilmentKind.Payment] = "付款",
                [FulfilmentKind.Attendance] = "到场",
                [FulfilmentKind.Other] = "其他",
            },
            Outcomes = new Dictionary<FulfilmentOutcome, string>
            {
                [FulfilmentOutcome.Kept] = "按时履行",
                [FulfilmentOutcome.Late] = "逾期履行",
                [FulfilmentOutcome.Defaulted] = "未履行",
            },
        };
}
