//! Lines of a list that are no rows of it: what it comes to, who filled it in, a remark.

use super::Row;

const SUMS: [&str; 5] = ["合计", "总计", "小计", "共计", "Total"];
const LABELS: [&str; 17] = [
    "注",
    "备注",
    "说明",
    "填表人",
    "填表日期",
    "填表时间",
    "填表单位",
    "制表人",
    "制表日期",
    "制表单位",
    "审核人",
    "审核",
    "负责人",
    "联系人",
    "联系电话",
    "Note",
    "Notes",
];

/// The text of a line that is no row.
pub(super) fn of(row: &Row) -> Option<&str> {
    let mut texts = row.cells.iter().filter_map(|cell| cell.as_deref().ok()).filter(|text| !text.is_empty());
    let first = texts.next()?;
    let counts =
        |rest: &str| rest.is_empty() || rest.starts_with([':', '：', ' ']) || rest.starts_with(char::is_numeric);
    let is_sum = SUMS.iter().filter_map(|word| first.strip_prefix(word)).any(counts);
    let is_label = LABELS.iter().filter_map(|word| first.strip_prefix(word)).any(|rest| rest.starts_with([':', '：']));
    (is_sum || is_label && texts.all(|text| text.contains([':', '：']))).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Row {
        Row { line: 9, cells: cells.iter().map(|text| Ok((*text).to_owned())).collect(), covered: 0 }
    }

    #[test]
    fn sums_and_remarks_are_no_rows() {
        for note in [
            &["合计：2家"][..],
            &["合计", "", "", "35"],
            &["共计 12 人"],
            &["小计3"],
            &["注：本表由市总工会编制", "注：本表由市总工会编制"],
            &["", "填表人：王芳", "", "填表日期：2026-08-01"],
            &["Total: 12"],
        ] {
            assert!(of(&row(note)).is_some(), "{note:?}");
        }
        for kept in [
            &["合计科技公司", "x.cn"][..],
            &["备注"],
            &["注", "女"],
            &["负责人：王芳", "wang@x.cn"],
            &["张三", "男"],
            &[""],
        ] {
            assert_eq!(of(&row(kept)), None, "{kept:?}");
        }
    }
}
