flash-blocked = Blocked. You will not see each other any more, nor sit at one table.
flash-kept-apart = Noted: you will not sit at one table
flash-taken-back = Taken back

people-title = People
people-portrait = { portrait-title }
people-apart = Kept apart
people-age = Age
people-interest = Interest
people-education = { column-education }
people-district = District
people-any-age = Any age
people-any-interest = Any interest
people-any-education = Any education
people-any-district = Any district
people-filter = Filter
people-everybody = Show everybody
people-found = { $count ->
    [one] { $count } person
   *[other] { $count } people
}
people-empty = Nobody is here yet. Come back in a day or two.
people-empty-over = There is nobody else here.
people-opens = From { $when } on, everybody's card is here: nickname, age band, interests and declaration.
people-none = Nobody like this. Try asking for less.
people-previous = Previous
people-next = Next
people-order = The order is shuffled every day and for every reader. It says nothing about who is liked.
band-under-25 = under 25
band-25-29 = 25–29
band-30-34 = 30–34
band-35-39 = 35–39
band-from-40 = 40 and over
person-me = This is how others see you.
person-report-photo = Report this photo
apart-title = The two of us
apart-known = I know this person
apart-known-note = A colleague, a classmate, somebody from before: say so, and you are never seated together. They do not learn of it.
apart-acquainted = You said that you know each other; you are not seated together.
apart-take-back = Take it back
apart-block = Block
apart-block-note = You no longer see each other on the plaza and among the people, and are never seated together. They are not told.
apart-block-act = Yes, block
apart-lead = You are never seated with these people, and they do not know. Those you blocked and you do not see each other.
apart-empty = Nobody.
apart-blocked = blocked
apart-knows = we know each other
