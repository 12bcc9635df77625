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

drawing-points-note = What one day pays, time by time, with spaces between: 4 2 is four points for the first, two for the second, nothing after. Both empty: no points. All caps together come to at most 100.
drawing-points-most = { $most } points at most for anybody
drawing-points-freeze = Once registration is over the rules stay as they are; when the screening begins, the ledger freezes too.
drawing-action = What one does
drawing-per-day = Points on one day
drawing-cap = Cap in all
rule-points-profile-note = You looked at the profile and found it complete.
rule-points-sign_in-note = Signing in on the plaza.
rule-points-quiz-note = Answering the question of the day, right or wrong.
rule-points-post-note = A post you approved.
rule-points-game-note = The day's game, entered by you.
trouble-too-many-points = All caps together exceed 100.
trouble-profile-invalid = 1 to 10 times a day, never rising; points and cap from 0 to 100.
trouble-sign-in-invalid = { trouble-profile-invalid }
trouble-quiz-invalid = { trouble-profile-invalid }
trouble-post-invalid = { trouble-profile-invalid }
trouble-game-invalid = { trouble-profile-invalid }
trouble-per-day-wrong-type = Numbers with spaces between, such as 4 2.
trouble-cap-wrong-type = A number.
rule-points = How points are earned
rule-points-note = The caps are the same for everyone, every point says where it came from, and you can look it up at any time.
rule-points-once = { $action }: { $points }
rule-points-daily = { $action }: { $points } a day, { $cap } at most
