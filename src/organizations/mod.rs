//! 主办工会: the tenants and the people who work for them. Nothing of one leaks into another.

pub mod access;
pub mod api;
pub mod create_union;
pub mod demand;
pub mod grant;
pub mod members;
pub mod organization;
mod parent;
pub mod personal;
pub mod place_below;
pub mod refusals;
pub mod revoke;
pub mod staff;
pub mod staff_api;
pub mod tree;
mod tree_api;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(api::found_organization)
        .service(api::list)
        .service(api::show)
        .service(api::demand_factor)
        .service(tree_api::place_union)
        .service(tree_api::show_tree)
        .service(staff_api::invite_to_role)
        .service(staff_api::list_invitations)
        .service(staff_api::list)
        .service(staff_api::revoke_role);
}
