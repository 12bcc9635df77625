//! What a finished evening of a demonstration came to: who of the pairs agreed, and what the volunteer
//! heard of them.

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::evening::Wearer;
use super::people::signed_in;
use crate::app::App;
use crate::couples::agree::{ConsentSaid, agree};
use crate::couples::couple;
use crate::couples::offer::Field;
use crate::error::Error;
use crate::events::event;
use crate::volunteers::answer_letter;
use crate::volunteers::follow_up::State;
use crate::volunteers::note_follow_up::{self, NewFollowUp};
use crate::volunteers::write_to_couple::{self, NewCaseLetter};

/// How many pairs an evening comes to.
pub const COUPLES: usize = 2 * PAIRS.len();

/// What a pair does: whether he and she agree, how many days after the evening, and what the volunteer
/// heard on which day after that.
type Pair = (bool, bool, i64, &'static [(i64, State, &'static str)]);

const PAIRS: [Pair; 12] = [
    (true, true, 0, &[(3, State::GettingToKnow, "互加了微信，每天都聊。")]),
    (true, true, 0, &[(3, State::GettingToKnow, "约了周末看展。"), (21, State::Dating, "在一起了，两边单位离得近。")]),
    (true, true, 0, &[(4, State::Dating, "")]),
    (true, true, 0, &[]),
    (true, true, 0, &[(3, State::Unreachable, "电话没人接，过几天再问。")]),
    (true, true, 0, &[(3, State::GettingToKnow, ""), (20, State::Parted, "觉得更适合做朋友。")]),
    (true, true, 0, &[(3, State::GettingToKnow, "她值夜班，见面少。"), (22, State::Dating, "")]),
    (true, true, 20, &[]),
    (true, true, 22, &[]),
    (true, true, 24, &[]),
    // One of two is not enough: nobody ever hears of these.
    (true, false, 0, &[]),
    (false, false, 0, &[]),
];

/// What the pairs of an evening do about it: agree, and tell the volunteer how it goes on.
///
/// # Errors
/// Only faults; every refusal would be a mistake of the scene.
pub async fn follow_up(
    app: &App,
    volunteer: Uuid,
    event: &event::Model,
    matches: &[(Wearer, Wearer, Uuid)],
    now: DateTime<Utc>,
) -> Result<(), Error> {
    for (((he, _), (she, _), id), (he_agrees, she_agrees, days, heard)) in matches.iter().zip(PAIRS.into_iter().cycle())
    {
        app.clock.set(event.ends_at + Duration::days(days));
        for (person, agrees) in [(he, he_agrees), (she, she_agrees)] {
            let volunteer_sees = agrees.then(|| vec![Field::Wechat]);
            agree(app, person.account, *id, ConsentSaid { show: agrees, follow_up: agrees, volunteer_sees }).await?;
        }
        let Some(couple) = couple::of_match(app.database.reader(), *id).await? else { continue };
        for (day, state, note) in heard {
            let at = event.ends_at + Duration::days(days + day);
            if at <= now {
                app.clock.set(at);
                let heard = NewFollowUp { state: *state, note: (*note).to_owned(), at: None };
                note_follow_up::note(app, signed_in(volunteer), couple.id, heard).await?;
            }
        }
        let written_at = event.ends_at + Duration::days(days + 5);
        if let [(3, State::GettingToKnow, _)] = heard
            && written_at <= now
        {
            app.clock.set(written_at);
            let letter = NewCaseLetter {
                body: "周末工会有烘焙课，两位想来的话说一声。".to_owned(), to: None
            };
            write_to_couple::write(app, signed_in(volunteer), couple.id, letter).await?;
            answer_letter::answer(app, he.account, *id, "谢谢惦记，我们想来！".to_owned()).await?;
        }
    }
    Ok(())
}
