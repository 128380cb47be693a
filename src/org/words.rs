//! The words the kernel speaks: ids, kinds, ranks, audiences, policy.

use super::edges::CONTAINER;

/// A dense number for a resource; below 2^24. 0 is the organization itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Id(pub u32);

impl Id {
    /// The organization, which is an object too.
    pub const ORGANIZATION: Id = Id(0);
    /// The largest id there may be.
    pub const MAX: Id = Id(CONTAINER - 1);
}

/// What an id is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The singleton.
    Organization,
    /// A person.
    User,
    /// A set of users and groups.
    Group,
    /// The root of a tree of folders.
    Workspace,
    /// Inside a workspace or folder.
    Folder,
}

/// A role by its place in the preset: 0 none, 1 the weakest; at most 254.
pub type Rank = u8;

/// How access comes down into a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Audience {
    /// Nothing comes down.
    #[default]
    Private,
    /// Everything does.
    Parent,
    /// At most this rank.
    Cap(Rank),
}

impl Audience {
    /// The strongest rank that is not exempt and comes through.
    #[inline]
    pub fn cap(self) -> u8 {
        match self {
            Audience::Private => 0,
            Audience::Parent => u8::MAX,
            Audience::Cap(rank) => rank,
        }
    }

    pub(crate) fn from_cap(cap: u8) -> Audience {
        match cap {
            0 => Audience::Private,
            u8::MAX => Audience::Parent,
            rank => Audience::Cap(rank),
        }
    }
}

/// A folder's parent as its record declares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Parent {
    /// The parent.
    pub id: Id,
    /// Workspace or Folder.
    pub kind: Kind,
}

/// How explicit and carried roles add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Combine {
    /// The stronger one.
    #[default]
    Strongest,
    /// Carried counts only where nothing is explicit, or where it is exempt.
    MostSpecific,
}

/// The settings of an organization that change what follows from its facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Policy {
    /// How explicit and carried add up.
    pub combine: Combine,
    /// Potential on a folder only with an explicit role on its workspace. A folder without a workspace has none.
    pub workspace_exit: bool,
}

/// The ordered roles, as far as numbers go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Preset {
    /// How many roles there are.
    pub ranks: Rank,
    /// Ranks from here on pass every audience unchanged; 255 for none.
    pub exempt_from: Rank,
}

impl Preset {
    /// What a rank becomes behind an audience's cap.
    #[inline]
    pub fn lower(self, rank: Rank, cap: u8) -> Rank {
        if rank >= self.exempt_from { rank } else { rank.min(cap) }
    }
}

/// How many of each there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Users, inactive ones included.
    pub users: u32,
    /// Users who are active.
    pub active_users: u32,
    /// Groups.
    pub groups: u32,
    /// Workspaces.
    pub workspaces: u32,
    /// Folders.
    pub folders: u32,
    /// Membership records, dangling ones included.
    pub memberships: u32,
    /// Grant records, dangling ones and ownerships included.
    pub grants: u32,
    /// Records that refer to something that is not there.
    pub dangling: u32,
}

/// A record that refers to something that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dangling {
    /// (group, subject)
    Member(Id, Id),
    /// (object, subject)
    Grant(Id, Id),
    /// A folder without its parent.
    Folder(Id),
}
