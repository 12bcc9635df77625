figures-title = Event report
figures-xlsx = Download XLSX
figures-svg = Download the drawing
figures-drawing = How many men and women came how far, and when they arrived; the figures are in the tables below.
figures-note = Counts of matches and of how couples go on are not told below 5, nor picks of rounds with fewer than 20 people: they would point at somebody.
figures-few = not told
figures-not-due = not yet three months
figures-all = All
figures-stages = From application to the door (people)
stage-came = Came
figures-applications = Applications
figures-units = Employers
figures-units-applied = Of those who applied
figures-units-came = Of those who came
figures-plaza = Online
figures-plaza-people = Earned points
figures-sign-ins = Daily sign-ins
figures-posts = Posts
figures-comments = Comments
figures-declarations = Declarations
figures-likes = Likes
figures-quiz-answers = Quizzes answered
figures-evening = The evening
figures-attended = Came
figures-of-confirmed = Of those who confirmed
figures-rounds = Rounds of 8-minute dates
figures-dates = Dates held
figures-pick-rounds = Pick rounds
figures-ballots = Ballots
figures-picks = Lights lit
figures-arrivals = When they arrived
figures-outcome = What came of it
figures-matches = Mutual picks (pairs)
figures-couples = Couples
figures-followed = Agreed to be asked
figures-lasting = Together after three months
figures-after = Afterwards
figures-answers = Feedback
figures-content = Four stars or five
figures-again = Would come again
figures-online-answers = Answers of those not selected
figures-online-content = Of these, content with the days online
figures-online-clear = Of these, to whom the selection was clear
figures-online-again = Of these, who would apply again
figures-circle = Joined the circle
figures-attendances = Attendances
figures-when = Date
figures-held = Events of the year
figures-year-all = The whole year
figures-line = { $people } came · couples { $couples }
year-title = Mixers of { $year }
year-other = Other years
year-note = Of events that are over. An employer counts once, whoever came to two events twice, and couples where both want it to be told.
year-unions = { $unions ->
    [one] one union
   *[other] { $unions } unions
}
year-nothing = In { $year } no mixer of { $union } is over yet
year-nothing-anywhere = In { $year } no mixer is over yet
year-held = In { $year } { $union } held { $events ->
    [one] one mixer
   *[other] { $events } mixers
} attended { $attendances ->
    [one] once
   *[other] { $attendances } times
} by staff of { $units ->
    [one] one employer
   *[other] { $units } employers
}
year-couples = ; { $couples ->
    [one] one couple
   *[other] { $couples } couples
} found each other
year-lasting = , and { $lasting } were still together after three months
year-end = .
figures-events = Mixers
year-held-untold = In { $year } { $union } held { $events ->
    [one] one mixer
   *[other] { $events } mixers
} with people of { $units ->
    [one] one employer
   *[other] { $units } employers
}
tree-title = Mixers of { $year }, with the unions below
tree-link = With the unions below
tree-only-own = This union alone
tree-held = Union by union
tree-own = This union
tree-whole = All of { $year }
tree-change = Against the year before
tree-branch = { $union } and { $unions } below it
tree-called = { $union } and { $unions ->
    [one] one union below it
   *[other] { $unions } unions below it
}
tree-note = Unions below tell figures, never people: fewer than five are not told, nor what would tell them by subtraction. The year before is of the unions that stand below today.
