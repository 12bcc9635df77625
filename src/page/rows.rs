//! The rows of a list in a form: `hosts[0].name`.

use super::form::Form;

/// A list of a form that grows by a button.
pub struct List {
    /// The path of the request's member.
    pub name: &'static str,
    /// What the button that adds a row sends after `add_`.
    pub button: &'static str,
    /// The members of which one must say something for a row to count.
    pub telling: &'static [&'static str],
    /// What stands in a new row.
    pub empty: &'static [(&'static str, &'static str)],
}

/// A row of a list: `hosts[0]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(pub String);

impl Row {
    /// The name of one of its inputs.
    #[must_use]
    pub fn at(&self, member: &str) -> String {
        format!("{}.{member}", self.0)
    }
}

/// The rows of a list, in their order.
#[must_use]
pub fn rows(form: &Form, list: &str) -> Vec<Row> {
    numbers(form, list).into_iter().map(|number| Row(format!("{list}[{number}]"))).collect()
}

/// The numbers of the rows of a list, in order.
#[must_use]
pub fn numbers(form: &Form, list: &str) -> Vec<usize> {
    let mut numbers: Vec<usize> =
        form.fields().filter_map(|(name, _)| place(name, list)).map(|(number, _)| number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// `hosts[2].name` is number 2 and `.name`.
#[must_use]
pub fn place<'a>(name: &'a str, list: &str) -> Option<(usize, &'a str)> {
    let (number, member) = name.strip_prefix(list)?.strip_prefix('[')?.split_once(']')?;
    Some((number.parse().ok().filter(|number| *number < 200)?, member))
}
