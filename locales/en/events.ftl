drawing-title = New event
drawing-lead = Choose a template and say what it is called, when and where it is held. The rest is filled in for you.
drawing-lead-whole = Everything below follows the template; change only what has to be different. Until it is published, only your union sees it.
drawing-what = The event
drawing-template = Template
drawing-organization = Which union holds it
drawing-name = Name
drawing-name-en = English name
drawing-optional = May be left empty.
drawing-slug = Address
drawing-slug-note = The event's page, /e/…: 3 to 60 lower-case letters, digits and hyphens. It stays once the event is published.
drawing-series = Series
drawing-summary = About
drawing-summary-note = For those who come. At most 4,000 characters.
drawing-when = When and where
drawing-starts = Starts
drawing-ends = Ends
drawing-venue = Venue
drawing-title-missing = Name of the event
drawing-venue-missing = Venue to be told
drawing-zone = Time zone
drawing-fill = Fill in the rest from the template
drawing-phases = Phases
drawing-phases-note = A phase begins at the time given here and lasts until the next one begins. One without a time does not begin by the clock: you move the event there by hand.
drawing-phases-begun = Phases that have begun are not changed here. To move on or back, go to the overview and say why.
drawing-schedule = Count back from the start again
drawing-seats-title = Seats and who gets them
drawing-seats = Seats in all
drawing-seats-note = With two sides, half for each unless you say otherwise.
drawing-sides = Who meets whom
drawing-hosts-note = Shown on the event's page in this order. A line without a name is not kept.
drawing-host-role = Role
drawing-host-name = Name
drawing-add-host = Add a host
drawing-evening = 8-minute dates and lighting up
drawing-publish = Publish
drawing-publish-note = Everybody will see it. Or keep it as a draft and publish it later.
drawing-save = Keep as draft
drawing-preview = The event's page
drawing-preview-act = Show again
drawing-preview-empty = Give it a name and a time, and this is what its page will look like.
drawing-change = Save
drawing-change-note = Every change is in the audit.
drawing-closed = { trouble-event-closed }

template-mixer = Five days online, seats by points, then dates, lighting up and the bridge.
template-concert = A concert with seats by points, groups on stage and one pick round.
template-sports_day = Teams out of doors, seats by lot, no points, one pick round.
template-speed_dating = A small evening of dates and nothing else; seats by lot.

step-draft = Not published
step-closed = The end
phase-skipped = Skipped
late-published = Stays now that it is published: people have seen it.
drawing-tight = It is tight: fewer days are left than this template usually takes. The phases were shortened in proportion and begin on the hour; look at each.
late-screened = The event was screened: seats and rules stay. To give more seats, add them on the standby page; the next in line are asked, and the published record says so.
late-history = Whether the past is looked at before points has to be said before anybody applies; registration has begun.
late-after = Could be changed until “{ $phase }” was over: people rely on it.
series-none = None

sides-two = Men meet women
sides-open = Anybody meets anybody

crew-who = Who
crew-role = Role
crew-myself = myself
crew-add = Add somebody
crew-add-act = Send the invitation
crew-email-note = We send an invitation. They have the role once they accept, with or without an account.
crew-role-note = Desk, host and volunteer are for this event; organizers look after all events of the union.
crew-leave = Take back
crew-leave-note = From their next click on they may no longer do it.
crew-leave-act = Take the role back
crew-devices = Desk devices
crew-devices-note = Pair a phone or a laptop by QR code; a paired device can check people in and nothing else.
crew-devices-act = Desk devices
role-desk = Desk
role-host = Host
role-volunteer = Volunteer
role-organizer = Organizer

flash-event-drawn-up = Draft kept; only your union sees it
flash-event-published = Published
flash-event-kept-as-draft = Kept as a draft, but it cannot be published yet: look at the times
flash-role-revoked = Role taken back

trouble-starts-at-wrong-type = Give a date and a time, such as 2026-08-22 14:00.
trouble-ends-at-wrong-type = Give a date and a time, such as 2026-08-22 18:00.
trouble-too-far = Too far ahead; three years at most.
trouble-before-start = It must end after it starts.
trouble-ends-at-too-long = An event lasts at most 7 days.
trouble-out-of-order = Must be later than the phase before.
trouble-after-the-start = Must be before the event starts.
trouble-before-the-day = The doors open a day before the event at most.
trouble-before-the-end = Must be after the event ends.
trouble-too-late = People rely on this already; it stays as it is.
trouble-event-closed = The event is over; nothing about it changes any more.
trouble-slug-taken = Another event has this address; take another one.
trouble-bad-slug = 3 to 60 lower-case letters, digits and single hyphens, none at either end.
trouble-unknown-timezone = There is no such time zone.
trouble-unknown-series = The union has no such series.
trouble-unknown-organization = There is no such union.
trouble-seats-out-of-range = 1 to 20,000 seats.
trouble-minutes-out-of-range = A date takes 1 to 60 minutes, a segment 1 to 600.
trouble-title-too-long = Too long; at most 80 characters.
trouble-title-en-too-long = Too long; at most 120 characters.
trouble-venue-too-long = Too long; at most 120 characters.
trouble-summary-too-long = Too long; at most 4,000 characters.
trouble-name-too-long = Too long.
trouble-name-too-short = Too short; at least 2 characters.
trouble-seats-wrong-type = { trouble-cap-wrong-type }
trouble-nobody-named = Give their address.

