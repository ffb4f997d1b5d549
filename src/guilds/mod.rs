//! Guilds: lifters together, and their board.
//!
//! Invariants: a lifter is in one guild at most and owns no other; a guild has one owner, who is a member, and at most
//! [`MOST_MEMBERS`]; its points are those of its best five. The tables keep the first two, triggers the last
//! (`migrations/V12__community.sql`); so an account that is deleted leaves no guild without an owner. Whoever changes a guild
//! holds its row first.

mod api;
mod code;
mod name;
mod store;

pub use api::{BoardTotal, routes};
pub use name::GuildName;

use uuid::Uuid;

use crate::platform::{Connection, DatabaseError, Problem, UserId};
use store::members::{self, Entered};
use store::{Guild, Held};

pub const MOST_MEMBERS: i64 = 50;
/// A lifter may ask so many guilds at once.
pub const MOST_REQUESTS: i64 = 5;

#[derive(Debug, thiserror::Error)]
pub enum GuildError {
    #[error("must be 3 to 40 characters that can be seen")]
    BadName,
    #[error("A guild of this name already exists; choose another.")]
    NameTaken,
    #[error("You are in a guild already; leave it first.")]
    InAGuild,
    #[error("This lifter is in a guild already.")]
    TheyAreInAGuild,
    #[error("This guild is full: it has {MOST_MEMBERS} members.")]
    Full,
    #[error("{MOST_REQUESTS} requests of yours are open; take one back first.")]
    TooManyRequests,
    #[error("No guild has this id.")]
    Unknown,
    #[error("You are in no guild.")]
    InNoGuild,
    #[error("No guild has this code; ask for the current one.")]
    UnknownCode,
    #[error("No lifter of this id is in this guild.")]
    NoMember,
    #[error("No lifter of this id asks to join this guild.")]
    NoRequest,
    #[error("Only the owner of a guild can do this.")]
    NotOwner,
    #[error("{0}")]
    Random(Problem),
    #[error(transparent)]
    Database(DatabaseError),
}

impl From<DatabaseError> for GuildError {
    fn from(error: DatabaseError) -> Self {
        match error.unique_violation() {
            Some("guilds_name_key") => Self::NameTaken,
            _ => Self::Database(error),
        }
    }
}

impl From<GuildError> for Problem {
    fn from(error: GuildError) -> Self {
        match error {
            GuildError::BadName => Problem::invalid("name", error.to_string()),
            GuildError::NameTaken
            | GuildError::InAGuild
            | GuildError::TheyAreInAGuild
            | GuildError::Full
            | GuildError::TooManyRequests => Problem::conflict(error.to_string()),
            GuildError::Unknown
            | GuildError::InNoGuild
            | GuildError::UnknownCode
            | GuildError::NoMember
            | GuildError::NoRequest => Problem::not_found(error.to_string()),
            GuildError::NotOwner => Problem::forbidden(error.to_string()),
            GuildError::Random(problem) => problem,
            GuildError::Database(error) => error.into(),
        }
    }
}

/// Makes a guild with its owner in it.
pub async fn create(
    db: &Connection,
    me: UserId,
    name: &GuildName,
    icon_url: Option<&str>,
) -> Result<Guild, GuildError> {
    let (id, code) = (Uuid::now_v7(), code::new().map_err(GuildError::Random)?);
    let transaction = db.begin().await?;
    let created = async {
        let guild = store::insert_guild(&transaction, id, me, name, icon_url, &code).await?;
        match members::insert_member(&transaction, id, me, true, MOST_MEMBERS).await? {
            Entered::Done => Ok(guild),
            Entered::InAGuild | Entered::Full => Err(GuildError::InAGuild),
        }
    };
    let created = created.await;
    transaction.end(created).await
}

/// Opens a transaction that holds a guild which `me` owns.
macro_rules! as_owner {
    ($db:expr, $me:expr, $guild:expr, |$transaction:ident| $work:expr) => {{
        let $transaction = $db.begin().await?;
        let done = async {
            match store::hold_guild(&$transaction, $guild, $me).await? {
                None => Err(GuildError::Unknown),
                Some(Held { is_owner: false, .. }) => Err(GuildError::NotOwner),
                Some(Held { is_owner: true, .. }) => $work,
            }
        };
        let done: Result<_, GuildError> = done.await;
        $transaction.end(done).await
    }};
}

