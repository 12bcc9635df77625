//! What can be done that is put on record.

use sea_orm::{ActiveEnum, DeriveActiveEnum, EnumIter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Entry;

/// As the record names it; the words for people stand in `locales` as `deed-…`, and a story sees that
/// each has some. A deed on record keeps its name for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Deed {
    // accounts and the house
    SignedIn,
    SecondFactorOn,
    SecondFactorOff,
    RecoveryCodesRenewed,
    DataTakenHome,
    AccountErased,
    AdministratorAppointed,
    AccountLookedUp,
    AccountLocked,
    AccountUnlocked,
    ClockConfirmed,
    LetterOpened,
    LetterPostedAgain,
    // unions, their people and units
    OrganizationFounded,
    OrganizationPlaced,
    RoleGranted,
    RoleRevoked,
    SecondFactorDemanded,
    SecondFactorNotDemanded,
    Invited,
    InvitationWithdrawn,
    UnitAdded,
    UnitAmended,
    UnitMapped,
    UnitsImported,
    RosterExtended,
    RosterReplaced,
    UnitContactAppointed,
    UnitContactDismissed,
    // an event
    SeriesBegun,
    EventDrawnUp,
    EventAmended,
    EventPublished,
    EventCopied,
    EventDiscarded,
    EventPostponed,
    PhaseMoved,
    CrewEnlisted,
    CrewDismissed,
    RegistrationDecided,
    RegistrationsImported,
    RegistrationsExported,
    AnnouncementSent,
    // online
    PointsEntered,
    PointsReversed,
    LedgerFrozen,
    QuizAsked,
    QuizReworded,
    PlazaModerated,
    ComplaintDismissed,
    // screening
    ScreeningListPublished,
    Screened,
    SeatMoved,
    StandbyPromoted,
    SeatsAdded,
    // the evening
    BadgesIssued,
    BadgesPrinted,
    BadgeReissued,
    DeviceInvited,
    DevicePaired,
    DeviceAssigned,
    DeviceRevoked,
    GuestsSearched,
    ScanUndone,
    ScanReviewSettled,
    DateRoundPaused,
    DateRoundResumed,
    DateRoundExtended,
    DateRoundShortened,
    DateRoundHurried,
    PickRoundPlanned,
    PickRoundOpened,
    PickRoundClosed,
    PickRoundTallied,
    PickRoundVoid,
    PickBallotsLeftOut,
    ScreenInvited,
    ScreensRevoked,
    DrawPlanned,
    DrawFixed,
    DrawNumberTakenBack,
    DrawHeld,
    DrawCalledOff,
    // afterwards
    CaseHandedOver,
    CaseContactSeen,
    IntroductionProposed,
    IntroductionMade,
    CircleModerated,
    CircleAnnounced,
    CircleEndMoved,
    CircleEnded,
    GoodsRuleSet,
    GoodsOffered,
    GoodsAmended,
    GoodsWithdrawn,
    VoucherRedeemed,
    VoucherRefunded,
    ShopInvited,
    ShopPaired,
    ShopRevoked,
    ChatAnnounced,
    ChatModerated,
    ChatRulesSet,
    ChatClosed,
}

/// How the record says that it was a command, and not the clock.
pub const AT_THE_MACHINE: &str = "command";

impl Deed {
    /// As it stands in the record.
    #[must_use]
    pub fn name(self) -> String {
        self.to_value()
    }

    /// The record of it, done by somebody.
    pub fn by(self, account: Uuid) -> Entry<'static> {
        Entry { actor: Some(account), ..self.by_the_house() }
    }

    /// The record of it, done by whoever sits at the machine.
    pub fn at_the_machine(self) -> Entry<'static> {
        self.by_the_house().with(json!({ "by": AT_THE_MACHINE }))
    }

    /// The record of it, done by the house itself, by the clock.
    pub fn by_the_house(self) -> Entry<'static> {
        Entry {
            deed: self,
            actor: None,
            organization_id: None,
            event_id: None,
            subject: None,
            reason: None,
            detail: Value::Null,
        }
    }
}
