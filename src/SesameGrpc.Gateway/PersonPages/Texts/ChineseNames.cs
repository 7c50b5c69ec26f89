using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Gateway.PersonPages.Texts;

internal static class ChineseNames
{
    public static NameTexts All { get; } =
        new()
        {
            Bands = new Dictionary<ScoreBand, string>
            {
                [ScoreBand.Poor] = "较差",
                [ScoreBand.Fair] = "中等",
                [ScoreBand.Good] = "良好",
                [ScoreBand.Excellent] = "优秀",
                [ScoreBand.Exceptional] = "极好",
            },
            Factors = new Dictionary<ScoreFactor, (string, string)>
            {
                [ScoreFactor.CourtListed] = (
                    "您在法院公开的失信被执行人名单上",
                    "在名单上期间，信用分按 350 分计算。是否移出名单由法院决定。"
                ),
                [ScoreFactor.CreditHistory] = ("信用历史", "您履行约定和按时付款的情况。"),
                [ScoreFactor.FulfilmentCapacity] = ("履约能力", "就已知情况，您能够承担的约定。"),
                [ScoreFactor.BehaviourPreference] = ("行为偏好", "您下单、归还和付款是否稳定。"),
                [ScoreFactor.PersonalCharacteristics] = ("身份特质", "您的资料是否完整、是否经过核实。"),
                [ScoreFactor.ContactNetwork] = ("人脉关系", "您的联系人关系是否稳定。"),
                [ScoreFactor.Newcomer] = ("尚未评估", "目前的信息还不足以评估信用分。"),
            },
            Purposes = new Dictionary<Purpose, string>
            {
                [Purpose.DepositWaiver] = "免押金借用或租用",
                [Purpose.DeferredPayment] = "先享受服务，后付款",
                [Purpose.Trial] = "先试用，后购买",
                [Purpose.LibraryLending] = "免证、免押金借书",
                [Purpose.CreditBadge] = "在您的个人主页显示信用徽章",
                [Purpose.CreditLine] = "为您提供信用额度",
                [Purpose.PriorityService] = "开放优先服务",
            },
            ConsentStates = new Dictionary<ConsentState, string>
            {
                [ConsentState.Active] = "有效",
                [ConsentState.Suspended] = "您已暂停",
                [ConsentState.Withdrawn] = "已撤回",
                [ConsentState.Replaced] = "已被新的同意取代",
                [ConsentState.Expired] = "已到期",
            },
            ObligationStates = new Dictionary<ObligationState, string>
            {
                [ObligationState.Active] = "使用中",
                [ObligationState.Released] = "已结束，无需付款",
                [ObligationState.Cancelled] = "已取消",
                [ObligationState.Settling] = "待付款",
                [ObligationState.Settled] = "已付款",
                [ObligationState.Overdue] = "已逾期",
                [ObligationState.WrittenOff] = "已核销",
                [ObligationState.Closed] = "已结束，等待结算",
                [ObligationState.Cleared] = "逾期后已付清",
            },
            ChargeKinds = new Dictionary<VisitChargeKind, string>
            {
                [VisitChargeKind.Registration] = "挂号",
                [VisitChargeKind.Examination] = "检查",
                [VisitChargeKind.Treatment] = "治疗",
                [VisitChargeKind.Medicine] = "药品",
                [VisitChargeKind.Other] = "其他",
            },
            DisputeStates = new Dictionary<DisputeState, string> { [DisputeState.Open] = "处理中", [DisputeState.Answered] = "已答复" },
            Decisions = new Dictionary<EligibilityDecision, string>
            {
                [EligibilityDecision.Eligible] = "符合条件，可以使用该服务",
                [EligibilityDecision.NotEligible] = "不符合条件，不能使用该服务",
                [EligibilityDecision.Undecidable] = "无法判断",
            },
            Fields =
            [
                "您的信用等级",
                "您的信用分（350 到 950 之间的数字）",
                "信用分的五个组成部分",
                "您是否符合条件，不符合时的原因",
                "具体条件：金额、期限或数量",
                "您的信用等级，向所有看到您个人主页的人显示",
                "对方向他人报告您履行约定的情况",
            ],
            Told = Told,
            Actions = Actions,
        };

