plaza-title = Plaza
plaza-posts = Showcase
plaza-declarations = Declarations
plaza-quizzes = Quizzes
plaza-points = my points
plaza-sign-in = Sign in for today
plaza-signed-in = Signed in today
plaza-over = The online phase is over; you can still look around.
plaza-early = The plaza has not opened
plaza-opens = It opens { $when }. Then you can post, declare, sign in every day and answer quizzes, and get to know everybody.
plaza-opens-some-day = Once it is settled when it opens, it stands here.
back-to-plaza = ← Back to the plaza
older = Older
newer = More comments

offers = What today can still earn
offer-sign-in = Sign-in
offer-quiz = Quiz
offer-post = Post
offer-left = +{ $points }
offer-spent = done
offer-waits = waiting
offer-nothing-asked = none now

compose-post = Tell something about yourself
compose-post-body = Your words
compose-post-note = Where you went at the weekend, what you cook, what you are reading. Please leave out contact details.
compose-photos = Photos
compose-photos-note = Up to 3. Where and with what they were taken is removed on the way in.
compose-act = Post
compose-earns = +{ $points } once the organizers approve it
compose-earns-nothing = No more points for posts today; it is shown all the same
compose-declaration = Declare something
compose-declaration-body = Your declaration
compose-declaration-note = One sentence, up to 140 characters; it may be shown on the big screen. It earns no points.
compose-declare = Put it up
compose-comment = Comment
compose-comment-note = Up to 500 characters. Comments earn no points; be kind.
compose-comment-act = Comment
posts-empty = Nobody has posted yet. Whoever speaks first is remembered best.
declarations-empty = The wall is empty and waits for a true word.
comments-empty = No comments yet. Say something.
posts-empty-over = The online phase is over; nobody posted.
declarations-empty-over = The online phase is over; nobody declared anything.
comments-empty-over = Nobody commented.
quizzes-empty-over = The online phase is over; there were no quizzes.

note-mine = me
note-pending = Waiting; only you can see it
note-rejected = Not approved
note-removed = Taken down
note-reason = The organizers say:{" "}
note-like = Like
note-comments = { $count ->
    [one] { $count } comment
   *[other] { $count } comments
}
note-report = Report
note-take-down = Take down
photo-alt = Photo
post-title = Post

flash-signed-in-today = Signed in: +{ $count }
flash-signed-in-full = Signed in. You have all the points signing in can earn.
flash-signed-in-before = You signed in before today
flash-post-waits = Handed in: +{ $count } once it is approved
flash-post-waits-full = Handed in; shown once it is approved. No more points for posts today.
flash-declaration-waits = Handed in; it goes up once it is approved
flash-comment-up = Your comment is up
flash-reported = The organizers know now. Thank you; only they know from whom.
flash-taken-down = Taken down; its words and photos are gone
flash-quiz-answered = Handed in: +{ $count }
flash-quiz-answered-full = Handed in. No more points for quizzes today.
flash-portrait-waits = Handed in; shown once it is approved
flash-moderated = { $count ->
    [one] { $count } decided
   *[other] { $count } decided
}
flash-report-settled = This report is settled
flash-quiz-asked = The quiz is on the plaza
flash-quiz-changed = The quiz is changed

quiz-open-until = Open until { $when }
quiz-closed-at = Closed { $when }
quiz-missed = You did not answer this one. Here is what was right.
quiz-wait = You have answered. What is right is told { $when }.
quiz-result = { $right } of { $all } right
quiz-right = (right)
quiz-mine = my choice
quiz-act = Hand in
quiz-note = You can hand in once; answering earns the points, right or wrong.
quizzes-empty = No quizzes yet. They will appear here.
trouble-does-not-fit = Choose one answer for each question first.
trouble-quiz-closed = This quiz is closed.
trouble-already-answered = You answered this quiz before.

portrait-title = My portrait
portrait-lead = It stands on your card and beside your posts, for people at this event only, once the organizers have looked at it.
portrait-choose = Choose a photo
portrait-note = Best with your face, clearly, and nobody else. JPEG, PNG or WebP.
portrait-act = Hand in
portrait-alt = Portrait
portrait-shown = Shown
trouble-not-a-photo = Please choose a JPEG, PNG or WebP.
trouble-no-photo = Please choose a photo first.
trouble-ledger-frozen = The points are frozen; approving now would not count.
trouble-already-reported = You reported this before; the organizers will look at it.
sorry-not-approved-title = You can come in once you are approved
sorry-not-approved-advice = Your application is being looked at. We will write to you.

take-down-title = Take this down?
take-down-lead = Nobody sees it any more, its words and photos are erased, and it cannot be brought back.
take-down-points = Unless the points are frozen, what it earned is given back.
take-down-act = Take it down

report-title = Report this
report-lead = Only the organizers learn that it was you; the other person does not.
report-sort = What is wrong with it
report-harassing = Harassing or hostile
report-false = Not true
report-advertising = Advertising or contact details
report-indecent = Indecent
report-other = Something else
report-more = Tell more
report-more-note = You may leave this empty.
report-both = { $sort }: { $more }
report-act = Report
report-block = Rather not see them any more?
report-block-act = Block them

back-to-people = ← Back to the people

moderation-title = Moderation
moderation-waiting = Waiting
moderation-reported = Reports
moderation-shown = Shown
moderation-refused = Refused
moderation-empty = Nothing is left to do.
moderation-reason = Reason
moderation-approve = Approve
moderation-reject = Reject
moderation-remove = Take down
moderation-dismiss = Leave it
moderation-approve-chosen = Approve chosen
moderation-reject-chosen = Reject chosen
moderation-remove-chosen = Take down chosen
moderation-pick = Choose this one
moderation-all = Choose all
moderation-more = Next page
moderation-keys = Keys: j / k move, x choose, a approve, r reject
kind-post = { post-title }
kind-comment = Comment
kind-declaration = Declaration
kind-portrait = { portrait-alt }
author-gone = somebody who left
report-reason = Reported:{" "}
reason-contact = Please leave out contact details
reason-indecent = This cannot be shown here
reason-advertising = No advertising, please
reason-topic = It has nothing to do with the event
reason-face = Please choose a clear photo of yourself
trouble-why = Say why in a sentence; the author reads it.
trouble-nothing-chosen = Nothing is chosen.
trouble-wrong-state = Somebody has decided about this already.
trouble-already-upheld = This has been taken down.

quizzes-listed = Quizzes
quizzes-none = None has been asked yet.
quiz-figures = { $questions ->
    [one] { $questions } question
   *[other] { $questions } questions
} · { $answers ->
    [one] { $answers } answer
   *[other] { $answers } answers
}
quiz-change = Change
quiz-ask = Ask a quiz
quiz-ask-note = Answering earns the points, right or wrong; what is right is told once it closes. An open quiz stays as it is.
quiz-title = Title
quiz-opens = Opens
quiz-closes = Closes
quiz-question = Question { $number }
quiz-text = Question
quiz-options-note = Two to six options; mark the right one.
quiz-option = Option { $number }
quiz-option-right = Option { $number } is right
quiz-more = One more question
quiz-ask-act = Put it on the plaza
quiz-change-act = Save
quiz-leave = Leave it
quiz-is-ahead = ahead
quiz-is-open = open
quiz-is-closed = closed
trouble-not-an-option = Mark the right option.
trouble-quiz-opened = The quiz has opened and stays as it is.
trouble-before-opening = It must close after it opens.
