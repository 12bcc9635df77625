//! The rooms of the time after the evening: what people say of it, the circle, the volunteers, what points are good
//! for. A room uses what stands above it and nothing below (`tests/layering.rs` reads this list).

pub use queqiao_evening::*;

pub mod feedback;
pub mod circle;
pub mod chat;
pub mod volunteers;
pub mod goods;
pub mod introductions;
