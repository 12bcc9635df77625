use chrono::TimeDelta;
/// How long the link in the letter works.
pub const INVITATION: TimeDelta = TimeDelta::days(14);
