using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Gateway.Pages.Texts;

public sealed partial record PageTexts
{
    private static BadgeTexts ChineseBadges =>
        new(
            Label: "信用",
            NotValid: "无效",
            Alternative: "信用徽章：{0}",
            Description: "仅属于 {1} 上的个人主页 {0}，有效期至 {2}（北京时间）。出现在其他主页上即为盗用。",
            NotValidDescription: "此信用徽章无效。",
            Title: "信用徽章",
            Valid: "此徽章目前有效，且只属于一个网站上的一个个人主页：",
            NotValidTitle: "此徽章无效",
            NotValidLead: "它已失效，或者从未存在。这并不说明显示它的那位用户信用好或不好。",
            Band: "信用等级",
            Site: "网站",
            Profile: "个人主页",
            Until: "有效期至",
            Checked: "查验时间",
            HowTitle: "是您刚才看到的那个主页吗？",
            How: "请看显示该徽章的个人主页的网址：网站和个人主页都必须与上面完全一致。只要有一项不同，这枚徽章就是从别人那里盗用的。",
            Compare: "您刚才看到的个人主页",
            Check: "比对",
            Yes: "是：此徽章属于 {1} 上的个人主页 {0}。",
            No: "不是：此徽章属于另一个个人主页。您刚才看到的主页盗用了它。",
            Meaning: "徽章经本人同意，显示其信用分所在的等级；不显示分数，也不显示其身份。时间均为北京时间。其他网站上的图片最多可能滞后一分钟，本页面不会。"
        )
        {
            Width = 176,
            LabelWidth = 76,
            NameOf = band =>
                band switch
                {
                    ScoreBand.Poor => "较差",
                    ScoreBand.Fair => "中等",
                    ScoreBand.Good => "良好",
                    ScoreBand.Excellent => "优秀",
                    ScoreBand.Exceptional => "极好",
                    _ => throw new ArgumentOutOfRangeException(nameof(band)),
                },
        };
}
