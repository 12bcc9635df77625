drawing-title = 新活动
drawing-lead = 选一个模板，写下名称、时间和地点，其余的先替你填好。
drawing-lead-whole = 下面都已经按模板填好，只改需要改的。公布之前，只有主办方看得见。
drawing-what = 活动
drawing-template = 模板
drawing-organization = 哪个工会主办
drawing-name = 活动名称
drawing-name-en = 英文名称
drawing-optional = 可以不填。
drawing-slug = 网址
drawing-slug-note = 活动页的地址 /e/…：小写字母、数字和连字符，3 到 60 个。公布以后不能再改。
drawing-series = 所属系列
drawing-summary = 活动介绍
drawing-summary-note = 写给参加的人看。最多 4000 字。
drawing-when = 时间和地点
drawing-starts = 开始
drawing-ends = 结束
drawing-venue = 地点
drawing-title-missing = 活动名称
drawing-venue-missing = 地点待定
drawing-zone = 时区
drawing-fill = 按模板填好其余内容
drawing-phases = 阶段
drawing-phases-note = 每个阶段从这里写的时间开始，到下一个阶段开始为止。留空的阶段不会按时间开始，由你手动推进。
drawing-phases-begun = 已经开始的阶段不在这里改。要提前或退回，请在“概况”里推进阶段并写明理由。
drawing-schedule = 按开始时间重新排
drawing-seats-title = 名额与入选规则
drawing-seats = 总席位
drawing-seats-note = 男女两方时，默认各一半。
drawing-sides = 谁认识谁
drawing-hosts-note = 按这里的顺序写在活动页上。名称留空的一行不会保存。
drawing-host-role = 角色
drawing-host-name = 单位名称
drawing-add-host = 加一个单位
drawing-evening = 八分钟约会与爆灯
drawing-publish = 公布活动
drawing-publish-note = 公布以后人人看得见；也可以先存草稿，看好了再公布。
drawing-save = 存为草稿
drawing-preview = 活动页预览
drawing-preview-act = 刷新预览
drawing-preview-empty = 写下名称和时间，这里就是活动页的样子。
drawing-change = 保存修改
drawing-change-note = 每一次修改都记在审计里。
drawing-closed = { trouble-event-closed }

template-mixer = 线上互动五天，积分筛选，现场八分钟约会、爆灯、走鹊桥。
template-concert = 一场音乐会，积分入席，台上分组互动，一轮心动选择。
template-sports_day = 户外分组比赛，不设积分，抽签入席，一轮爆灯。
template-speed_dating = 小型专场，抽签入席，只有约会和心动选择。

step-draft = 未公布
step-closed = 活动结束
phase-skipped = 跳过
late-published = 公布以后不能再改：大家已经看到了。
drawing-tight = 时间比较紧：剩下的日子比这个模板平常用的少，各阶段已按比例缩短、从整点开始。请逐个核对是否来得及。
late-screened = 已经正式筛选，席位和规则不再改。要多给席位，请到“候补”页增加席位：按候补顺序邀请，并写进公布的记录。
late-history = 积分之外是否先看以往，要在报名之前说明；报名已经开始，不能再打开。
late-after = “{ $phase }”结束以后不能再改：已经有人照着它做了决定。
series-none = 不属于系列

sides-two = 男方认识女方
sides-open = 不分男女

crew-who = 谁
crew-role = 角色
crew-myself = 我自己
crew-add = 加一个人
crew-add-act = 寄出邀请
crew-email-note = 我们寄一封邀请。对方接受之后才有这个角色；有没有账号都行。
crew-role-note = 签到员、主持人、志愿者只在这场活动里；主办方工作人员可以管理本工会的所有活动。
crew-leave = 收回
crew-leave-note = 收回之后，对方下一次操作就没有这个权限了。
crew-leave-act = 确定收回
crew-devices = 签到设备
crew-devices-note = 用二维码给手机或电脑配对，配对的设备只能签到。
crew-devices-act = 管理签到设备
role-desk = 签到员
role-host = 主持人
role-volunteer = 鹊桥志愿者
role-organizer = 主办方工作人员

flash-event-drawn-up = 草稿已保存，只有主办方看得见
flash-event-published = 活动已公布
flash-event-kept-as-draft = 草稿已保存，但还不能公布，请检查时间
flash-role-revoked = 角色已收回

trouble-starts-at-wrong-type = 请填写日期和时间，例如 2026-08-22 14:00。
trouble-ends-at-wrong-type = 请填写日期和时间，例如 2026-08-22 18:00。
trouble-too-far = 这个时间太远了，三年以内才可以。
trouble-before-start = 结束要在开始之后。
trouble-ends-at-too-long = 一场活动最长 7 天。
trouble-out-of-order = 要晚于前一个阶段。
trouble-after-the-start = 要早于活动开始的时间。
trouble-before-the-day = 现场最早在活动开始前一天开放。
trouble-before-the-end = 要晚于活动结束的时间。
trouble-too-late = 有人已经照着它做了决定，不能再改。
trouble-event-closed = 活动已经结束，不能再改。
trouble-slug-taken = 这个网址已经有人用了，换一个吧。
trouble-bad-slug = 3 到 60 个小写字母、数字和单个连字符，不以连字符开头或结尾。
trouble-unknown-timezone = 没有这个时区。
trouble-unknown-series = 本工会没有这个系列。
trouble-unknown-organization = 没有这个工会。
trouble-seats-out-of-range = 席位要在 1 到 20000 之间。
trouble-minutes-out-of-range = 约会 1 到 60 分钟，环节 1 到 600 分钟。
trouble-title-too-long = 太长了，最多 80 个字。
trouble-title-en-too-long = 太长了，最多 120 个字。
trouble-venue-too-long = 太长了，最多 120 个字。
trouble-summary-too-long = 太长了，最多 4000 个字。
trouble-name-too-long = 太长了。
trouble-name-too-short = 太短了，至少 2 个字。
trouble-seats-wrong-type = { trouble-cap-wrong-type }
trouble-nobody-named = 请写对方的邮箱。

