//! Which event a request is about, as its path says: those who wait for one event share a lane, and the
//! other events go on ([`crate::database::errand`]).

use std::sync::Arc;

use actix_web::Error as HttpError;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

use crate::database::errand;

/// Carries out a request in the lane of its event.
///
/// # Errors
/// None of its own.
pub async fn keep(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, HttpError> {
    match lane(request.path()).map(Arc::from) {
        Some(lane) => errand::in_lane(lane, next.call(request)).await,
        None => next.call(request).await,
    }
}

/// What stands behind `/events/`, anywhere in a path.
fn lane(path: &str) -> Option<&str> {
    let mut parts = path.split('/');
    parts.find(|part| *part == "events")?;
    parts.next().filter(|slug| !slug.is_empty())
}

#[cfg(test)]
mod tests {
    use super::lane;

    #[test]
    fn the_lane_is_the_event() {
        assert_eq!(lane("/api/v1/events/qixi/check-ins"), Some("qixi"));
        assert_eq!(lane("/events/qixi"), Some("qixi"));
        assert_eq!(lane("/api/v1/events"), None);
        assert_eq!(lane("/api/v1/events/"), None);
        assert_eq!(lane("/api/v1/me"), None);
    }
}
