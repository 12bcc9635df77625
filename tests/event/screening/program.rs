//! The screening as a plain program.

use serde_json::{Value, json};

/// Runs the plain program: exit status, standard output, standard error.
fn plainly(folder: &std::path::Path, csv: &str, rules: &str, more: &[&str]) -> (i32, String, String) {
    let (list, terms) = (folder.join("list.csv"), folder.join("rules.toml"));
    std::fs::write(&list, csv).unwrap();
    std::fs::write(&terms, rules).unwrap();
    let program = std::process::Command::new(env!("CARGO_BIN_EXE_queqiao"))
        .arg("screen")
        .arg(&list)
        .arg("--rules")
        .arg(&terms)
        .args(more)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().trim_end().to_owned();
    (program.status.code().unwrap(), text(program.stdout), text(program.stderr))
}

#[test]
fn the_plain_program_answers_in_json_and_refuses_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let run = |csv: &str, rules: &str, more: &[&str]| plainly(folder.path(), csv, rules, more);
    let two = "seats = 2\n[side.men]\nmin = 1\nmax = 1\n[side.women]\nmin = 1\nmax = 1\n";
    let csv = "points,number,side,unit,band,class\n7,A0003,men,u,,1\n9,A0001,women,u,,1\n8,A0002,women,u,,1\n";
    let (status, out, _) = run(csv, two, &[]);
    let out: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, &out["selected"], &out["infeasible"]), (0, &json!(["A0001", "A0003"]), &Value::Null));
    assert_eq!(out["standby"], json!({ "men": [], "women": ["A0002"] }));
    assert_eq!(out["explanations"]["A0002"]["full"][0]["limit"], "side women");
    let (status, out, _) = run(csv, &two.replace("men]\nmin = 1\nmax = 1", "men]\nmin = 2\nmax = 2"), &[]);
    let out: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, &out["selected"]), (3, &Value::Null));
    assert!(out["infeasible"]["limits"].as_array().is_some_and(|limits| !limits.is_empty()));
    let refused = |csv: &str, rules: &str, more: &[&str]| {
        let (status, out, line) = run(csv, rules, more);
        assert_eq!((status, out.as_str(), line.lines().count()), (2, "", 1), "{line}");
        line
    };
    let bad = refused(&csv.replace("8,A0002", "abc,A0002"), two, &[]);
    assert_eq!(bad, "line 4: points: \"abc\" is not a whole number");
    let crossing = format!("{two}[unit]\nmax = 1\n[[band]]\nname = \"35+\"\nmin = 1\n");
    assert!(refused(csv, &crossing, &[]).contains("\"side men\" and \"band 35+\" cross"));
    assert_eq!(refused(csv, two, &["--seed", "12"]), "--seed: \"12\" is not 64 hexadecimal digits");
    refused(csv, "seats = 2\nchairs = 3\n", &[]);
}

#[test]
fn the_plain_program_fills_several_boards() {
    let folder = tempfile::tempdir().unwrap();
    let run = |csv: &str, rules: &str| plainly(folder.path(), csv, rules, &[]);
    let boards = "[[board]]\nname = \"音乐会\"\nseats = 1\n[[board]]\nname = \"海洋馆\"\nseats = 1\n";
    let csv = "number,side,unit,band,class,points,boards\nA1,men,u,,1,9,音乐会>海洋馆\nA2,women,u,,1,8,音乐会 > 海洋馆\nA3,men,u,,1,7,音乐会\n";
    let (status, out, _) = run(csv, boards);
    let out: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, &out["boards"][0]["selected"]), (0, &json!(["A1"])));
    assert_eq!((&out["boards"][1]["selected"], &out["boards"][0]["standby"]["men"]), (&json!(["A2"]), &json!(["A3"])));
    assert_eq!(out["explanations"]["A2"]["refused"][0]["board"], "音乐会");
    let (status, out, _) = run(csv, &boards.replace("馆\"\nseats = 1", "馆\"\nseats = 3"));
    let out: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, &out["boards"]), (3, &Value::Null));
    assert_eq!(out["infeasible"]["smallest_change"][0]["board"], "海洋馆");
    let (status, _, line) = run(&csv.replace("8,音乐会 > 海洋馆", "8,电影"), boards);
    assert_eq!((status, line.as_str()), (2, "line 3: boards: \"电影\" is not among the boards"));
    let crossing = format!("{boards}[board.side.men]\nmin = 1\nmax = 1\n[board.unit]\nmax = 1\n");
    let (status, _, line) = run(csv, &crossing);
    assert!(status == 2 && line.contains("cross"), "{line}");
}
