form-email = 邮箱
form-password = 密码
form-new-password = 新密码
form-new-password-note = 至少 8 个字，不要太好猜。
form-sign-up = 还没有账号？去注册
form-forgot = 忘记密码？

sign-in-title = 登录
sign-in-lead = 用报名时的邮箱和密码。
sign-in-act = 登录
sign-in-done-title = 已登录
sign-in-done = 欢迎回来。
sign-in-done-act = 继续

verify-title = 确认邮箱
verify-lead = 点一下按钮，账号就生效了。
verify-act = 确认这个邮箱
verify-done-title = 邮箱已确认
verify-done = 账号已经生效。用刚才设的密码登录，接着往下走。
verify-done-act = 登录

forgot-title = 重设密码
forgot-lead = 写下你的邮箱，我们寄一封信给你。
forgot-act = 寄信给我
forgot-done-title = 请查收邮件
forgot-done = 如果这个邮箱有账号，信已经在路上。一小时之内，打开信里的链接设置新密码。
forgot-done-act = 回到首页

reset-title = 设置新密码
reset-lead = 设置之后，其他设备上的登录都会退出。
reset-act = 保存新密码
reset-done-title = 新密码已保存
reset-done = 请用新密码登录。
reset-done-act = 去登录

trouble-refused = 没有成功，请检查填写的内容。
trouble-wrong-credentials = 邮箱或密码不对。
trouble-mail-not-verified = 请先打开我们寄给你的信，确认邮箱。
trouble-too-many-requests = 尝试的次数太多了，请过一会儿再试。
trouble-mail-address = 这不像一个邮箱地址。
trouble-token-invalid = 这个链接不对、用过了，或者过期了。请重新申请一封信。
trouble-password-too-short = 密码太短，至少 8 个字。
trouble-password-too-long = 密码太长。
trouble-guessable = 这个密码太好猜了，换一个长一些的。
