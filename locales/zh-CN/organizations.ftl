trouble-last-organizer = 你是本工会最后一位主办方工作人员，先给别人这个角色再离开。
