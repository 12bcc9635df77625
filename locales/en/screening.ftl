# Screening: why somebody was selected, and why not

screening-stood = You have { $points } points and rank { $rank } among the { $side }.
screening-class-guaranteed = You have a guaranteed seat and stand before everybody else.
screening-class-attended = You were at an event of this union in the last six months; by the rules published beforehand those who were not go first, whatever their points.
screening-class-no-show = You confirmed a seat at an event of this union in the last twelve months and did not come; by the rules published beforehand everybody else goes first, whatever their points.
screening-kept-for-others = The seats left are kept for others by the rules published beforehand.
screening-climb = Standing { $climb } places higher overall would have been enough.
screening-full-seats = All { $cap } seats were taken{ $last }.
screening-full-side = The { $cap } seats for { $side } were taken{ $last }.
screening-full-band = The { $cap } seats of your age band were taken{ $last }.
screening-full-unit = The { $cap } seats for your employer were taken{ $last }.
screening-full-unit-side = The { $cap } seats for { $side } of your employer were taken{ $last }.
screening-last = ; the last one had { $points } points
screening-last-by-lot = ; the last one had { $points } points as you have, and the lottery decided

limit-seats = all seats
limit-unit = one employer
limit-unit-side = one employer and side
limit-held = guaranteed seats
limit-doors-open = the doors are open
limit-applicants = { $whose }: how many applied
limit-min = { $limit } (at least)
limit-max = { $limit } (at most)
