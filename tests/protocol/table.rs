//! The table of the RFCs' statements names tests that exist, and leaves no row without a proof or a reason.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The Rust tests below a folder, as `file::name` without `.rs`, or as `folder::file::name` in a folder of tests.
fn rust_tests(folder: &Path, found: &mut HashSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_tests(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let module = path.strip_prefix(root()).unwrap().with_extension("");
            let module = module.to_string_lossy().replace('/', "::");
            let text = read(&path);
            let mut lines = text.lines().map(str::trim);
            while let Some(line) = lines.next() {
                if line == "#[test]" {
                    let name = lines.next().and_then(|line| line.strip_prefix("fn ")).and_then(|line| line.split('(').next());
                    let name = name.expect("a test has a name");
                    found.insert(format!("{}::{name}", module.strip_prefix("tests::").unwrap_or(&module)));
                }
            }
        }
    }
}

/// Whether a fixture file has a case of that name, or a conversation a step that says so.
fn has_case(file: &str, name: &str) -> bool {
    let path = root().join(format!("tests/data/{file}.json"));
    let whole: serde_json::Value = serde_json::from_str(&read(&path)).unwrap();
    let lists = [&whole, &whole["cases"], &whole["steps"]];
    lists.into_iter().filter_map(|list| list.as_array()).flatten().any(|case| case["name"] == name || case["say"] == name)
}

/// Whether a suite in JavaScript has a test of that title.
fn has_title(file: &str, title: &str) -> bool {
    read(&root().join(format!("tests/{file}.test.mjs"))).contains(&format!("test(\"{title}\""))
}

#[test]
fn every_statement_has_a_proof_that_exists_or_a_reason() {
    let mut tests = HashSet::new();
    rust_tests(&root().join("tests"), &mut tests);
    rust_tests(&root().join("src"), &mut tests);
    let text = read(&root().join("tests/rfc7644.md"));
    let (mut rows, mut wrong) = (0, Vec::new());
    for line in text.lines().filter(|line| line.starts_with("| §")) {
        rows += 1;
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [clause, level, statement, proof] = cells[..] else {
            wrong.push(format!("four cells are wanted: {line}"));
            continue;
        };
        let level_is_known = ["MUST", "SHOULD"].contains(&level);
        if !level_is_known || clause.len() < 3 || statement.len() < 10 {
            wrong.push(format!("an empty or unknown cell: {line}"));
        }
        let proofs: Vec<&str> = proof.split('`').skip(1).step_by(2).collect();
        let reason = proof.split_once(": ").filter(|(word, _)| ["host", "client", "none", "DIFFERENCE"].contains(word));
        if proofs.is_empty() && reason.is_none_or(|(_, reason)| reason.len() < 15) {
            wrong.push(format!("neither a proof nor a reason: {line}"));
        }
        for named in proofs {
            let exists = match named.split_once(": ") {
                Some((file, title)) if ["node/", "worker/", "page/"].iter().any(|suite| file.starts_with(suite)) => has_title(file, title),
                Some((file, name)) => has_case(file, name),
                None => tests.contains(named),
            };
            if !exists {
                wrong.push(format!("`{named}` is no test: {line}"));
            }
        }
    }
    assert!(rows > 150, "{rows} rows");
    assert!(wrong.is_empty(), "{} of {rows} rows:\n{}", wrong.len(), wrong.join("\n"));
}
