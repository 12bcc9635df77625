mail-no-button = 按钮打不开时，把这行地址复制到浏览器：
mail-no-reply = 这封信由鹊桥自动寄出，请不要直接回复。
