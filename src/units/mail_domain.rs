//! The mail domain of an employer: who has an address there, works there.

use crate::accounts::address::fold_domain;

/// Where anybody gets an address. Whoever names one of these would vouch for the whole country.
const PUBLIC: [&str; 28] = [
    "126.com",
    "139.com",
    "163.com",
    "163.net",
    "188.com",
    "189.cn",
    "21cn.com",
    "aliyun.com",
    "foxmail.com",
    "gmail.com",
    "googlemail.com",
    "hotmail.com",
    "icloud.com",
    "live.cn",
    "live.com",
    "mail.com",
    "me.com",
    "msn.com",
    "outlook.com",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "sina.cn",
    "sina.com",
    "sohu.com",
    "vip.qq.com",
    "wo.cn",
    "yeah.net",
];

/// Whether an address is of an employer's very domain: anybody may be able to have one below it.
#[must_use]
pub fn is_of(email: &str, domain: Option<&str>) -> bool {
    let own = email.rsplit_once('@').map(|(_, own)| own);
    domain.is_some() && own == domain
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotADomain {
    Malformed,
    Public,
}

impl NotADomain {
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed => "mail_domain",
            Self::Public => "public_mail_domain",
        }
    }

    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::Malformed => "must be a mail domain such as example.cn",
            Self::Public => "anybody can have an address there",
        }
    }
}

/// A domain as it is stored: ASCII, lower case, without the `@`.
///
/// # Errors
/// What is wrong with it.
pub fn read(text: &str) -> Result<String, NotADomain> {
    let domain = fold_domain(text).map_err(|_| NotADomain::Malformed)?;
    if PUBLIC.contains(&domain.as_str()) { Err(NotADomain::Public) } else { Ok(domain) }
}

/// The garde rule for a field that may hold a mail domain.
///
/// # Errors
/// The rule that is broken.
pub fn rule(text: &Option<String>, (): &()) -> garde::Result {
    let Some(Err(wrong)) = text.as_deref().map(read) else { return Ok(()) };
    Err(garde::Error::new(format!("{}|{}", wrong.code(), wrong.message())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_employers_domain_is_folded_and_a_public_one_refused() {
        assert_eq!(read("@Hospital.Example").unwrap(), "hospital.example");
        assert_eq!(read("例子.中国").unwrap(), "xn--fsqu00a.xn--fiqs8s");
        assert_eq!(read("QQ.com"), Err(NotADomain::Public));
        for text in ["", "@", "a b.cn", "cn", "a@b.cn"] {
            assert_eq!(read(text), Err(NotADomain::Malformed), "{text:?}");
        }
    }
}
