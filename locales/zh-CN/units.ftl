units-title = 单位
units-search = 按名称找单位
units-search-act = 找
units-empty = 还没有单位。先加一个，或者导入一张表。
units-none = 没有名称里有这几个字的单位。
units-name = { column-name }
units-domain = { column-mail-domain }
units-domain-note = 用这个域名的邮箱注册的人，就是这里的职工。公共邮箱不行，例如 qq.com。
units-heads = 已确认职工
units-contacts = 干事
units-add = 加一个单位
units-add-act = 加入
units-import = 导入单位
units-import-note = CSV 或 XLSX，两列：单位名称、邮箱域名（可以没有）。
units-about = 单位资料
units-contacts-title = 单位工会干事
units-contacts-note = 干事确认谁是本单位职工，只看得到人数，看不到谁报了名。
units-contacts-none = 还没有干事。
units-contacts-add = 邀请这个人当干事
units-roster = 职工名册
units-roster-note = CSV 或 XLSX，一列：邮箱。只保存用来核对的摘要，不保存邮箱本身。
units-roster-replace = 用这张表替换整份名册
units-roster-replace-note = 不在表里的人，以后不再自动通过。
units-added-some = 已加入 { $count } 个单位，下面这些行没有加入。
roster-added-some = 名册新增 { $count } 人，下面这些行没有加入。

unit-title = 我的单位
unit-lead = 这里只确认谁是本单位职工。谁报了名、有没有人报名，这里都看不到。
unit-heads = 名已确认职工
unit-emails = 本单位职工的邮箱
unit-emails-note = 一行一个，一次最多 200 个。
unit-confirm = 确认他们是本单位职工

import-partial = 有错的行跳过，其余照常导入
import-file = 文件（CSV 或 XLSX，最大 5 MB）
import-act = 导入

flash-unit-added = 单位已加入
flash-units-added = 已加入 { $count } 个单位
flash-roster-added = 名册新增 { $count } 人
flash-confirmed = 已确认 { $count } 人

trouble-unit-exists = 本工会已经有这个单位。
trouble-mail-domain = 请写邮箱域名，例如 hospital.example。
trouble-public-mail-domain = 这是公共邮箱，谁都能注册，不能用来证明是谁的职工。
trouble-emails-blank = 请至少写一个邮箱。
trouble-emails-mail-address = 有一行不像邮箱地址，请检查。
trouble-emails-too-many = 一次最多 200 个，请分几次。
trouble-invalid-rows = 有些行不能导入，所以一行都没有导入。改好之后再传一次，或者选择跳过有错的行。

unit-field = 工作单位
unit-field-note = 输入几个字，从列表里选。单位只会被问“此人是否本单位职工”。
unit-near = 是不是其中一个？
