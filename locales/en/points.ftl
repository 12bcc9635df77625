rule-points-profile = Complete profile
rule-points-sign_in = Daily sign-in
rule-points-quiz = { plaza-quizzes }
rule-points-post = Posts
rule-points-game = Games

board-cut = { $side } { $seats } seats; number { $seats } has { $points } points now. Caps per employer and other rules are not in it.
board-room = { $side } { $seats } seats, enough for everybody so far.
board-mine = You have { $points } points and rank { $rank }.
board-above = { " " }You are { $gap } above the cut line.
board-on = { " " }You are right on the cut line; equals are parted by lot.
board-below = { " " }You are { $gap } short of the cut line.
board-ahead = By the published rules you stand ahead of the cut line, whatever your points.
board-behind = Because of earlier events you stand further back: { $places } { $places ->
    [one] place
   *[other] places
} behind the cut line, whatever your points.
board-line = Cut line
board-me = { note-mine }
board-skipped = { $people } people between
board-empty = Nobody is on it yet.
board-note = Renewed every two seconds. Equals share a rank and are parted by lot in the end. Read at
points-lines = Every line
points-total = total
points-none = No points yet. Once the online phase begins, signing in, quizzes and posts on the plaza earn some.
points-note = Every line stays in a ledger that only grows. The caps are the same for everybody.
points-frozen = The points are frozen and will not change any more.
points-closed = frozen
points-all = all of it earned
points-today-done = today's earned, { $left } more in all
points-left = { $today } more today, { $left } more in all
points-reversed = takes an earlier line back
points-capped = at the limit, nothing more was added
points-by-organizer = entered by the organizers
