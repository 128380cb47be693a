//! The module inside a real browser; `make test` runs it by `wasm-pack test --headless --chrome`.
#![cfg(target_arch = "wasm32")]

use js_sys::{Uint8Array, WebAssembly::Memory};
use scim_policy::wasm::{input, output, output_length, version};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// The bytes JavaScript sees there.
fn seen(pointer: u32, length: u32) -> Uint8Array {
    let buffer = wasm_bindgen::memory().dyn_into::<Memory>().map(|memory| memory.buffer()).unwrap_or_default();
    Uint8Array::new_with_byte_offset_and_length(&buffer, pointer, length)
}

#[wasm_bindgen_test]
fn an_answer_is_read_from_the_output() {
    assert_eq!(version(), 0);
    assert_eq!(seen(output(), output_length()).to_vec(), env!("CARGO_PKG_VERSION").as_bytes());
}

#[wasm_bindgen_test]
fn growing_the_room_keeps_what_was_written() {
    let small = input(8);
    seen(small, 8).copy_from(b"filter=u");
    let large = input(1 << 20);
    assert_eq!(seen(large, 8).to_vec(), b"filter=u");
    assert_eq!(seen(input(4), 4).to_vec(), b"filt");
}
