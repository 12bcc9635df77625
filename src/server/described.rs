//! What is so of many calls, added to what each says of itself: the names in its path, the refusals
//! any call may give, and the shape of all of them. Nobody who reads the description of one call has
//! to know about the others, and nobody who writes one has to say it again.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use actix_web::http::StatusCode;
use utoipa::openapi::path::{HttpMethod, Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Required, Response};

use super::idempotency::takes_keys;
use super::refusals;
use crate::error::PROBLEM_JSON;
use crate::error::refusal::{self, Refusal};
use crate::{accounts, checkin, idempotency, sheet};

/// Refusals that belong together, and when they come.
type Group = (&'static [Refusal], &'static str);

const SIGNED_IN: &[Group] = &[
    (&[refusal::NOT_SIGNED_IN], ""),
    (&[accounts::refusals::SECOND_FACTOR_REQUIRED], "of administrators, and of staff whose union demands it"),
];
const NAMES_SOMETHING: &[Group] = &[(&[refusal::NOT_FOUND], "")];
const CHANGES: &[Group] = &[(&[accounts::refusals::CROSS_SITE], "with a cookie, from another site")];
const TAKES_BODY: &[Group] = &[(&[refusals::TOO_SLOW, refusals::HOUSE_FULL], "")];
const TAKES_JSON: &[Group] = &[(
    &[refusal::MALFORMED_JSON, refusal::UNREADABLE_BODY, refusal::TOO_LARGE, refusal::NOT_JSON, refusal::INVALID],
    "",
)];
const TAKES_TABLE: &[Group] = &[(
    &[
        sheet::refusals::NO_FILE,
        refusal::UNREADABLE_BODY,
        refusal::TOO_LARGE,
        sheet::refusals::UPLOAD_TOO_LARGE,
        sheet::refusals::WORKBOOK_TOO_LARGE,
        sheet::refusals::NOT_A_TABLE,
        sheet::refusals::WORKBOOK_OLD_OR_LOCKED,
        sheet::refusals::SHEET_EMPTY,
        sheet::refusals::WORKBOOK_DAMAGED,
        sheet::refusals::UNKNOWN_ENCODING,
        sheet::refusals::CONTROL_CHARACTER,
        sheet::refusals::UNCLOSED_QUOTE,
        sheet::refusals::TOO_MANY_ROWS,
        sheet::refusals::TOO_MANY_COLUMNS,
        sheet::refusals::MISSING_COLUMNS,
        sheet::refusals::COLUMN_TWICE,
        refusal::TOO_MANY_REQUESTS,
    ],
    "",
)];
const TAKES_PICTURE: &[Group] = &[(
    &[
        refusal::UNREADABLE_BODY,
        refusal::TOO_LARGE,
        checkin::refusals::NO_PICTURE,
        checkin::refusals::NOT_A_PICTURE,
        refusal::TOO_MANY_REQUESTS,
    ],
    "",
)];
const ONCE: &[Group] = &[
    (
        &[idempotency::IDEMPOTENCY_KEY_REUSED, idempotency::REQUEST_IN_PROGRESS, idempotency::ANSWER_LOST],
        "with an Idempotency-Key",
    ),
    (&[refusal::INVALID], "with an Idempotency-Key that is none"),
];
const ALWAYS: &[Group] = &[(&[refusal::FAULT, refusal::BUSY, refusal::STORAGE_FULL, refusal::OUTCOME_UNKNOWN], "")];

/// The description with what any call may say.
#[must_use]
pub fn added(mut document: OpenApi) -> OpenApi {
    let mut named = HashMap::<String, usize>::new();
    for call in document.paths.paths.values_mut().flat_map(calls).map(|(_, call)| &*call) {
        for name in [call.operation_id.clone(), in_its_room(call)].into_iter().flatten() {
            *named.entry(name).or_default() += 1;
        }
    }
    for (path, item) in &mut document.paths.paths {
        for (method, call) in calls(item) {
            complete(path, &method, call);
            name(path, call, &named);
        }
    }
    if let Some(components) = &mut document.components {
        list_codes(&mut components.schemas);
    }
    document
}

/// Says of a problem which codes there are.
fn list_codes(schemas: &mut BTreeMap<String, RefOr<Schema>>) {
    if let Some(RefOr::T(Schema::Object(problem))) = schemas.get_mut("Problem")
        && let Some(RefOr::T(Schema::Object(code))) = problem.properties.get_mut("code")
    {
        let codes: BTreeSet<&str> = refusals::all().map(|refusal| refusal.code).collect();
        code.enum_values = Some(codes.into_iter().map(Into::into).collect());
    }
}

