//! The number on a badge: read across a hall, said into a microphone, typed by a stranger's thumb.

use std::fmt;
use std::str::FromStr;

use crate::folding;
use crate::registrations::registration::Side;

/// 男013 or 女008.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number {
    pub side: Side,
    pub number: i32,
}

/// What was typed names no badge at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotANumber;

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = match self.side {
            Side::Men => '男',
            Side::Women => '女',
        };
        write!(f, "{side}{:03}", self.number)
    }
}

impl FromStr for Number {
    type Err = NotANumber;

    /// Takes what people type for 男013: full-width (女８), Latin (m13, W8), with spaces, hyphens,
    /// 方 or 号, with or without leading zeros.
    fn from_str(typed: &str) -> Result<Self, NotANumber> {
        let plain: String =
            folding::compared(typed).chars().filter(|c| !matches!(c, '-' | '#' | '.' | '_' | '方' | '号')).collect();
        let (side, digits) = ["男", "men", "m"]
            .iter()
            .find_map(|prefix| Some((Side::Men, plain.strip_prefix(prefix)?)))
            .or_else(|| ["女", "women", "w", "f"].iter().find_map(|p| Some((Side::Women, plain.strip_prefix(p)?))))
            .ok_or(NotANumber)?;
        if digits.is_empty() || digits.len() > 9 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NotANumber);
        }
        match digits.parse() {
            Ok(number) if number > 0 => Ok(Self { side, number }),
            _ => Err(NotANumber),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn men(number: i32) -> Result<Number, NotANumber> {
        Ok(Number { side: Side::Men, number })
    }

    fn women(number: i32) -> Result<Number, NotANumber> {
        Ok(Number { side: Side::Women, number })
    }

    #[test]
    fn a_number_is_worn_with_three_digits() {
        assert_eq!(men(13).unwrap().to_string(), "男013");
        assert_eq!(women(1008).unwrap().to_string(), "女1008");
    }

    #[test]
    fn a_number_is_understood_however_it_is_typed() {
        for typed in ["男013", "男13", "m13", "M013", "ｍ１３", " 男 0 1 3 ", "男-13", "男方13号", "Men 13", "男０１３"]
        {
            assert_eq!(typed.parse(), men(13), "{typed}");
        }
        for typed in ["女8", "女８", "w8", "W008", "f8", "女\u{3000}８", "women 8", "女#8"] {
            assert_eq!(typed.parse(), women(8), "{typed}");
        }
    }

    #[test]
    fn what_names_no_badge_is_refused() {
        for typed in ["", "13", "男", "男0", "男-", "男1a", "x13", "男99999999999", "男一三", "男+13", "人13"]
        {
            assert_eq!(typed.parse::<Number>(), Err(NotANumber), "{typed}");
        }
    }

    #[test]
    fn what_is_worn_is_understood() {
        for number in [1, 9, 10, 999, 1000, 12_345] {
            assert_eq!(men(number).unwrap().to_string().parse(), men(number));
        }
    }
}
