events-title = Every meeting begins with a bridge
events-lead = Mixers for singles, held by trade unions: get to know each other online, then meet in person. Tell us in private whom you like; the bridge stands only where both of you want it.
events-page = Events
events-open = Coming up
events-past = Past events
events-empty = No event has been announced yet. It will appear here once it is.
card-when = When
card-where = Where
card-seats = Seats
card-applied = Applied
card-applied-two = { $men } men, { $women } women
seats-two = { $half } men and { $half } women
seats-open = { $seats ->
    [one] { $seats } seat
   *[other] { $seats } seats
  }

phase-draft = Opening soon
phase-registration = Registration open
phase-online = Online phase
phase-screening = Screening
phase-confirmation = Confirmation
phase-on_site = On site
phase-closed = Over
phase-unpublished = Not announced

next-draft = Registration opens { $when }
next-registration = { $left } left to register
next-online = { $left } left online
next-screening = The list comes out { $when }
next-confirmation = { $left } until the doors open
next-on_site = { $left } until it begins
next-running = Under way, until { $when }
next-none = Time to be announced
next-closed = Thanks to everybody who came
next-unpublished = Only its organizers can see it until it is announced.

step-registration = Registration
step-registration-note = A few questions, confirmed by your employer or the organizers.
step-online = Online plaza
step-online-note = Post, comment, sign in daily, answer quizzes: get to know each other and earn points.
step-screening = Screening
step-screening-note = The rules are published before; anybody can compute the result again.
step-confirmation = Confirmation
step-confirmation-note = Whoever is selected confirms; free seats go to the standby list in order.
step-on_site = The evening
step-on_site-note = Check in with your badge, then follow the programme.
step-done = past
step-here = now

event-status = Now
event-about = About
event-path = Phases
event-programme = Programme
event-programme-note = The evening may differ
event-rules = The rules in plain words
event-hosts = Held by
event-share = Share
event-share-note = Scan to open this event
event-minutes = { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
  }
event-sign-in = Sign in

host-organizer = Host
host-co_organizer = Co-host
host-assistant = In association with
host-supporter = Supported by

rule-entry = Who may take part
rule-entry-roster = Whoever stands in the roster of their employer is accepted at once; everybody else is reviewed by their employer's union or the organizers.
rule-entry-mail = Whoever signs up with a mail address of their employer is accepted at once; everybody else is reviewed by their employer's union or the organizers.
rule-entry-both = Whoever stands in the roster of their employer or signs up with its mail address is accepted at once; everybody else is reviewed by their employer's union or the organizers.
rule-entry-review = Every application is reviewed by the employer's union or the organizers. Your employer learns whether you work there and nothing else.
rule-points = How points are earned
rule-points-note = The caps are the same for everyone, every point says where it came from, and you can look it up at any time.
rule-points-once = { $action }: { $points }
rule-points-daily = { $action }: { $points } a day, { $cap } at most
rule-points-profile = Complete profile
rule-points-sign_in = Daily sign-in
rule-points-quiz = Quizzes
rule-points-post = Posts
rule-points-game = Games
rule-screening = Who gets a seat
rule-screening-two = { $seats } people in the order of their points, { $half } men and { $half } women.
rule-screening-open = { $seats } people in the order of their points.
rule-screening-unit = At most { $max } from one employer.
rule-screening-unit-side = At most { $max } men and { $max } women from one employer.
rule-screening-history = Before points: who was at an event of this union in the last six months lets others go first; who confirmed a seat in the last twelve months and did not come stands last.
rule-screening-standby = { $max } men and { $max } women wait in line for seats that come free; everybody else is told plainly that there is no seat.
rule-screening-tie = Ties are broken by a draw anybody can repeat; everyone can read why they were selected or not.
rule-dates = 8-minute dates
rule-dates-note = { $rounds } rounds of { $minutes } minutes. Nobody twice, no colleagues, and you can say "I know this person" beforehand.
rule-picks = Lighting up
rule-picks-note = Light up in private for at most { $limit } people. Only a mutual pick is told, and only to the two of you; one that is not returned is seen by nobody, staff included.
rule-contact = Contact details
rule-contact-note = After a mutual pick each of you decides what to give; it opens for both at once, and only if both agree.

tab-journey = My journey
tab-plaza = Plaza
tab-people = People
tab-leaderboard = Leaderboard
tab-points = My points
tab-badge = Badge
tab-overview = Overview
tab-settings = Settings
tab-registrations = Registrations
tab-rules = Points rules
tab-moderation = Moderation
tab-screening = Screening
tab-standby = Standby
tab-badges = Badges
tab-staff = Staff
tab-mail = Mail
tab-audit = Audit
