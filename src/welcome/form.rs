//! The form of an invitation: what stands in it beforehand, and what it comes to.

use serde_json::{Value, json};

use super::answer::Acceptance;
use super::opened::Opened;
use super::sight::Sight;
use crate::accounts::consent::Sentence;
use crate::accounts::my_profile::born_on;
use crate::accounts::password_strength;
use crate::body;
use crate::error::{Error, FieldError, Refused};
use crate::invitations::invited_person::gender;
use crate::page::form::Form;

/// What the form says, or everything that is wrong with it at once.
pub(super) fn acceptance(form: &Form, opened: &Opened) -> Result<Acceptance, Error> {
    let required = &opened.required;
    let mut wrong = Vec::new();
    let mut needed = |name: &str, wanted: bool, code: &'static str| {
        if wanted && form.value(name).trim().is_empty() {
            wrong.push(FieldError::new(name, code, "must be said"));
        }
    };
    needed("name", required.name, "blank");
    needed("nickname", required.profile, "blank");
    needed("gender", required.profile, "choose");
    needed("born_on", required.born_on, "blank");
    if required.password
        && let Err(Error::Refused(refused)) =
            password_strength::judge(form.value("password"), &[form.value("name"), form.value("nickname")])
                .map_err(Error::from)
    {
        wrong.extend(refused.errors);
    }
    wrong.extend(Sentence::unticked(&required.consents, form));
    let text = |name: &str, wanted: bool| if wanted { form.text(name) } else { Value::Null };
    let request = json!({
        "name": text("name", required.name),
        "nickname": text("nickname", required.profile),
        "gender": text("gender", required.profile),
        "born_on": if required.born_on { born_on(form) } else { Value::Null },
        "real_name": text("real_name", required.real_name),
        "consents": required.consents,
    });
    match body::read::<Acceptance>(request) {
        Ok(acceptance) if wrong.is_empty() => Ok(acceptance),
        Ok(_) => Err(Refused::invalid(wrong).into()),
        Err(Error::Refused(refused)) => {
            wrong.extend(refused.errors);
            Err(Refused::invalid(wrong).into())
        }
        Err(fault) => Err(fault),
    }
}

/// What their list says stands in the form, for the person to put right.
pub(super) fn prefilled(sight: &Sight) -> Form {
    let Some(listed) = &sight.words else { return Form::default() };
    Form::filled([
        ("nickname", listed.nickname.clone().unwrap_or_default()),
        ("gender", gender(listed.gender).to_owned()),
        ("born_on", listed.born_on.map(|born| born.to_string()).unwrap_or_default()),
        ("real_name", listed.real_name.clone().unwrap_or_default()),
    ])
}
