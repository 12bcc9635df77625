//! Whether a new password is strong enough: neither short nor guessable, nor one that has leaked.

use zxcvbn::Score;

use super::password::folded;
use crate::app::App;
use crate::error::{Error, Fault, FieldError, Refused};

/// Characters. The lower bound is NIST SP 800-63B's; the upper keeps scoring and hashing cheap.
pub const SHORTEST: usize = 8;

pub const LONGEST: usize = 128;

/// Words every attacker of this house would try first.
const HOUSE_WORDS: [&str; 8] = ["queqiao", "鹊桥", "qixi", "七夕", "gonghui", "工会", "xiangqin", "相亲"];

/// What is wrong with a new password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weak {
    Short,
    Long,
    /// Could be guessed: a score of zxcvbn below 3.
    Guessable,
    /// It is on the list of those that have leaked.
    Leaked,
}

impl Weak {
    fn code(self) -> &'static str {
        match self {
            Self::Short => "too_short",
            Self::Long => "too_long",
            Self::Guessable => "guessable",
            Self::Leaked => "leaked",
        }
    }

    /// What to do about it, for a person.
    #[must_use]
    pub fn advice(self) -> String {
        match self {
            Self::Short => format!("at least {SHORTEST} characters"),
            Self::Long => format!("at most {LONGEST} characters"),
            Self::Guessable => "too easy to guess; several unrelated words make a good password".to_owned(),
            Self::Leaked => "it has leaked somewhere, and everybody tries it".to_owned(),
        }
    }
}

impl From<Weak> for Error {
    fn from(weak: Weak) -> Self {
        Refused::invalid(vec![FieldError::new("password", weak.code(), weak.advice())]).into()
    }
}

/// Judges a new password ([`judge`]), and looks for it among those that have leaked.
///
/// # Errors
/// What is wrong with it: 422 `invalid` for the field `password`.
pub async fn fits(app: &App, password: &str, own: &[&str]) -> Result<(), Error> {
    judge(password, own)?;
    if is_leaked(app, password).await? { Err(Weak::Leaked.into()) } else { Ok(()) }
}

/// Whether it is on the list of those that have leaked, where the house has one.
pub async fn is_leaked(app: &App, password: &str) -> Result<bool, Fault> {
    let Some(leaked) = app.leaked.clone() else { return Ok(false) };
    let password = folded(password);
    let looked = tokio::task::spawn_blocking(move || leaked.holds(&password));
    looked.await.map_err(Fault::of)?.map_err(Fault::of)
}

/// Judges a new password against what an attacker knows: zxcvbn's dictionaries, this house's
/// words, and `own` ones: mail address, nickname. At least score 3 (10^8 guesses) is wanted.
///
/// # Errors
/// What is wrong with it; as an answer, 422 `invalid` for the field `password`.
pub fn judge(password: &str, own: &[&str]) -> Result<(), Weak> {
    let password = folded(password);
    match password.chars().count() {
        n if n < SHORTEST => return Err(Weak::Short),
        n if n > LONGEST => return Err(Weak::Long),
        _ => {}
    }
    let mut known: Vec<&str> = HOUSE_WORDS.to_vec();
    for own in own {
        known.push(own);
        // An address is guessed by its parts as well: `li.lei@example.cn` by `li`, `lei`, `example`.
        known.extend(own.split(|c: char| !c.is_alphanumeric()).filter(|part| part.chars().count() > 1));
    }
    match zxcvbn::zxcvbn(&password, &known).score() {
        Score::Three | Score::Four => Ok(()),
        _ => Err(Weak::Guessable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessable_passwords_are_told_apart() {
        assert_eq!(judge("short", &[]), Err(Weak::Short));
        assert_eq!(judge(&"a1#".repeat(43), &[]), Err(Weak::Long));
        for weak in ["password1", "aaaaaaaaaaaaaaaa", "queqiao2026", "12345678901", "woaini1314"] {
            assert_eq!(judge(weak, &[]), Err(Weak::Guessable), "{weak}");
        }
        assert_eq!(judge("magpies build a bridge", &[]), Ok(()));
        assert_eq!(judge("鹊桥仙·纤云弄巧飞星传恨", &[]), Ok(()));
    }

    #[test]
    fn ones_own_words_do_not_count() {
        let own = ["zhengxiaolong@dongfang.example", "梦里水乡的云"];
        assert_eq!(judge("zhengxiaolong7", &[]), Ok(()));
        assert_eq!(judge("zhengxiaolong7", &own), Err(Weak::Guessable));
        assert_eq!(judge("梦里水乡的云88", &own), Err(Weak::Guessable));
    }
}
