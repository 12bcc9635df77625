groups-title = 小组
groups-without = { $count } 人还没有小组。
groups-number = 分成几组
groups-note = 每组男女、人数一样多，同单位的人分开，年龄搭配。一般十个人一组。
groups-anew = 全部重新分
groups-anew-note = 不勾选时，已经分好的人不动，后来的人补进人少的组。
groups-form = 分组
groups-again = 更新分组
groups-not-now = 现场签到开始以后才能分组。
groups-one = 第 { $group } 组
groups-people = { $count } 人
groups-mine = 你在第 { $group } 组
groups-mine-note = 游戏和才艺都跟小组走，找到组里的人坐到一起。
said-groups-formed = 已分好组，大家的手机上都能看到

ice-title = 穿针引线
ice-note = 抽签配对破冰：男女一对，不和同事、不和说过认识的人，也不和上一轮同一个人。
ice-draw = 抽第一轮
ice-again = 再抽一轮
ice-game = 第 { $game } 轮
ice-pairs = { $count } 对
ice-mine = 你的破冰搭档
ice-mine-note = 去找到这个号码，说说各自的名字从哪来。
said-ice-broken = 已抽好，大家的手机上都能看到自己的搭档

talents-title = 才艺报名
talents-none = 还没有人报名。
talents-not-here = 还没到场
talent-mine = 我想表演
talent-title = 节目
talent-note = 一句话就好，例如：吉他弹唱。主持人会来找你。
talent-offer = 报名
talent-change = 改一改
talent-withdraw = 不演了
said-talent-offered = 已经告诉主持人
said-talent-withdrawn = 已取消

programme-tonight = 今晚的安排
programme-none = 还没有公布。
programme-now = 正在进行

trouble-nobody-present = 还没有人签到进场

tonight-no-link = 没有网络，这里可能不是最新的。连上以后会自己更新。
tonight-now = 现在
tonight-segment = 正在进行：{ $title }
tonight-ice = 你的破冰搭档：{ $badges }
tonight-picks = 爆灯开着：悄悄亮灯
tonight-counting = 灯已收好，正在核对
tonight-tallied = 爆灯结果出来了，去看看
tonight-door = 到门口出示号码牌，签到进场
