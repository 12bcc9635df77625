//! What whoever starts a long run asks for.

/// The number a variable names, if any.
pub fn number(name: &str) -> Option<u64> {
    let value = std::env::var_os(name)?.into_string().unwrap();
    // As `just` leaves what it was not told.
    (!value.is_empty()).then(|| value.parse().unwrap_or_else(|_| panic!("{name}: {value} is no number")))
}
