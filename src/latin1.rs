//! UTF-8 to Latin-1, where a text has no other letters, and back.

const HIGH: u64 = 0x8080_8080_8080_8080;

/// Makes Latin-1 of a valid UTF-8 text, in place. The answer: how many bytes it has then; `None` where a letter has no such
/// form, and nothing is changed.
pub(crate) fn narrow(text: &mut [u8]) -> Option<usize> {
    let mut from = beyond_ascii(text, 0);
    if from < text.len() && !fits(text.get(from..)?) {
        return None;
    }
    let mut length = from;
    while let Some([lead, rest]) = text.get(from..).and_then(|rest| rest.first_chunk::<2>()).copied() {
        *text.get_mut(length)? = lead << 6 | (rest & 0x3f);
        length += 1;
        let end = beyond_ascii(text, from + 2);
        text.copy_within(from + 2..end, length);
        length += end - (from + 2);
        from = end;
    }
    Some(length)
}

/// Makes UTF-8 of the Latin-1 text of `length` bytes that `room` begins with, in place. The answer: how many bytes it has then;
/// `None` where the room is too small, and nothing is changed.
pub(crate) fn widen(room: &mut [u8], length: usize) -> Option<usize> {
    let (words, rest) = room.get(..length)?.as_chunks::<8>();
    let beyond: usize = words.iter().map(|word| (u64::from_le_bytes(*word) & HIGH).count_ones() as usize).sum();
    let wide = length + beyond + rest.iter().filter(|byte| **byte >= 0x80).count();
    if wide > room.len() {
        return None;
    }
    // Backwards, so that nothing is written over that is still to be read; what is before the first of them stays.
    let (mut from, mut to) = (length, wide);
    while from < to {
        let ascii = ascii_at_end(room.get(..from)?);
        from -= ascii;
        to -= ascii;
        room.copy_within(from..from + ascii, to);
        (from, to) = (from.checked_sub(1)?, to - 2);
        let letter = *room.get(from)?;
        *room.get_mut(to)? = 0xc0 | letter >> 6;
        *room.get_mut(to + 1)? = 0x80 | (letter & 0x3f);
    }
    Some(wide)
}

/// How many bytes at the end are ASCII.
fn ascii_at_end(text: &[u8]) -> usize {
    let (rest, words) = text.as_rchunks::<8>();
    let ascii = words.iter().rev().take_while(|word| u64::from_le_bytes(**word) & HIGH == 0).count();
    let before = match words.len().checked_sub(ascii + 1).and_then(|at| words.get(at)) {
        Some(word) => word,
        None => rest,
    };
    ascii * 8 + before.iter().rev().take_while(|byte| **byte < 0x80).count()
}

/// Where the first byte from `from` on is that is not ASCII.
fn beyond_ascii(text: &[u8], from: usize) -> usize {
    let rest = text.get(from..).unwrap_or(&[]);
    let (blocks, _) = rest.as_chunks::<32>();
    let mut ascii = blocks.iter().take_while(|block| is_ascii(block)).count() * 32;
    let (words, _) = rest.get(ascii..).unwrap_or(&[]).as_chunks::<8>();
    ascii += words.iter().take_while(|word| u64::from_le_bytes(**word) & HIGH == 0).count() * 8;
    let more = rest.get(ascii..).unwrap_or(&[]).iter().position(|byte| *byte >= 0x80);
    more.map_or(text.len(), |more| from + ascii + more)
}

/// Whether no byte is above 0xc3, which leads to the last letters of Latin-1.
fn fits(text: &[u8]) -> bool {
    let (blocks, rest) = text.as_chunks::<32>();
    blocks.iter().all(|block| is_ascii(block) || block.iter().all(|byte| *byte <= 0xc3)) && rest.iter().all(|byte| *byte <= 0xc3)
}

/// All letters of a block at once.
fn is_ascii(block: &[u8; 32]) -> bool {
    let (words, _) = block.as_chunks::<8>();
    words.iter().fold(0, |all, word| all | u64::from_le_bytes(*word)) & HIGH == 0
}

#[cfg(test)]
mod tests {
    use super::{narrow, widen};

    fn narrowed(text: &str) -> Option<Vec<u8>> {
        let mut bytes = text.as_bytes().to_vec();
        match narrow(&mut bytes) {
            Some(length) => {
                bytes.truncate(length);
                Some(bytes)
            }
            None => {
                assert_eq!(bytes, text.as_bytes(), "nothing is changed");
                None
            }
        }
    }

    #[test]
    fn letters_of_latin_1_take_a_byte_and_others_are_left() {
        let letters: Vec<char> = ['a', '\u{7f}', '\u{80}', 'é', 'ÿ', '\u{100}', '€', '\u{1f600}', ' ', '"'].into();
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let (mut narrow, mut wide) = (0, 0);
        for _ in 0..20_000 {
            let mut next = |n: u64| {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                seed % n
            };
            let kinds = 1 + next(letters.len() as u64);
            let text: String = (0..next(40)).filter_map(|_| letters.get(next(kinds) as usize)).collect();
            let expected: Option<Vec<u8>> = text.chars().map(|letter| u8::try_from(u32::from(letter)).ok()).collect();
            assert_eq!(narrowed(&text), expected, "{text:?}");
            if let Some(latin) = &expected {
                let mut room = [latin.as_slice(), &vec![7; text.len() - latin.len()]].concat();
                assert_eq!(widen(&mut room, latin.len()), Some(text.len()), "{text:?}");
                assert_eq!(room, text.as_bytes());
                let mut small = latin.clone();
                assert_eq!(widen(&mut small, latin.len()), (text.len() == latin.len()).then_some(text.len()));
                assert_eq!(small, *latin, "nothing is changed");
            }
            if expected.is_some() { narrow += 1 } else { wide += 1 }
        }
        assert!(narrow > 1_000 && wide > 1_000);
    }
}
