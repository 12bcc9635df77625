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
trouble-nul-character = { trouble-control-characters }

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
when-zoned = { $said } ({ $zone } time)
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

trouble-refused = That did not work. Please look at what you entered.
trouble-too-many-requests = Too many tries. Please wait a little while.

flash-saved = Saved
flash-saved-moved = Saved. Time or venue changed, and nobody is told by itself: write to those who applied under “Mail”

trouble-in-the-past = This time has gone by.
trouble-out-of-range = Outside of what is possible.
trouble-twice = This is there already.
trouble-too-many = Too many.

nav-house = { house-title }

row-faults = Cells at fault
row-faults-first = the first 200
row-number = Row
row-column = Column
row-why = What is wrong
row-line = (row { $line })
row-required = Must not be empty.
row-blank = { row-required }
row-too-short = Too short.
row-too-long = Too long.
row-duplicate = The same as a row above.
row-duplicate-in-file = The same address as in a row above.
row-unit-exists = The union has this unit already.
row-mail-domain = Not a mail domain.
row-email-mail-address = { row-invalid-email }
row-invalid-email = Not a mail address.
row-public-mail-domain = Anybody can have an address there.
row-unknown-gender = Must be 男 or 女, male or female.
row-bad-year = { row-bad-date }
row-bad-date = A date of birth such as 1995-08-02; or a year of somebody surely grown up, such as 1995.
row-under-age = Under 18, and may not take part.
row-already-registered = This person accepted and takes part.
row-already-invited = This person was invited and has not answered yet.
row-too-many-letters = This address got too many letters within the hour.
row-unknown-unit = The union has no such unit.
row-like-a-number = Must not look like the number of a badge or an application.
row-control-characters = { trouble-control-character }
row-formula-without-value = A formula without a result: save the file once more, or paste values.
row-spreadsheet-error = A spreadsheet error such as #N/A.
row-sheet = Sheet
row-whose = Whose
row-value = What it says
row-remark = { $column }: { $words }
row-header = (row { $line } was taken for the header: { $header })
row-header-of-sheet = (row { $line } of the sheet { $sheet } was taken for the header: { $header })
row-headings = ({ $headings })
row-unread = These sheets and lines were not read; they are no rows of the list:
row-corrections = Download the rows to put right (XLSX)
row-corrections-note = Its last column says what to put right. Then send this very file.
row-corrections-file = rows to put right
row-number-shortened = The spreadsheet has shortened the number, and its last digits are lost. Format the column as text and enter it again.

column-email = Mail address
column-gender = Gender
column-unit = Unit
column-name = Name of the unit
column-mail-domain = Mail domain
column-real-name = Name
column-nickname = Nickname
column-born-on = Date of birth
column-birth-year = Year of birth (where the date is unknown)
column-education = Education
column-phone = Phone
work-office = Office
work-unit = My employer
work-volunteer = Volunteer
work-desk = Desk
work-host = Host

unsent-kept = What was not sent when your sign-in had ended is still here. Have a look, then send it.