events-empty = 还没有公布的活动。公布之后会出现在这里。
seats-sides = 男方 { $men } 席、女方 { $women } 席
seats-sides-even = 男女各 { $half } 席
seats-open = { $seats } 席

phase-draft = 即将报名
phase-registration = 正在报名
phase-online = 线上互动
phase-screening = 积分筛选
phase-screening-lot = 抽签筛选
phase-confirmation = 入选确认
phase-on_site = 现场进行
phase-closed = 已结束

next-draft = 报名 { $when } 开始
next-registration = 距报名截止还有 { $left }
next-online = 线上互动还剩 { $left }
next-screening = 入选名单 { $when } 公布
next-confirmation = 距现场签到还有 { $left }
next-on_site = 距开场还有 { $left }
next-running = 正在进行，{ $when } 结束
next-none = 时间待定
next-closed = 感谢每一位到来的人
next-unpublished = 只有主办方看得见。公布之后才对所有人开放。

step-registration = 报名
step-registration-note = 填几项资料，由单位或主办方确认。
step-online = 互动广场
step-online-note = 发帖、留言、签到、答题，慢慢熟悉，也攒下积分。
step-screening = { phase-screening }
step-screening-lot = { phase-screening-lot }
step-screening-note = 规则事先公布，结果人人可以复算。
step-confirmation = { phase-confirmation }
step-confirmation-note = 入选的人确认出席；空出的席位按候补顺序补上。
step-on_site = 现场相见
step-on_site-note = 凭号码牌签到，入场后按流程进行。
step-done = 已过
step-here = 当前

event-about = 活动介绍
event-path = 活动阶段
event-programme = 当晚流程
event-programme-note = 以现场为准
event-rules = 规则，用大白话说
event-hosts = 举办单位
event-minutes = { $minutes } 分钟
event-sign-in = { nav-sign-in }

host-organizer = 主办
host-co_organizer = 承办
host-assistant = 协办
host-supporter = 支持

tab-journey = 我的旅程
tab-plaza = 广场
tab-people = { people-title }
tab-leaderboard = 积分榜
tab-points = 我的积分
tab-badge = 号码牌
tab-overview = 概况
tab-settings = 设置
tab-registrations = 报名
tab-rules = 积分规则
tab-moderation = { moderation-title }
tab-screening = 筛选
tab-standby = 候补
tab-badges = 号码牌
tab-staff = 人员
tab-mail = 群发邮件
tab-audit = 审计

tab-circle = 活动圈
tab-chat = 交流群
tab-posters = 海报

tab-reviews = { reviews-title }

tab-dates = 约会
tab-picks = 爆灯
tab-matches = 牵手

tab-feedback = 反馈

tab-confessions = { segment-confessions }

count-draft = 距报名开始
count-registration = 距报名截止
count-online = 距互动结束
count-screening = 距名单公布
count-confirmation = 距现场签到
count-on_site = 距开场
count-days = 天
count-hours = 时
count-minutes = 分
count-seconds = 秒

sorry-phase-closed-title = 这个阶段已经过了
sorry-phase-closed-advice = 活动已经进入下一个阶段，现在不能这样做。

office-public-page = 看活动页

trouble-already-there = 活动已经在这个阶段。
trouble-phase-passed = 已经有人收到了通知，不能退回那个阶段。
trouble-not-published = 先公布活动，再推进阶段。
trouble-already-published = 活动已经公布了。
trouble-not-ready = 现在还不能公布：有的时间已经过去了，请先到“设置”里改。

tab-draws = 抽奖
tab-quizzes = { plaza-quizzes }

tab-groups = { groups-title }
tab-programme = 流程

tab-report = 报告

trouble-phase-closed = 活动已经过了这个阶段。
event-programme-by-day = 当天流程
next-screened = 结果已经寄给每一个人，入选的请确认出席

# 改期、复制、删除草稿
postpone-event = 改期或换地点
postpone-note = 还没开始的阶段跟着一起改。报名的、有席位的、帮忙的人都会收到通知，日历自动换成新的时间。
postpone-closed = 从开放报名到开门之前，才能改期。
postpone-starts-at = 开始
postpone-ends-at = 结束
postpone-ends-note = 不改的话，活动时长不变。
postpone-venue = 地点
postpone-reason = 原因
postpone-reason-note = 会写进通知里。
postpone-look = 看看会改哪些
postpone-what = 项目
postpone-before = 原来
postpone-after = 改为
postpone-do = 确定改期并通知所有人
postpone-do-note = 通知会立刻发出。
flash-event-postponed = 已改期，相关的人都会收到通知
trouble-nothing-moves = 时间和地点都没有变。
copy-event = 照这个再办一场
copy-event-note = 方案、规则、题目和主办单位都会带过去，人员、名单和结果不会。日期先按几周以后拟定，公布之前都可以改。
copy-or-discard = 复制或删除草稿
flash-event-copied = 已复制成草稿，请先看看日期
discard-draft = 删除这个草稿
discard-draft-note = 为它准备的内容会一起删除，发出的邀请随之失效，不能恢复。
flash-event-discarded = 草稿已删除
