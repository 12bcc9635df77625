chat-title = Chat
chat-promises = How this works
chat-promise-shown = The others see your nickname and number, and nothing else; whoever says nothing is not seen at all.
chat-promise-unseen = It never tells who is online, who has read what, or who chose whom.
chat-promise-read = The organizer can read what is written here and looks after it.
chat-promise-end = After the event everything in it is erased; where there is a circle, those in it go on with it.
chat-promise-circle = It is the circle's now, and what its members said is all that is seen; at its end everything is erased.
chat-room-all = Everybody
chat-room-group = Group { $number }
chat-earlier = Earlier
chat-latest = Back to the latest
chat-empty = Nobody has said anything yet. Say hello.
chat-say = Say something
chat-say-act = Send
chat-slow =
  { $seconds ->
    [one] One line a second each
   *[other] One line every { $seconds } seconds each
}
chat-slow-wait = Goes out by itself in % seconds
chat-picture = Send a picture
chat-picture-reviewed = The others see it once the organizer has looked.
chat-picture-at-once = The others see it at once.
chat-contact = Please leave contact details out of it.
chat-waiting = Not sent yet
chat-sending = Sending…
chat-waits = No connection; goes out by itself once there is one
chat-refused = This was not sent.
chat-link-down = The connection is lost; trying again…
chat-read-only = The organizer lets nobody write just now. You can read.
chat-line-pending = The picture waits for the organizer; only you see it
chat-line-reported = Reported; only you see it until the organizer has looked
chat-line-hidden = Hidden by the organizer; only you see it
chat-back = ← Back to the chat
chat-report-lead = Nobody learns that it was you; the organizer reads the reason alone. After two people's reports it is out of sight until the organizer has looked.
flash-chat-picture-waits = Received; the others see it once the organizer has looked
flash-chat-taken-down = Taken down
trouble-chat-over = The chat has ended.
trouble-chat-read-only = The organizer lets nobody write just now.
trouble-not-anothers = This cannot be reported.
trouble-no-pictures = This chat has no pictures.
sorry-chat-over-title = The chat has ended
sorry-chat-over-advice = Everything in it is erased.

chat-office-none = This event has no chat. Tick it in the settings to have one.
chat-office-early = It opens by itself when the online phase begins.
chat-office-over = The chat has ended, and everything in it is erased.
chat-closed = Closed
chat-read-only-pill = Read only
chat-lines =
  { $count ->
    [one] { $count } line
   *[other] { $count } lines
}
chat-announce = Say something as the organizer
chat-announce-act = Send
chat-rule-read-only = Read only: nobody but organizers and hosts says anything
chat-rules-act = Save
chat-close = Close this room
chat-close-note = It closes at once and what was said in it is erased; that cannot be undone, and it does not open again.
chat-close-why = Why it closes
chat-close-act = Close and erase
chat-view-waiting = Waiting
chat-view-shown = In sight
chat-view-hidden = Hidden
chat-state-pending = Picture waits
chat-show = Show
flash-chat-announced = Sent
flash-chat-rules-set = Saved
flash-chat-closed = The room is closed
flash-chat-decided = Done

drawing-chat = Chat
drawing-chat-open = A chat opens with the online phase
drawing-chat-note = Everybody who was approved can read and write; after the event those in the circle go on with it, and at its end everything is erased. Somebody has to look after it.
drawing-chat-slow = Seconds between two lines of one person
drawing-chat-slow-note = 0 to 600; 0 is no pause. It can be changed on the spot.
drawing-chat-pictures = Pictures
drawing-chat-pictures-none = None
drawing-chat-pictures-reviewed = Once the organizer has looked
drawing-chat-pictures-at_once = At once
drawing-chat-groups = Once there are groups, each has a room of its own
drawing-chat-groups-note = Only the group reads it, and each only what was said since they joined.
