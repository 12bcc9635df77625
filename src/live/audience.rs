//! For whom a snapshot is made.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// The console beside the stage: what the screen shows, and what comes next.
    Host,
    /// 大屏: what the whole hall looks at.
    Screen,
    /// A desk at the door: who is inside, in numbers.
    Desk,
    /// A participant's phone: what everybody in the hall may know.
    Guest,
}
