//! Mail addresses: read generously, folded to one form for looking up.
//!
//! The folded form is what uniqueness, lockout and delivery use: lower case, and the domain in the
//! ASCII form that DNS knows (`人@例子.中国` has the domain `xn--fsqu00a.xn--fiqs8s`).

use crate::error::{Error, FieldError, Refused};
use crate::folding;

/// RFC 5321, 4.5.3.1.1: octets before the `@`.
const LONGEST_LOCAL: usize = 64;
/// RFC 5321, 4.5.3.1.3: a path of 256 octets less its two angle brackets.
const LONGEST_ADDRESS: usize = 254;

/// A mail address in its folded, ASCII form.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MailAddress(String);

/// The text is not an address mail could be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnAddress;

impl MailAddress {
    /// Reads an address as a person types or copies it: blanks around it, capitals, full-width letters
    /// from a Chinese keyboard (`ａ＠ｂ。ｃｎ`), a non-ASCII domain, and what a link or another program's
    /// list of recipients leaves around it are all understood.
    pub fn read(text: &str) -> Result<Self, NotAnAddress> {
        let text = folding::plain(text);
        let text = bare(&text);
        let (local, domain) = text.rsplit_once('@').ok_or(NotAnAddress)?;
        let local = local.to_lowercase();
        if !is_dot_atom(&local) {
            return Err(NotAnAddress);
        }
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| NotAnAddress)?;
        let top = domain.rsplit_once('.').ok_or(NotAnAddress)?.1;
        if top.is_empty() || top.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NotAnAddress);
        }
        let folded = format!("{local}@{domain}");
        if folded.len() > LONGEST_ADDRESS {
            return Err(NotAnAddress);
        }
        Ok(Self(folded))
    }

    /// The folded address: lower case, ASCII.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands after the `@`, in ASCII.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The address as people read it: the domain in its own script.
    pub fn to_unicode(&self) -> String {
        let (local, domain) = self.0.rsplit_once('@').unwrap_or((&self.0, ""));
        let (domain, _) = idna::domain_to_unicode(domain);
        format!("{local}@{domain}")
    }
}

// Addresses are personal: a debug print of a request must not carry one into a log.
impl std::fmt::Debug for MailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MailAddress(…)")
    }
}

/// The garde rule for a field that holds a mail address.
///
/// # Errors
/// `mail_address` where no mail could reach it.
pub fn mail_address(text: &str, (): &()) -> garde::Result {
    match MailAddress::read(text) {
        Ok(_) => Ok(()),
        Err(NotAnAddress) => Err(garde::Error::new("mail_address|must be a mail address")),
    }
}

/// Reads the `email` of a request.
///
/// # Errors
/// 422 `invalid` where no mail could reach it.
pub fn read_address(text: &str) -> Result<MailAddress, Error> {
    MailAddress::read(text)
        .map_err(|_| Refused::invalid(vec![FieldError::new("email", "mail_address", "must be a mail address")]).into())
}

/// A folded address as people read it.
#[must_use]
pub fn address_to_unicode(folded: &str) -> String {
    MailAddress::read(folded).map_or_else(|NotAnAddress| folded.to_owned(), |address| address.to_unicode())
}

/// Folds a bare domain (`@Example.CN`, `例子.中国`) to the ASCII form an address ends with.
pub fn fold_domain(text: &str) -> Result<String, NotAnAddress> {
    let text = folding::plain(text);
    MailAddress::read(&format!("a@{}", text.trim_start_matches('@'))).map(|address| address.domain().to_owned())
}

/// The address in `mailto:a@b.cn`, `Li Lei <a@b.cn>` and `a@b.cn;`.
fn bare(text: &str) -> &str {
    let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, ';' | ',' | '、'));
    let text = match (text.rfind('<'), text.strip_suffix('>')) {
        (Some(at), Some(text)) => text.get(at + 1..).unwrap_or_default(),
        _ => text,
    };
    let scheme = text.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("mailto:"));
    if scheme { text.get(7..).unwrap_or_default().trim() } else { text.trim() }
}

/// RFC 5322, 3.2.3. Quoted local parts and those that need SMTPUTF8 are refused: hardly a mail
/// server in the country takes them, and a letter that cannot arrive helps nobody.
fn is_dot_atom(local: &str) -> bool {
    local.len() <= LONGEST_LOCAL
        && local.split('.').all(|atom| {
            !atom.is_empty() && atom.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> Option<String> {
        MailAddress::read(text).ok().map(|address| address.as_str().to_owned())
    }

    #[test]
    fn one_person_typing_differently_is_one_address() {
        for text in [
            "Li.Lei@Example.CN",
            " li.lei@example.cn ",
            "ｌｉ．ｌｅｉ＠ｅｘａｍｐｌｅ．ｃｎ",
            "li.lei@example。cn",
            "\u{202d}li.lei@example.cn\u{202c}",
            "li.lei@exam\u{200b}ple.cn",
            "li.lei@example.cn\u{200e}",
            "mailto:li.lei@example.cn",
            "MailTo: li.lei@example.cn",
            "<li.lei@example.cn>",
            "李雷 <li.lei@example.cn>;",
            "li.lei@example.cn；",
            "＜li.lei＠example.cn＞，",
        ] {
            assert_eq!(folded(text).as_deref(), Some("li.lei@example.cn"), "{text}");
        }
    }

    #[test]
    fn a_domain_in_chinese_is_folded_and_shown_in_chinese() {
        let address = MailAddress::read("hong@例子.中国").unwrap();
        assert_eq!(address.as_str(), "hong@xn--fsqu00a.xn--fiqs8s");
        assert_eq!(address.to_unicode(), "hong@例子.中国");
        assert_eq!(fold_domain("@例子。中国").unwrap(), address.domain());
        assert_eq!(folded("HONG@XN--FSQU00A.xn--fiqs8s").as_deref(), Some(address.as_str()));
    }

    #[test]
    fn what_no_mail_could_reach_is_refused() {
        let long_local = format!("{}@example.cn", "a".repeat(65));
        let long_domain = format!("a@{}.cn", "a".repeat(64));
        let long = format!("a@{}cn", "abcdefgh.".repeat(30));
        for text in [
            "",
            "@",
            "a@",
            "@b.cn",
            "a@b",
            "a b@c.cn",
            "a@b..cn",
            ".a@b.cn",
            "a.@b.cn",
            "a..b@c.cn",
            "a@-b.cn",
            "a@b.cn.",
            "a@1.2.3.4",
            "a@[1.2.3.4]",
            "a@b_c.cn",
            "\"a\"@b.cn",
            "李雷@b.cn",
            "a@b.cn\r\nBcc: c@d.cn",
            "a\0@b.cn",
            "a@b@c.cn",
            "mailto:",
            "<>",
            "a@b.cn, c@d.cn",
            "<a@b.cn> <c@d.cn",
            "a@😀.",
            &long_local,
            &long_domain,
            &long,
        ] {
            assert_eq!(folded(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_debug_print_shows_no_address() {
        assert!(!format!("{:?}", MailAddress::read("a@b.cn").unwrap()).contains("b.cn"));
    }
}