    private static Dictionary<string, string> Told =>
        new(StringComparer.Ordinal)
        {
            ["score"] = "信用分",
            ["band"] = "信用等级",
            ["dimensions"] = "五个组成部分",
            ["not_scored_reason"] = "目前没有有效的信用分",
            ["decision"] = "是否符合条件",
            ["terms"] = "具体条件",
            ["deposit_waiver"] = "免押订单",
            ["visit"] = "就诊账单",
            ["credit_badge"] = "您个人主页上的徽章",
            ["public_band"] = "信用等级，向所有看到您个人主页的人显示",
            ["obligation"] = "订单",
            ["event"] = "订单的变化",
            ["fulfilment"] = "您履行约定的情况",
            ["consent"] = "您对其的同意",
            ["consents"] = "您的同意",
            ["person"] = "关于您的存储内容",
            ["accesses"] = "谁查看过",
            ["dispute"] = "您的异议",
            ["export"] = "全部内容",
            ["ledger_difference"] = "账本中的差错",
        };

    private static Dictionary<string, string> Actions =>
        new(StringComparer.Ordinal)
        {
            ["GetCreditScore"] = "查询信用分",
            ["BatchGetCreditScores"] = "查询信用分",
            ["GetScoreBand"] = "查询信用等级",
            ["CheckEligibility"] = "查询您是否符合条件",
            ["BatchCheckEligibility"] = "查询您是否符合条件",
            ["GrantDepositWaiver"] = "申请为您免押金",
            ["GetDepositWaiver"] = "查询免押订单",
            ["ListDepositWaivers"] = "查询免押订单",
            ["ExtendDepositWaiver"] = "延长期限",
            ["CompleteDepositWaiver"] = "确认您已归还",
            ["CorrectDepositWaiverCharge"] = "调低费用",
            ["ReportDepositWaiverPayment"] = "确认您已付款",
            ["CancelDepositWaiver"] = "取消订单",
            ["OpenVisit"] = "申请先就诊后付费",
            ["AddVisitCharge"] = "记入就诊费用",
            ["VoidVisitCharge"] = "作废费用",
            ["CloseVisit"] = "结束就诊",
            ["SettleVisit"] = "结算就诊费用",
            ["RefundVisitCharge"] = "退还费用",
            ["ReportVisitPayment"] = "确认您已付款",
            ["GetVisit"] = "查询就诊账单",
            ["ListVisits"] = "查询就诊账单",
            ["IssueCreditBadge"] = "申请在您的个人主页显示徽章",
            ["GetCreditBadge"] = "查询您个人主页上的徽章",
            ["ListCreditBadges"] = "查询个人主页上的徽章",
            ["RevokeCreditBadge"] = "取下您个人主页上的徽章",
            ["ReportFulfilment"] = "报告您履行约定的情况",
            ["CorrectFulfilment"] = "更正关于您的报告",
            ["GetFulfilment"] = "查询关于您的报告",
            ["ListFulfilments"] = "查询关于您的报告",
            ["StreamFulfilments"] = "提取关于您的报告，用于评分和其他征信机构",
            ["ListFulfilmentReports"] = "查询关于您的报告",
            ["ListEvents"] = "读取您在该处订单的变化",
            ["StreamEvents"] = "读取您在该处订单的变化",
            ["GetConsent"] = "查询您的同意",
            ["ListConsents"] = "查询您的同意",
            ["OptIn"] = "加入服务",
            ["OptOut"] = "退出服务",
            ["GetPerson"] = "查询关于您的存储内容",
            ["GrantConsent"] = "登记同意",
            ["WithdrawConsent"] = "撤回同意",
            ["WithdrawAllConsents"] = "撤回同意",
            ["SuspendConsent"] = "暂停同意",
            ["ResumeConsent"] = "恢复同意",
            ["ListPersonConsents"] = "查询您的同意",
            ["ListAccesses"] = "查询谁查看过",
            ["OpenDispute"] = "提出异议",
            ["ListDisputes"] = "查询异议",
            ["AnswerDispute"] = "答复异议",
            ["ExportPerson"] = "下载数据",
            ["ErasePerson"] = "申请注销",
            ["ListObligations"] = "查询订单",
            ["GetObligation"] = "查询订单",
            ["WriteOffObligation"] = "核销欠款",
            ["CheckLedger"] = "核对账本",
            ["ListAuditEntries"] = "检索审计日志",
            ["DeadlineWorker"] = "到期处理：关闭、结算或标记逾期",
            ["CollectionWorker"] = "收取费用",
        };
}
