# 筛选：为什么入选，为什么没有

screening-stood = 您有 { $points } 分，在{ $side }第 { $rank } 名。
    .familiar = 你有 { $points } 分，在{ $side }第 { $rank } 名。
screening-class-guaranteed = 您有保留席位，排在最前。
    .familiar = 你有保留席位，排在最前。
screening-class-attended = 您近六个月参加过本工会的活动，按事先公布的规则，排在没有参加过的人之后，再比积分。
    .familiar = 你近六个月参加过本工会的活动，按事先公布的规则，排在没有参加过的人之后，再比积分。
screening-class-no-show = 您近十二个月确认过本工会活动的席位而没有到场，按事先公布的规则，排在其他人之后，再比积分。
    .familiar = 你近十二个月确认过本工会活动的席位而没有到场，按事先公布的规则，排在其他人之后，再比积分。
screening-kept-for-others = 剩余席位须按事先公布的规则留给其他名额。
screening-climb = 总排名再前进 { $climb } 位即可入选。
screening-full-seats = { $cap } 个席位已满{ $last }。
screening-full-side = { $side } { $cap } 席已满{ $last }。
screening-full-band = 您所在年龄段 { $cap } 席已满{ $last }。
    .familiar = 你所在年龄段 { $cap } 席已满{ $last }。
screening-full-unit = 贵单位 { $cap } 个名额已满{ $last }。
    .familiar = 你的单位 { $cap } 个名额已满{ $last }。
screening-full-unit-side = 贵单位{ $side } { $cap } 个名额已满{ $last }。
    .familiar = 你的单位{ $side } { $cap } 个名额已满{ $last }。
screening-last = ，最后一名 { $points } 分
screening-last-by-lot = ，最后一名 { $points } 分，与您同分，按抽签号先后
    .familiar = ，最后一名 { $points } 分，与你同分，按抽签号先后

limit-seats = 总席位
limit-unit = 同一单位
limit-unit-side = 同一单位同一方
limit-held = 保留的席位
limit-doors-open = 现场已经开始
limit-applicants = { $whose }的报名人数
limit-min = { $limit }（至少）
limit-max = { $limit }（至多）
