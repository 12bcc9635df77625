form-email = 邮箱
form-password = 密码
form-new-password = 新密码
form-new-password-note = 至少 8 个字，不要太好猜。
form-sign-up = 还没有账号？去注册
form-forgot = 忘记密码？

sign-in-title = 登录
sign-in-lead = 用报名时的邮箱和密码。
sign-in-act = 登录

verify-title = 选一个密码
verify-lead = 邮箱确认好了。选一个密码，账号马上生效，这台设备也就登录了。
verify-said = 注册时填的是：
verify-said-note = 请看一看。昵称以后可以改；不是你填的，就不要继续，关掉这一页就好。
verify-act = 开始使用
verify-used-title = 已经确认过了
verify-used = 这个邮箱已经确认，账号也已生效。直接登录就好；忘了密码，登录页上可以重设。
verify-expired-title = 链接过期了
verify-expired = 链接只在 48 小时之内有效，填写的内容已经删除。再填一次，我们马上寄一封新的信。
verify-invalid-title = 没有这个链接
verify-invalid = 链接可能没有复制完整，或者已经很久了。再注册一次，会收到一封新的信。
dead-another = 再要一封信
dead-sign-in = 已有账号？登录
password-show = 显示密码
password-hide = 隐藏密码
said-account-begun = 账号已经生效，你已登录
said-password-set = 新密码已保存，你已登录

forgot-title = 重设密码
forgot-lead = 写下你的邮箱，我们寄一封信给你。
forgot-act = 寄信给我
forgot-done-title = 请查收邮件
forgot-done = 如果这个邮箱有账号，信已经在路上。一小时之内，打开信里的链接设置新密码。没收到？看看垃圾邮件，或者换一个注册时用过的邮箱。
forgot-done-act = 回到首页

reset-title = 设置新密码
reset-lead = 设置之后，这台设备就登录了，其他设备上的登录都会退出。
reset-act = 保存新密码
reset-used-title = 链接已经用过了
reset-used = 新密码已经设好。直接用它登录；不是你设的，就在登录页上再重设一次。
reset-expired-title = 链接过期了
reset-expired = 重设密码的链接只在一小时之内有效。再要一封信，很快就到。
reset-invalid-title = 没有这个链接
reset-invalid = 链接可能没有复制完整，或者已经很久了。再要一封信就好。

trouble-refused = 没有成功，请检查填写的内容。
trouble-wrong-credentials = 邮箱或密码不对。
trouble-too-many-requests = 尝试的次数太多了，请过一会儿再试。
trouble-sign-in-rests = 尝试的次数太多了，请过一会儿再试。急着进来，点“忘记密码”：信里的链接马上可以登录。
trouble-mail-address = 这不像一个邮箱地址。
trouble-password-too-short = 密码太短，至少 8 个字。
trouble-password-too-long = 密码太长。
trouble-guessable = 这个密码太好猜了，换一个长一些的。
