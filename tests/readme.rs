//! The Rust example of the README is the one in the crate's documentation, which is run.

#[test]
fn the_readme_shows_what_the_documentation_runs() {
    let (readme, documentation) = (include_str!("../README.md"), include_str!("../src/lib.rs"));
    let example: Vec<&str> = readme.lines().skip_while(|line| *line != "```rust").skip(1).take_while(|line| *line != "```").collect();
    assert!(example.len() >= 8, "{} lines", example.len());
    let wanted: String = example.iter().map(|line| format!("{}\n", format!("//! {line}").trim_end())).collect();
    assert!(documentation.contains(&wanted), "src/lib.rs and README.md differ");
}
