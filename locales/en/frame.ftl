brand = Queqiao
skip = Skip to the content
nav = Navigation
nav-sign-in = Sign in
nav-sign-out = Sign out
nav-language = 中文
foot-promise = Unless it is mutual, nobody ever learns whom you picked.
zone-beijing = Beijing time
zone-other = Times in { $zone }
foot-api = API

sorry-not-found-title = There is nothing here that you may see
sorry-not-found-advice = The address may be mistyped, or the page is not open to you.
sorry-forbidden-title = Your role does not allow this
sorry-forbidden-advice = If you think it should, please ask the organizers.
sorry-house-full-title = A lot is coming in just now
sorry-house-full-advice = Nothing was changed. Wait a few seconds and send it again.
sorry-too-slow-title = It came too slowly
sorry-too-slow-advice = Nothing was changed. Try again where the connection is better.
sorry-too-many-title = One moment, please
sorry-too-many-advice = Too many requests in a short time. Try again in a little while.
sorry-fault-title = This is our fault, not yours
sorry-fault-advice = Nothing was changed. Please try again later; if it goes on, tell the organizers the number below.
sorry-busy-title = Not just now
sorry-busy-advice = Nothing was changed. Too much is going on at this moment; please try again in a few seconds.
sorry-storage-full-title = There is no room just now
sorry-storage-full-advice = Nothing was changed: the disk takes nothing more. The organizers have to make room; please try again later.
sorry-outcome-unknown-title = It may have been done
sorry-outcome-unknown-advice = The answer was lost on its way. Please look whether it is done before you do it again.
sorry-refused-title = This cannot be done now
sorry-refused-advice = Please go back and look at what you entered.
sorry-cross-site-title = This request did not come from one of our pages
sorry-cross-site-advice = It was not carried out, for your safety. Please start again from our own page.
sorry-request = Request number
sorry-back = To the front page

tabs = Views
nav-me = Mine
side-men = Men
    .within = men
side-women = Women
    .within = women

trouble-fields = A few things need another look; they are marked below.
trouble-invalid = This does not work; please check it.
trouble-blank = This must not be empty.
trouble-wrong-type = Please check the format.
trouble-too-short = This is too short.
trouble-too-long = This is too long.
trouble-needed = Please tick this first.
trouble-control-characters = There are invisible control characters here; please type it again.
trouble-nul-character = There are invisible control characters here; please type it again.

guide-title = Parts of the pages
guide-lead = Every page is made of these. Look here before changing how something looks.
guide-tokens = Colours
guide-acts = Buttons
guide-act = The one act of this page
guide-act-quiet = The second thing
guide-act-off = Not now
guide-link = A plain link
guide-sure = Withdraw
guide-sure-note = Your seat goes to somebody on standby. You can apply again.
guide-sure-act = Yes, withdraw
guide-dialog = Open a dialog
guide-dialog-note = Esc closes it too.
guide-dialog-close = Got it
guide-pills = Labels
guide-pill = Waiting
guide-pill-live = Open
guide-pill-good = Approved
guide-pill-bad = Not delivered
guide-pill-over = Over
guide-notices = Notices
guide-notice = A few things need another look.
guide-notice-good = Your application is in.
guide-toast = Saved
guide-tabs = Views
guide-tab-one = Showcase
guide-tab-two = Declarations
guide-form = Form
guide-nickname = Nickname
guide-nickname-note = The name others see.
guide-about = About me
guide-side = Side
guide-consent = I agree that the hosts use my data for this event.
guide-refuse = See it refused
guide-table = Table
guide-number = Number
guide-state = State
guide-points = Points
guide-steps = Steps
guide-badge = Badge
guide-empty = When there is nothing

between-things = {", "}
between-sentences = {" "}

weekdays = Mon Tue Wed Thu Fri Sat Sun
    .full = Monday Tuesday Wednesday Thursday Friday Saturday Sunday
months = Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec
    .full = January February March April May June July August September October November December
when-day = { $weekday } { $day } { $month }
    .full = { $weekday }, { $day } { $month }
when-day-of-year = { $weekday } { $day } { $month } { $year }
    .full = { $weekday }, { $day } { $month } { $year }
when-moment = { $day }, { $clock }
left-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
left-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
left-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
left-no-minute = less than a minute
