//! `/admin/unions`: which union belongs to which, for an administrator.

use actix_web::{HttpResponse, get, post};
use askama::Template;
use serde_json::json;

use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::Error;
use crate::organizations::access::Administrator;
use crate::organizations::organization;
use crate::organizations::place_below::{Placement, place_below};
use crate::organizations::tree::Tree;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page};

#[derive(Template)]
#[template(path = "office/union_tree.html")]
struct UnionTreePage {
    page: Page,
    form: Form,
    unions: Vec<Line>,
}

/// A union, as deep as it stands.
struct Line {
    slug: String,
    name: String,
    level: usize,
}

impl UnionTreePage {
    async fn answer(house: &House, page: Page, form: Form) -> Result<HttpResponse, Error> {
        let tree = house.ask(async move |app| Tree::read(app.database.reader()).await).await?;
        let line = |(level, union): (usize, &organization::Model)| Line {
            slug: union.slug.clone(),
            name: union.name_in(page.language).to_owned(),
            level,
        };
        page::answer(&Self { unions: tree.in_order().into_iter().map(line).collect(), form, page })
    }

    /// To choose one of, named as deep as they stand.
    fn choices(&self) -> Vec<(&str, String)> {
        let name = |line: &Line| format!("{}{}", "\u{3000}".repeat(line.level), line.name);
        self.unions.iter().map(|line| (line.slug.as_str(), name(line))).collect()
    }

    /// The same, and that there is none.
    fn parents(&self) -> Vec<(&str, String)> {
        [("", self.page.t("union-tree-none"))].into_iter().chain(self.choices()).collect()
    }
}

/// Who: administrator.
#[get("/admin/unions")]
pub async fn show_union_tree(house: House, visit: Visit, _: Administrator) -> Result<HttpResponse, Error> {
    UnionTreePage::answer(&house, visit.page, Form::default()).await
}

/// Places a union below another. Who: administrator.
#[post("/admin/unions/parent")]
pub async fn placed(house: House, visit: Visit, by: Administrator, form: Form) -> Result<HttpResponse, Error> {
    let (union, request) = (form.value("union").to_owned(), json!({ "parent": form.text("parent") }));
    let placed = async {
        let wish: Placement = body::read(request)?;
        house.run(async move |app| place_below(&app, &by, &union, wish).await).await
    };
    match placed.await {
        Ok(_) => see_saying("/admin/unions", "union-placed"),
        Err(error) => form.show_again(visit.page, error, |page, form| UnionTreePage::answer(&house, page, form)).await,
    }
}
