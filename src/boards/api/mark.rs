//! Where the next page begins, as it is told to clients: sealed, since what orders a row tells whose it is and how heavy.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::boards::store::pages::{ListRow, Mark};
use crate::boards::view::{Start, View};
use crate::platform::seal::Sealer;
use crate::platform::{Problem, UserId};

/// It belongs to nobody.
const OWNER: UserId = UserId(Uuid::nil());

/// One list's mark opens on no other, where it would tell how two lists are ordered.
fn purpose(view: &View) -> String {
    match view {
        View::Held(list) => format!("page of {list:?}"),
        View::Made(_) => "page".into(),
    }
}

/// Names the row behind which the next page begins.
pub fn seal(
    sealer: &Sealer,
    view: &View,
    start: Start,
    last: Option<&ListRow>,
    limit: u32,
) -> Result<Option<String>, Problem> {
    let content = match (view, start, last) {
        (View::Made(_), Start::Place(place), _) => place.saturating_add(limit).to_be_bytes().to_vec(),
        (_, _, None) => return Ok(None),
        (_, _, Some(row)) => [
            (-(row.value as i32)).to_be_bytes().as_slice(),
            &row.tie.to_be_bytes(),
            &row.at.as_microsecond().to_be_bytes(),
            &row.lift_id.to_be_bytes(),
            row.user.as_bytes(),
        ]
        .concat(),
    };
    Ok(Some(BASE64_URL_SAFE_NO_PAD.encode(sealer.seal(&purpose(view), OWNER, &content)?)))
}

/// Where a page begins; none for what was not sealed here for this list.
pub fn open(sealer: &Sealer, view: &View, text: &str) -> Option<Start> {
    let sealed = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
    let content = sealer.open(&purpose(view), OWNER, &sealed).ok()?.content;
    if let View::Made(_) = view {
        return Some(Start::Place(u32::from_be_bytes(content.try_into().ok()?)));
    }
    let (minus_value, rest) = content.split_first_chunk()?;
    let (tie, rest) = rest.split_first_chunk()?;
    let (at, rest) = rest.split_first_chunk()?;
    let (lift_id, user) = rest.split_first_chunk()?;
    Some(Start::Behind(Mark {
        minus_value: i32::from_be_bytes(*minus_value),
        tie: i32::from_be_bytes(*tie),
        at: jiff::Timestamp::from_microsecond(i64::from_be_bytes(*at)).ok()?,
        lift_id: i32::from_be_bytes(*lift_id),
        user: Uuid::from_slice(user).ok()?,
    }))
}
