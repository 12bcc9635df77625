//! Why an upload is not taken as a table.

use actix_web::http::StatusCode;

crate::refusals! {
    NO_FILE = malformed("no_file", "The form holds no file.");
    UPLOAD_TOO_LARGE = new(StatusCode::PAYLOAD_TOO_LARGE, "upload_too_large", "The file is larger than 5 MB.");
    NOT_A_TABLE = new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_a_table", "The file is neither CSV nor XLSX.");
    WEB_PAGE = new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "web_page",
        "A web page under the name of a workbook. Open it in a spreadsheet and save it as .xlsx.",
    );
    WORKBOOK_OLD_OR_LOCKED = new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "workbook_old_or_locked",
        "The workbook has the old .xls format or a password. Save it as .xlsx without one.",
    );
    WORKBOOK_TOO_LARGE = new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "workbook_too_large",
        "The workbook unpacks to more than a table of this size can be.",
    );
    WORKBOOK_DAMAGED = unprocessable("workbook_damaged", "The workbook is damaged.");
    SHEET_EMPTY = unprocessable("sheet_empty", "The table holds no rows below its header.");
    UNKNOWN_ENCODING = unprocessable("unknown_encoding", "A line is not in UTF-8, UTF-16 or GB18030; `line` says which.");
    CONTROL_CHARACTER = unprocessable("control_character", "A line holds a control character; `line` says which.");
    UNCLOSED_QUOTE = unprocessable("unclosed_quote", "A quotation mark is never closed; `line` says where it opens.");
    TOO_MANY_ROWS = unprocessable("too_many_rows", "There are more rows than may be, from `line` on.");
    TOO_MANY_COLUMNS = unprocessable("too_many_columns", "A line has more columns than may be; `line` says which.");
    MISSING_COLUMNS = unprocessable(
        "missing_columns",
        "The header lacks columns; `fields` says which, `line`, `sheet` and `header` what was taken for it.",
    );
    COLUMN_TWICE =
        unprocessable("column_twice", "Two columns mean the same; `fields` says what, `headings` which they are.");
    INVALID_ROWS = unprocessable("invalid_rows", "Some rows cannot be imported; nothing was.");
}
