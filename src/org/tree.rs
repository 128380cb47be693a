//! Folders and what is above them: parents as stored, which of them carry anything, rings.

use super::facts::{Class, Facts, NONE};
use super::words::{Audience, Id, Kind, Parent};

impl Facts {
    /// A folder's parent as stored.
    pub fn parent(&self, folder: Id) -> Option<Parent> {
        let object = self.object(folder.0)?;
        (object.parent != NONE).then_some(Parent { id: Id(object.parent), kind: object.declared })
    }
    /// A folder's audience.
    pub fn audience(&self, folder: Id) -> Audience {
        Audience::from_cap(self.cap(folder.0))
    }
    #[inline]
    pub(crate) fn cap(&self, id: u32) -> u8 {
        self.object(id).map_or(0, |object| object.cap)
    }
    /// Whether the folder stands on a ring of parent links.
    pub(crate) fn on_ring(&self, id: u32) -> bool {
        self.object(id).is_some_and(|object| object.ring)
    }
    /// Whether a folder is there and its stored parent is there, of the declared kind.
    pub(crate) fn attached(&self, id: u32) -> Option<u32> {
        let object = self.object(id)?;
        let parent = self.entry(object.parent).kind?;
        (self.entry(id).kind == Some(Kind::Folder) && parent == object.declared).then_some(object.parent)
    }
    /// The parent that carries something down: attached and not on a ring.
    pub(crate) fn link(&self, id: u32) -> Option<u32> {
        let parent = self.attached(id)?;
        (!self.on_ring(id)).then_some(parent)
    }
    /// Everything that names `id` as its parent, attached or not.
    pub(crate) fn raw_children(&self, id: u32) -> impl Iterator<Item = u32> + '_ {
        let mut next = self.object(id).map_or(NONE, |object| object.first_child);
        std::iter::from_fn(move || {
            let object = self.object(next)?;
            let child = object.id;
            next = object.next;
            Some(child)
        })
    }
    pub(super) fn folder_dangles(&self, id: u32) -> bool {
        self.entry(id).kind == Some(Kind::Folder) && self.attached(id).is_none()
    }

    /// Stores a folder's parent. False when the ids cannot be that.
    pub fn set_parent(&mut self, folder: Id, parent: Option<Parent>) -> bool {
        let Id(raw) = folder;
        if self.parent(folder) == parent {
            return true;
        }
        if !self.admit(raw, Class::Object) || parent.is_some_and(|p| !self.admit(p.id.0, Class::Object)) {
            return false;
        }
        let dangled = self.folder_dangles(raw);
        self.break_ring(raw);
        self.unlink(raw);
        // Unlinking may have let go of the very parent that is named again.
        let to = parent.filter(|p| self.admit(p.id.0, Class::Object)).map_or(NONE, |p| p.id.0);
        let first = self.object(to).map_or(NONE, |o| o.first_child);
        if let Some(object) = self.object_mut(raw) {
            object.parent = to;
            object.declared = parent.map_or(Kind::Folder, |p| p.kind);
            object.next = first;
        }
        if let Some(next) = self.object_mut(first) {
            next.prev = raw;
        }
        if let Some(object) = self.object_mut(to) {
            object.first_child = raw;
        }
        self.mark_ring(raw);
        let dangles = self.folder_dangles(raw);
        self.counts.dangling = (self.counts.dangling + u32::from(dangles)).wrapping_sub(u32::from(dangled));
        self.tree_version += 1;
        true
    }

    fn unlink(&mut self, raw: u32) {
        let Some(object) = self.object_mut(raw) else { return };
        let (parent, next, prev) = (object.parent, object.next, object.prev);
        (object.parent, object.next, object.prev) = (NONE, NONE, NONE);
        if let Some(next) = self.object_mut(next) {
            next.prev = prev;
        }
        match self.object_mut(prev) {
            Some(prev) => prev.next = next,
            None => {
                if let Some(parent) = self.object_mut(parent) {
                    parent.first_child = next;
                }
            }
        }
        self.release(parent);
    }

    fn break_ring(&mut self, start: u32) {
        let mut at = start;
        while let Some(object) = self.object_mut(at)
            && object.ring
        {
            object.ring = false;
            at = object.parent;
        }
    }

    fn mark_ring(&mut self, start: u32) {
        let mut at = start;
        loop {
            let Some(object) = self.object(at) else { return };
            if object.ring {
                return;
            }
            at = object.parent;
            if at == start {
                break;
            }
        }
        while let Some(object) = self.object_mut(at)
            && !object.ring
        {
            object.ring = true;
            at = object.parent;
        }
    }

    /// Stores a folder's audience. False when the id cannot be a folder.
    pub fn set_audience(&mut self, folder: Id, audience: Audience) -> bool {
        if self.audience(folder) == audience {
            return true;
        }
        if !self.admit(folder.0, Class::Object) {
            return false;
        }
        if let Some(object) = self.object_mut(folder.0) {
            object.cap = audience.cap();
            self.tree_version += 1;
        }
        true
    }
}
