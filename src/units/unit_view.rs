//! What programs are told of an employer.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::unit;

/// A unit, as its union sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unit {
    pub id: Uuid,
    pub organization_id: Uuid,
    pub name: String,
    /// Whoever has a proven mail address of this domain works here.
    pub mail_domain: Option<String>,
    /// An applicant wrote it down, and the union has not looked at it.
    pub typed: bool,
}

impl From<unit::Model> for Unit {
    fn from(unit: unit::Model) -> Self {
        let mail_domain = unit.mail_domain.map(|domain| idna::domain_to_unicode(&domain).0);
        let typed = unit.typed_at.is_some();
        Self { id: unit.id, organization_id: unit.organization_id, name: unit.name, mail_domain, typed }
    }
}
