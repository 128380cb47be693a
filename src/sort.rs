//! Sorting in little code. The standard library's sorts are compiled anew for every type, several kilobytes each;
//! here the comparisons go through one pointer, and only the moves are the type's own. Plain numbers on hot paths
//! keep the standard sort.

use std::cmp::Ordering;

/// Sorts by a comparison; equal items keep their order.
pub(crate) fn by<T>(items: &mut [T], compare: &mut dyn FnMut(&T, &T) -> Ordering) {
    let order = merged(items.len(), &mut |a, b| match (items.get(a as usize), items.get(b as usize)) {
        (Some(a), Some(b)) => compare(a, b),
        _ => Ordering::Equal,
    });
    let Some(mut order) = order else { return };
    // Each cycle of the permutation is walked once; a place that is settled points to itself.
    for start in 0..items.len() {
        let mut at = start;
        while let Some(place) = order.get_mut(at) {
            let next = std::mem::replace(place, at as u32) as usize;
            if next == start {
                break;
            }
            items.swap(at, next);
            at = next;
        }
    }
}

/// Sorts by the items' own order; equal items keep theirs.
pub(crate) fn plain<T: Ord>(items: &mut [T]) {
    by(items, &mut T::cmp);
}

/// Sorts by keys, each made once.
pub(crate) fn by_key<T, K: Ord>(items: &mut [T], key: &mut dyn FnMut(&T) -> K) {
    let mut keyed: Vec<(K, u32)> = items.iter().map(key).zip(0..).collect();
    plain(&mut keyed);
    // The places that the keys' order gives, turned into the order of places.
    let mut places = vec![0u32; keyed.len()];
    for ((_, from), to) in keyed.iter().zip(0..) {
        if let Some(place) = places.get_mut(*from as usize) {
            *place = to;
        }
    }
    for start in 0..items.len() {
        while let Some(place) = places.get(start).map(|place| *place as usize).filter(|place| *place != start) {
            items.swap(start, place);
            places.swap(start, place);
        }
    }
}

/// The order of `count` items by their places, merged from the runs that are in order already; `None` when all are.
fn merged(count: usize, compare: &mut dyn FnMut(u32, u32) -> Ordering) -> Option<Vec<u32>> {
    let end = count as u32;
    let mut starts: Vec<u32> = (1..end).filter(|at| compare(at - 1, *at) == Ordering::Greater).collect();
    if starts.is_empty() {
        return None;
    }
    let mut from: Vec<u32> = (0..end).collect();
    if count <= FEW {
        insert(&mut from, compare);
        return Some(from);
    }
    starts.insert(0, 0);
    let mut to: Vec<u32> = Vec::with_capacity(count);
    while starts.len() > 1 {
        to.clear();
        let ends = starts.iter().skip(1).chain([&end]);
        let runs: Vec<&[u32]> = starts.iter().zip(ends).filter_map(|(start, end)| from.get(*start as usize..*end as usize)).collect();
        for pair in runs.chunks(2) {
            let (mut left, mut right) = (pair.first().copied().unwrap_or_default(), pair.get(1).copied().unwrap_or_default());
            while let ([a, after_a @ ..], [b, after_b @ ..]) = (left, right) {
                if compare(*b, *a) == Ordering::Less {
                    to.push(*b);
                    right = after_b;
                } else {
                    to.push(*a);
                    left = after_a;
                }
            }
            to.extend_from_slice(left);
            to.extend_from_slice(right);
        }
        std::mem::swap(&mut from, &mut to);
        let mut even = false;
        starts.retain(|_| {
            even = !even;
            even
        });
    }
    Some(from)
}

/// Up to here insertion is faster than merging.
const FEW: usize = 12;

fn insert(order: &mut [u32], compare: &mut dyn FnMut(u32, u32) -> Ordering) {
    for end in 1..order.len() {
        for at in (1..=end).rev() {
            match (order.get(at - 1), order.get(at)) {
                (Some(before), Some(item)) if compare(*before, *item) == Ordering::Greater => order.swap(at - 1, at),
                _ => break,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn sorts_as_the_standard_library_does() {
        let mut seed = 7u64;
        for count in (0..70).chain([500, 1000]) {
            let items: Vec<(u32, usize)> = (0..count)
                .map(|at| {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    ((seed >> 33) as u32 % 40, at)
                })
                .collect();
            let mut wanted = items.clone();
            wanted.sort_by_key(|item| std::cmp::Reverse(item.0));
            let mut found = items.clone();
            super::by(&mut found, &mut |a, b| b.0.cmp(&a.0));
            assert_eq!(found, wanted);
            wanted = items.clone();
            wanted.sort_by_key(|item| item.0.to_string());
            found = items.clone();
            super::by_key(&mut found, &mut |item| item.0.to_string());
            assert_eq!(found, wanted);
            wanted.sort();
            super::plain(&mut found);
            assert_eq!(found, wanted);
        }
    }
}