/// Changes what is some.
pub async fn change(
    db: &Connection,
    me: UserId,
    guild: Uuid,
    name: Option<&GuildName>,
    icon_url: Option<Option<&str>>,
) -> Result<(), GuildError> {
    as_owner!(db, me, guild, |transaction| {
        if let Some(name) = name {
            store::set_name(&transaction, guild, name).await?;
        }
        if let Some(icon_url) = icon_url {
            store::set_icon(&transaction, guild, icon_url).await?;
        }
        Ok(())
    })
}

/// Gives the guild a new code; the one before is good no longer.
pub async fn renew_code(db: &Connection, me: UserId, guild: Uuid) -> Result<String, GuildError> {
    let code = code::new().map_err(GuildError::Random)?;
    as_owner!(db, me, guild, |transaction| {
        store::set_code(&transaction, guild, Some(&code)).await?;
        Ok(code.clone())
    })
}

pub async fn remove_code(db: &Connection, me: UserId, guild: Uuid) -> Result<(), GuildError> {
    as_owner!(db, me, guild, |transaction| {
        store::set_code(&transaction, guild, None).await?;
        Ok(())
    })
}

pub async fn delete(db: &Connection, me: UserId, guild: Uuid) -> Result<(), GuildError> {
    as_owner!(db, me, guild, |transaction| {
        store::delete_guild(&transaction, guild).await?;
        Ok(())
    })
}

/// Makes another member the owner.
pub async fn transfer(db: &Connection, me: UserId, guild: Uuid, to: UserId) -> Result<(), GuildError> {
    as_owner!(db, me, guild, |transaction| {
        // The index on owners allows one at each instant.
        members::set_owner(&transaction, guild, me, false).await?;
        match members::set_owner(&transaction, guild, to, true).await? {
            0 => Err(GuildError::NoMember),
            _ => Ok(()),
        }
    })
}

/// Joins the guild of a code and gives its id.
pub async fn join(db: &Connection, me: UserId, typed: &str) -> Result<Uuid, GuildError> {
    let transaction = db.begin().await?;
    let joined = async {
        let guild = store::hold_guild_of_code(&transaction, me, &code::typed(typed)).await?;
        let guild = guild.ok_or(GuildError::UnknownCode)?;
        match members::insert_member(&transaction, guild, me, false, MOST_MEMBERS).await? {
            Entered::Done => Ok(guild),
            Entered::InAGuild => Err(GuildError::InAGuild),
            Entered::Full => Err(GuildError::Full),
        }
    };
    let joined = joined.await;
    transaction.end(joined).await
}

/// Lets somebody in who asked.
pub async fn accept(db: &Connection, me: UserId, guild: Uuid, user: UserId) -> Result<(), GuildError> {
    as_owner!(db, me, guild, |transaction| {
        if store::requests::delete_request(&transaction, guild, user).await? == 0 {
            return Err(GuildError::NoRequest);
        }
        match members::insert_member(&transaction, guild, user, false, MOST_MEMBERS).await? {
            Entered::Done => Ok(()),
            Entered::InAGuild => Err(GuildError::TheyAreInAGuild),
            Entered::Full => Err(GuildError::Full),
        }
    })
}

/// Takes a request away: the owner refuses it, or whoever made it takes it back.
pub async fn remove_request(db: &Connection, me: UserId, guild: Uuid, user: UserId) -> Result<(), GuildError> {
    if me != user {
        match store::find_owner(db, guild).await? {
            None => return Err(GuildError::Unknown),
            Some(owner) if owner != me => return Err(GuildError::NotOwner),
            Some(_) => {}
        }
    }
    match store::requests::delete_request(db, guild, user).await? {
        0 => Err(GuildError::NoRequest),
        _ => Ok(()),
    }
}

/// Takes a member out: the owner anybody, and everybody oneself. An owner who leaves passes the guild to whoever has been
/// in it for longest; with the last member it goes.
pub async fn remove_member(db: &Connection, me: UserId, guild: Uuid, user: UserId) -> Result<(), GuildError> {
    let transaction = db.begin().await?;
    let removed = async {
        let held = store::hold_guild(&transaction, guild, me).await?.ok_or(GuildError::Unknown)?;
        if me != user && !held.is_owner {
            return Err(GuildError::NotOwner);
        }
        match members::delete_member(&transaction, guild, user).await? {
            0 => Err(GuildError::NoMember),
            _ => Ok(()),
        }
    };
    let removed = removed.await;
    transaction.end(removed).await
}