events-empty = No event has been announced yet. It will appear here once it is.
seats-sides = { $men } men and { $women } women
seats-sides-even = { $half } men and { $half } women
seats-open = { $seats ->
    [one] { $seats } seat
   *[other] { $seats } seats
  }

phase-draft = Opening soon
phase-registration = Registration open
phase-online = Online phase
phase-screening = Screening
phase-screening-lot = The draw
phase-confirmation = Confirmation
phase-on_site = On site
phase-closed = Over

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
step-screening = { phase-screening }
step-screening-lot = { phase-screening-lot }
step-screening-note = The rules are published before; anybody can compute the result again.
step-confirmation = { phase-confirmation }
step-confirmation-note = Whoever is selected confirms; free seats go to the standby list in order.
step-on_site = The evening
step-on_site-note = Check in with your badge, then follow the programme.
step-done = past
step-here = now

event-about = About
event-path = Phases
event-programme = Programme
event-programme-note = The evening may differ
event-rules = The rules in plain words
event-hosts = Held by
event-minutes = { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
  }
event-sign-in = { nav-sign-in }

host-organizer = Host
host-co_organizer = Co-host
host-assistant = In association with
host-supporter = Supported by

tab-journey = My journey
tab-plaza = Plaza
tab-people = { people-title }
tab-leaderboard = Leaderboard
tab-points = My points
tab-badge = Badge
tab-overview = Overview
tab-settings = Settings
tab-registrations = Registrations
tab-rules = Points rules
tab-moderation = { moderation-title }
tab-screening = Screening
tab-standby = Standby
tab-badges = Badges
tab-staff = Staff
tab-mail = Mail
tab-audit = Audit

tab-circle = Circle
tab-chat = Chat
tab-posters = Posters

tab-reviews = { reviews-title }

tab-dates = Dates
tab-picks = Light up
tab-matches = Matches

tab-feedback = Feedback

tab-confessions = { segment-confessions }

count-draft = Until registration opens
count-registration = Left to register
count-online = Left online
count-screening = Until the list comes out
count-confirmation = Until the doors open
count-on_site = Until it begins
count-days = days
count-hours = h
count-minutes = min
count-seconds = s

sorry-phase-closed-title = This phase is over
sorry-phase-closed-advice = The event has moved on, so this cannot be done any more.

office-public-page = The event's page

trouble-already-there = The event is in this phase.
trouble-phase-passed = People have been told; there is no way back to that phase.
trouble-not-published = Publish the event before moving it on.
trouble-already-published = The event is published already.
trouble-not-ready = It cannot be published like this: some of its times have gone by. Change them in the settings first.

tab-draws = Draws
tab-quizzes = { plaza-quizzes }

tab-groups = { groups-title }
tab-programme = Programme

tab-report = Report

trouble-phase-closed = The event has gone past this phase.
event-programme-by-day = Programme of the day
next-screened = Everybody has their letter; whoever was selected, please confirm

# another time or place, another edition
postpone-event = Another time or place
postpone-note = What has not begun moves with the evening. Everybody who applied, has a seat or helps is written to, and calendars take the new time.
postpone-closed = An evening is moved from when people can apply until its doors open.
postpone-starts-at = Starts
postpone-ends-at = Ends
postpone-ends-note = Left as it is, the evening lasts as long as it was to.
postpone-venue = Venue
postpone-reason = Why
postpone-reason-note = Stands in the letters.
postpone-look = See what moves
postpone-what = What
postpone-before = So far
postpone-after = From now on
postpone-do = Move it and write to everybody
postpone-do-note = The letters leave at once.
flash-event-postponed = Moved; everybody concerned is written to
trouble-nothing-moves = Neither the time nor the place is another one.
copy-event = Draw up another one like it
copy-event-note = Plan, rules, questions and hosts are taken along; people, crew and results are not. The dates are proposed some weeks later and can be changed before it is published.
copy-or-discard = Copy or delete the draft
flash-event-copied = Copied into a draft; look at its dates first
discard-draft = Delete this draft
discard-draft-note = Everything that was set up for it goes, and its invitations end. This cannot be undone.
flash-event-discarded = The draft is deleted
