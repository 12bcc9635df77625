circle-title = The circle
circle-until = until the end of { $day }
circle-none = This event has no circle.
circle-early = Once the event is over, those who came can join the circle and go on talking.
circle-not-admitted = The circle is for those who came on the evening.
circle-over = The circle has ended, and everything in it is erased. Thank you for being there.

circle-join-title = Would you like to join?
circle-join-lead = The evening is over; the talk need not be. Joining is up to you, nobody is put in.
circle-promise-shown = Once in, the others in the circle see your nickname and badge number, and nothing else.
circle-promise-nothing = The circle never tells who chose whom or who is a couple, and never asks for your contact details.
circle-promise-read = The organizer can read what is written here and looks after it.
circle-promise-leave = You can leave at any time, and what you wrote goes with you.
circle-promise-end = At its end everything is erased; nothing is kept.
circle-join = Join the circle
circle-members =
  { $count ->
    [one] { $count } person in the circle
   *[other] { $count } people in the circle
}

circle-organizer = Organizer
circle-organizer-initial = O
circle-announcement = Announcement
circle-say = Say something
circle-say-body = Your words
circle-say-note = Up to 500 characters; the others in the circle see it at once.
circle-contact = Please leave contact details out of it. They are exchanged where both have to agree:
circle-contact-act = Exchange contacts
circle-say-act = Send
circle-empty = Nobody has said anything yet. Say hello.
circle-reply = Reply
circle-replies =
  { $count ->
    [one] { $count } reply
   *[other] { $count } replies
}
circle-replies-empty = No replies yet. Yours could be the first.
circle-reply-body = Your reply
circle-reply-act = { circle-reply }
circle-newer = More replies
circle-back = ← Back to the circle
circle-post = Said in the circle
circle-take-down = Take down
circle-note-reported = Reported; only you see it until the organizer has looked
circle-note-hidden = Hidden by the organizer; only you see it
circle-report-lead = Nobody learns that it was you; the organizer reads the reason alone. After two people's reports it is out of sight until the organizer has looked.
circle-block = You do not want to see them any more? They are not told.
circle-block-act = Block
circle-leave-title = Would you rather leave?
circle-leave-note = Once you have left, what you wrote and the replies below it are out of sight, and so are you. You may join again; what you wrote does not come back.
circle-leave = Leave the circle
flash-circle-joined = Welcome, you are in the circle
flash-circle-left = You have left, and what you wrote is taken down
flash-circle-note-up = Sent
flash-circle-reply-up = Replied
flash-circle-taken-down = Taken down
trouble-circle-over = The circle has ended.
trouble-not-in-circle = Join the circle before you say something.
trouble-answers-an-answer = A reply cannot be replied to; reply to what it is about.
trouble-not-another-members = This cannot be reported.
trouble-withdrawn = Its author has taken it down.
trouble-last-day-out-of-range = The last day lies 1 to 365 days after the evening.
trouble-last-day-in-the-past = This day has gone by. To end it at once, use “End it now” below.
sorry-circle-over-title = The circle has ended
sorry-circle-over-advice = Everything in it is erased.
sorry-not-in-circle-title = Join the circle first
sorry-not-in-circle-advice = What is said in it is for its members. Open the circle from My journey.
sorry-did-not-come-title = The circle is for those who came
sorry-did-not-come-advice = The check-in has no record of you on the evening. If that is wrong, ask the organizer.

circle-figure-members = Members
circle-figure-posts = Posts
circle-figure-replies = Replies
circle-figure-reported = Reports to decide
circle-view-reported = Reported
circle-view-shown = Shown
circle-view-hidden = Hidden
circle-kind-post = Post
circle-kind-reply = { circle-reply }
circle-state-reported = Out of sight after two reports
circle-state-hidden = { circle-view-hidden }
circle-state-kept = Kept
circle-state-withdrawn = Taken down by its author
circle-show = Keep
circle-hide = Hide
circle-announce = Announce
circle-announce-body = What you would like to tell everybody
circle-announce-note = Up to 1000 characters, marked as the organizer's; the circle sees it at once.
circle-announce-act = Announce
circle-end = How long
circle-last-day = Last day
circle-last-day-note = It ends when this day does, by the calendar of the event.
circle-move-act = Move it
circle-end-now = End it now
circle-end-note = The circle closes at once and everything in it is erased. It cannot be undone or opened again.
circle-end-why = Why it ends early
circle-end-act = End and erase
circle-open-act = Open a circle
circle-office-early = Once the event is over, those who came can join, until { $day }. The days are in the settings.
circle-office-early-none = This event has no circle. To have one, fill in its days in the settings.
circle-office-settings = To the settings
circle-office-none = This event has no circle. To open one, name its last day: those who came can join if they like.
circle-office-over = The circle has ended, and everything in it is erased.
circle-office-empty = Nothing to look at here.
flash-circle-announced = Announced
flash-circle-decided = Done
flash-circle-end-moved = The last day is moved
flash-circle-ended = The circle has ended

drawing-circle = Afterwards
drawing-circle-days = Days of the circle
drawing-circle-note = Once the event is over, those who came may join a circle and stay in touch under the union's roof; at its end everything in it is erased. 1 to 365 days; empty for none.
