//! Why this room says no.

crate::refusals! {
    STAGE_MOVED = conflict("stage_moved", "Another console has acted meanwhile; look again.");
    /// No couple of this event, or one of the two is not, or no longer, willing.
    NOT_FOR_STAGE = conflict("not_for_stage", "These two have not both said yes, or one of them is called with somebody else.");
    GONE_HOME = conflict("gone_home", "One of the two has left the hall. They can be called as soon as both are inside.");
    LEFT_OUT = conflict("left_out", "This event leaves that out.");
    TOO_SOON = conflict("too_soon", "First the numbers, then the nicknames, then the bridge.");
    NOTHING_TO_UNDO = conflict("nothing_to_undo", "Nothing was shown yet that could be taken back.");
    NOBODY_ON_THE_BRIDGE = conflict("nobody_on_the_bridge", "No couple is on the bridge.");
}
