//! Data flows down `src/`: a room imports only rooms above it.
use std::{fs, io, path::Path};

const ROOMS: [&str; 10] = ["path", "schema", "resource", "patch", "validate", "org", "access", "protocol", "plan", "wasm"];

fn sources(folder: &Path, found: &mut Vec<(String, String)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sources(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push((path.display().to_string(), fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

#[test]
fn a_room_imports_only_rooms_above_it() -> io::Result<()> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for (index, room) in ROOMS.iter().enumerate() {
        let folder = src.join(room);
        if !folder.exists() {
            continue;
        }
        let mut files = Vec::new();
        sources(&folder, &mut files)?;
        for (file, text) in files {
            for below in ROOMS.iter().skip(index + 1) {
                if text.contains(&format!("crate::{below}::")) || text.contains(&format!("crate::{below};")) {
                    wrong.push(format!("{file} imports {below}, which is below {room}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// `serde_json::Value` and derived readers cost 100 KB of the wasm file: options are read by `src/json.rs`.
#[test]
fn the_crate_reads_json_by_its_own_scanner() -> io::Result<()> {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files)?;
    for (file, text) in files.iter().filter(|(file, _)| !file.contains("test")) {
        let own = text.split("#[cfg(test)]\nmod ").next().unwrap_or("");
        for word in ["serde_json::from_", "serde_json::Value", "serde_json::json!", "sort_by_cached_key("] {
            assert!(!own.contains(word), "{file} uses {word}");
        }
    }
    Ok(())
}
