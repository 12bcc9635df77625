groups-title = Groups
groups-without = { $count ->
    [one] One person is in no group yet.
   *[other] { $count } people are in no group yet.
}
groups-number = How many groups
groups-note = As many people, men and women in each as can be; colleagues apart, ages mixed. Ten people make a good group.
groups-anew = Everybody anew
groups-anew-note = Otherwise whoever is in a group stays there, and who came since joins the smallest.
groups-form = Form groups
groups-again = Update groups
groups-not-now = Groups are formed once the doors are open.
groups-one = Group { $group }
groups-people = { $count ->
    [one] one person
   *[other] { $count } people
}
groups-mine = You are in group { $group }
groups-mine-note = Games and talents go by groups: find yours and sit together.
said-groups-formed = The groups are formed; everybody sees theirs on their phone

ice-title = Icebreakers
ice-note = Drawn pairs, a man and a woman: never colleagues, nobody they say they know, nobody they were drawn with before.
ice-draw = Draw the first game
ice-again = Draw another game
ice-game = Game { $game }
ice-pairs = { $count ->
    [one] one pair
   *[other] { $count } pairs
}
ice-mine = With whom you break the ice
ice-mine-note = Find this number, and tell each other where your names come from.
said-ice-broken = Drawn; everybody sees with whom on their phone

talents-title = Talents
talents-none = Nobody has offered anything yet.
talents-not-here = Not here yet
talent-mine = I would like to show something
talent-title = What
talent-note = A few words will do, such as: a song with the guitar. The host will find you.
talent-offer = Offer it
talent-change = Change it
talent-withdraw = Rather not
said-talent-offered = The host knows
said-talent-withdrawn = Taken back

programme-tonight = Tonight
programme-none = Not announced yet.
programme-now = now

trouble-nobody-present = Nobody is checked in yet

tonight-no-link = No connection: this may be out of date. It follows again by itself.
tonight-now = Now
tonight-segment = Now on: { $title }
tonight-ice = To break the ice with: { $badges }
tonight-picks = The picks are open: light up in private
tonight-counting = The lamps are collected and being counted
tonight-tallied = The result of the picks is here: look
tonight-door = Show your badge at the door to check in
