//! The boundary: bytes in, text out, a number for how it went.
//!
//! The JavaScript side asks [`input`] for room, writes its arguments there one after another, and passes their lengths.
//! A call leaves its answer in the output buffer, to be read at [`output`], and returns [`DONE`] or [`REFUSED`] (the
//! output then holds the error as JSON), or a number of its own that says more.

pub mod organization;
pub mod payload;

use std::cell::RefCell;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::ScimError;

/// The output holds the result.
const DONE: u32 = 0;
/// The output holds an error as JSON.
const REFUSED: u32 = 1;

thread_local! {
    // INVARIANT: only `input` changes its length, so the address JavaScript keeps stays good between two calls of it.
    static INPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static OUTPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Room for at least `capacity` bytes of arguments, and where it is; what was written there before stays, as far as
/// it fits. Asking for less than before gives memory back. 0 when there is no memory.
#[wasm_bindgen]
pub fn input(capacity: u32) -> u32 {
    let capacity = capacity as usize;
    INPUT.with_borrow_mut(|buffer| {
        if capacity < buffer.len() {
            buffer.truncate(capacity);
            buffer.shrink_to_fit();
        } else if buffer.try_reserve_exact(capacity - buffer.len()).is_ok() {
            buffer.resize(capacity, 0);
        } else {
            return 0;
        }
        buffer.as_ptr() as u32
    })
}

/// Makes UTF-8 of the Latin-1 text of `length` bytes at byte `at` of the arguments: how many bytes that takes, or `u32::MAX`
/// where there is no room for it.
#[wasm_bindgen]
pub fn widen(at: u32, length: u32) -> u32 {
    INPUT.with_borrow_mut(|buffer| {
        let widened = buffer.get_mut(at as usize..).and_then(|room| crate::latin1::widen(room, length as usize));
        widened.map_or(u32::MAX, |length| length as u32)
    })
}

/// Where the last answer is.
#[wasm_bindgen]
pub fn output() -> u32 {
    OUTPUT.with_borrow(|buffer| buffer.as_ptr() as u32)
}

/// How many bytes it has.
#[wasm_bindgen(js_name = outputLength)]
pub fn output_length() -> u32 {
    OUTPUT.with_borrow(|buffer| buffer.len() as u32)
}

/// Makes Latin-1 of the last answer: how many bytes that takes, or `u32::MAX` where it has other letters and stays as it is.
#[wasm_bindgen]
pub fn narrow() -> u32 {
    OUTPUT.with_borrow_mut(|buffer| crate::latin1::narrow(buffer).map_or(u32::MAX, |length| length as u32))
}

/// The crate's version.
#[wasm_bindgen]
pub fn version() -> u32 {
    answer(env!("CARGO_PKG_VERSION").as_bytes())
}

/// Leaves `bytes` as the answer.
fn answer(bytes: &[u8]) -> u32 {
    OUTPUT.with_borrow_mut(|buffer| {
        // A large answer that was read is given back before the next one.
        if buffer.capacity() > (4 << 20) && bytes.len() < (1 << 20) {
            *buffer = Vec::new();
        }
        buffer.clear();
        buffer.extend_from_slice(bytes);
    });
    DONE
}

/// Leaves what is owned as the answer.
fn answer_owned(bytes: Vec<u8>) -> u32 {
    OUTPUT.set(bytes);
    DONE
}

/// Leaves a value as JSON.
fn answer_json(value: &impl serde::Serialize) -> u32 {
    answer_owned(serde_json::to_vec(value).unwrap_or_default())
}

fn refuse(error: &ScimError) -> u32 {
    answer_json(error);
    REFUSED
}

/// `{"again": true}`: the plan asked about is not the one whose data is kept.
fn again() -> u32 {
    answer(br#"{"again":true}"#);
    REFUSED
}

/// Answers with the arguments in the input buffer, whose byte lengths are `lengths`.
fn with_arguments<const N: usize>(lengths: [u32; N], respond: impl FnOnce([&[u8]; N]) -> u32) -> u32 {
    INPUT.with_borrow(|buffer| {
        let mut rest: &[u8] = buffer;
        let arguments = lengths.map(|length| match rest.split_at_checked(length as usize) {
            Some((argument, after)) => {
                rest = after;
                argument
            }
            None => &[],
        });
        respond(arguments)
    })
}

/// Text that the JavaScript side encoded.
fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or("")
}