fn calls(item: &mut PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    let calls = [
        (HttpMethod::Get, &mut item.get),
        (HttpMethod::Put, &mut item.put),
        (HttpMethod::Post, &mut item.post),
        (HttpMethod::Patch, &mut item.patch),
        (HttpMethod::Delete, &mut item.delete),
    ];
    calls.into_iter().filter_map(|(method, call)| Some((method, call.as_mut()?)))
}

/// A name that several calls have is told with their room, and where that is not enough with the end of
/// their path: no two calls may share one.
fn name(path: &str, call: &mut Operation, named: &HashMap<String, usize>) {
    let is_shared = |name: &String| named.get(name).is_some_and(|calls| *calls > 1);
    if !call.operation_id.as_ref().is_some_and(is_shared) {
        return;
    }
    let in_its_room = in_its_room(call);
    let end = path.rsplit('/').find(|part| !part.starts_with('{')).unwrap_or_default().replace('-', "_");
    call.operation_id = in_its_room.map(|name| if is_shared(&name) { format!("{name}_{end}") } else { name });
}

fn in_its_room(call: &Operation) -> Option<String> {
    let (room, name) = (call.tags.as_ref()?.first()?, call.operation_id.as_ref()?);
    Some(format!("{}_{name}", room.replace('-', "_")))
}

fn complete(path: &str, method: &HttpMethod, call: &mut Operation) {
    let signed_in = call.security.as_ref().is_some_and(|needs| !needs.is_empty());
    let body = match &call.request_body {
        Some(RefOr::T(body)) if body.content.contains_key("application/json") => TAKES_JSON,
        Some(RefOr::T(body)) if body.content.contains_key("image/jpeg") => TAKES_PICTURE,
        Some(_) => TAKES_TABLE,
        None => &[],
    };
    let when = |is: bool, groups: &'static [Group]| if is { groups } else { &[] };
    let once = *method == HttpMethod::Post && takes_keys(path);
    let groups_of = [
        when(signed_in, SIGNED_IN),
        when(path.contains('{'), NAMES_SOMETHING),
        when(*method != HttpMethod::Get, CHANGES),
        body,
        when(call.request_body.is_some(), TAKES_BODY),
        when(once, ONCE),
        ALWAYS,
    ];
    for (refusals, condition) in groups_of.into_iter().flatten() {
        for same in refusals.chunk_by(|one, next| one.status == next.status) {
            tell(call, same, condition);
        }
    }
    for response in call.responses.responses.iter_mut().filter(|(status, _)| status.starts_with(['4', '5'])) {
        if let (_, RefOr::T(response)) = response
            && response.content.is_empty()
        {
            let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
            response.content.insert(PROBLEM_JSON.to_owned(), problem.into());
        }
    }
    for (status, response) in &mut call.responses.responses {
        // The document is not valid without words.
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            let status = status.parse().ok().and_then(|status| StatusCode::from_u16(status).ok());
            let reason = status.and_then(|status| status.canonical_reason()).unwrap_or("An answer");
            reason.clone_into(&mut response.description);
        }
    }
    for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        let parameters = call.parameters.get_or_insert_default();
        if !parameters.iter().any(|known| matches!(known, RefOr::T(known) if known.name == name)) {
            parameters.push(RefOr::T(in_path(name)));
        }
    }
    if once {
        call.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
    }
}

fn in_path(name: &str) -> Parameter {
    let text = ObjectBuilder::new().schema_type(Type::String);
    let (schema, description) = match name {
        "event" => (text, Some("Slug of the event")),
        _ => (text.format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))), None),
    };
    let named = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path).required(Required::True);
    named.description(description).schema(Some(schema.build())).build()
}

fn idempotency_key() -> Parameter {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "1 to 200 characters. The same key and body get the first answer again; nothing is done twice.",
        ))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(200)).build()))
        .build()
}

/// Adds the codes of one status that the call does not tell of itself.
fn tell(call: &mut Operation, refusals: &[Refusal], condition: &str) {
    let Some(Refusal { status, .. }) = refusals.first() else { return };
    let responses = &mut call.responses.responses;
    let known = responses.entry(status.as_str().to_owned()).or_insert_with(|| RefOr::T(Response::new("")));
    let RefOr::T(response) = known else { return };
    let tokens: Vec<&str> = response.description.split(|c: char| !(c.is_ascii_lowercase() || c == '_')).collect();
    let codes = refusals.iter().map(|refusal| refusal.code).filter(|code| !tokens.contains(code));
    let more: Vec<String> = codes.map(|code| format!("`{code}`")).collect();
    if !more.is_empty() {
        let more = [more.join(", "), condition.to_owned()].join(" ");
        let parts = [response.description.as_str(), more.trim_end()];
        response.description = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ");
    }
}
