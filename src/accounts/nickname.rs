//! What others call somebody. It never looks like a number of the house's own: a badge (男013, W8) or an
//! application (A0012), which the desk and the hall call people by.

use crate::body::one_line;
use crate::folding;

/// What such numbers begin with, in any width and case.
const SIDES: [&str; 8] = ["男", "女", "men", "women", "m", "w", "f", "a"];

/// Whether it reads as somebody's number.
#[must_use]
pub fn is_like_number(nickname: &str) -> bool {
    let plain = folding::letters(nickname).replace(['方', '号'], "");
    SIDES.iter().any(|side| plain.strip_prefix(side).is_some_and(is_digits))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// One line of up to 24 characters that is nobody's number. For `#[garde(custom(nickname_rule))]`.
///
/// # Errors
/// Where it is not.
pub fn nickname_rule(typed: &str, context: &()) -> garde::Result {
    one_line(1, 24)(typed, context)?;
    if is_like_number(typed) {
        return Err(garde::Error::new("like_a_number|must not look like the number of a badge or an application"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_called_by_somebodys_number() {
        for typed in ["A012", "a 12", "Ａ０１２", "男013", "女方 8 号", "m13", "W-008", "Women 8", "f8", "A\u{200b}012"]
        {
            assert!(is_like_number(typed), "{typed}");
        }
        for typed in ["云上的喜鹊", "007", "A", "阿强", "A12b", "Mike", "男神", "13号线", "嘉宾0012", "B612"]
        {
            assert!(!is_like_number(typed), "{typed}");
        }
    }
}
