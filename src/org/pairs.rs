//! Writing memberships and grants: each stands in two lists, its container's and its subject's.

use super::edges::{self, CONTAINER, MEMBER, rank_of, word};
use super::facts::{Class, Facts};
use super::words::{Id, Rank};

impl Facts {
    /// Puts a subject into a group or takes it out. False when the ids cannot be that.
    pub fn set_member(&mut self, group: Id, subject: Id, member: bool) -> bool {
        self.set_pair(group, subject, if member { MEMBER } else { 0 })
    }

    /// Sets the rank of the one grant to `subject` on `object`, 0 for none. False when the ids cannot be that.
    pub fn set_grant(&mut self, object: Id, subject: Id, rank: Rank) -> bool {
        rank != MEMBER && self.set_pair(object, subject, rank)
    }

    pub(crate) fn set_pair(&mut self, container: Id, subject: Id, value: u8) -> bool {
        self.replace_pair(container, subject, value).is_some()
    }

    /// Sets the value of a pair: 0, [`MEMBER`] or a rank. Gives the one it had; `None` when the ids cannot be that.
    pub(crate) fn replace_pair(&mut self, container: Id, subject: Id, value: u8) -> Option<u8> {
        let (Id(c), Id(s)) = (container, subject);
        let known = self.entry(c).class;
        if value == 0 && known == Class::Unknown {
            return Some(0);
        }
        let grouped = if value == 0 { known == Class::Group } else { value == MEMBER };
        if value != 0 && !self.admit(c, if grouped { Class::Group } else { Class::Object }) {
            return None;
        }
        if s > Id::MAX.0 || (value != 0 && !self.admit(s, Class::Unknown)) || self.entry(s).class == Class::Object {
            return None;
        }
        let place = match self.subjects.get(s as usize) {
            Some(list) => list.find(c, if grouped { MEMBER } else { 1 }),
            None => return (value == 0).then_some(0),
        };
        match (place, value) {
            (Err(_), 0) => Some(0),
            (Err(index), _) => {
                let list = self.list_mut(c)?;
                let position = list.len() as u32;
                edges::push(list, word(s, value));
                if let Some(list) = self.subjects.get_mut(s as usize) {
                    list.insert(index, [word(c, value), position]);
                }
                self.hold(s);
                self.count_pair(c, s, grouped, u32::wrapping_add);
                Some(0)
            }
            (Ok(index), 0) => {
                let before = self.value_at(s, index);
                self.remove_pair(c, s, index, grouped);
                self.hold(s);
                self.count_pair(c, s, grouped, u32::wrapping_sub);
                self.release(c);
                self.release(s);
                Some(before)
            }
            (Ok(index), _) => {
                let before = self.value_at(s, index);
                let position = self.subject(s).and_then(|list| list.at(index)).map_or(0, |[_, position]| position);
                if let Some(list) = self.subjects.get_mut(s as usize) {
                    list.put(index, [word(c, value), position]);
                }
                if let Some(slot) = self.list_mut(c).and_then(|list| list.get_mut(position as usize)) {
                    *slot = word(s, value);
                }
                Some(before)
            }
        }
    }

    fn value_at(&self, subject: u32, index: usize) -> u8 {
        self.subject(subject).and_then(|list| list.at(index)).map_or(0, |[word, _]| rank_of(word))
    }

    fn count_pair(&mut self, container: u32, subject: u32, grouped: bool, add: fn(u32, u32) -> u32) {
        let dangling = self.entry(container).kind.is_none() || self.entry(subject).kind.is_none();
        let count = if grouped { &mut self.counts.memberships } else { &mut self.counts.grants };
        *count = add(*count, 1);
        self.counts.dangling = add(self.counts.dangling, u32::from(dangling));
    }

    fn remove_pair(&mut self, container: u32, subject: u32, index: usize, grouped: bool) {
        let Some(list) = self.subjects.get_mut(subject as usize) else { return };
        let position = list.at(index).map_or(0, |[_, position]| position);
        list.remove(index);
        let Some(list) = self.list_mut(container) else { return };
        if (position as usize) < list.len() {
            list.swap_remove(position as usize);
        }
        edges::settle(list);
        let moved = list.get(position as usize).copied();
        if let Some(moved) = moved
            && let Some(list) = self.subjects.get_mut((moved & CONTAINER) as usize)
            && let Ok(index) = list.find(container, if grouped { MEMBER } else { 1 })
        {
            list.put(index, [word(container, rank_of(moved)), position]);
        }
    }
}
