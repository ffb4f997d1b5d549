//! Everything that is kept of somebody, as JSON, read in one snapshot and streamed.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actix_web::web::{Bytes, Data};
use actix_web::{HttpResponse, get};
use futures_util::{TryStreamExt, pin_mut, stream};
use tokio::sync::mpsc;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::audit::{self, Action, Entry};
use crate::platform::{Client, Connection, Database, DatabaseError, Problem, UserId};
use crate::sessions::InPerson;

pub fn routes(config: &mut ServiceConfig) {
    config.service(export);
}

/// Each section and the statement that gives its rows as JSON. Of what opens something only that it is there.
pub const SECTIONS: [(&str, &str); 36] = [
    ("account", "SELECT (to_jsonb(t) - 'password_hash')::text FROM users t WHERE id = $1"),
    ("body_weights", "SELECT to_jsonb(t)::text FROM body_weights t WHERE user_id = $1 ORDER BY measured_on"),
    ("lifts", "SELECT to_jsonb(t)::text FROM lifts t WHERE user_id = $1 ORDER BY id"),
    ("personal_bests", "SELECT to_jsonb(t)::text FROM personal_bests t WHERE user_id = $1 ORDER BY exercise_id"),
    ("personal_best_events", "SELECT to_jsonb(t)::text FROM personal_best_events t WHERE user_id = $1 ORDER BY id"),
    ("energy_history", "SELECT to_jsonb(t)::text FROM energy_history t WHERE user_id = $1 ORDER BY created_at"),
    ("standings", "SELECT to_jsonb(t)::text FROM standings t WHERE user_id = $1 ORDER BY board, basis, ordinal"),
    ("board_lifters", "SELECT to_jsonb(t)::text FROM board_lifters t WHERE user_id = $1"),
    ("board_changes", "SELECT to_jsonb(t)::text FROM board_changes t WHERE user_id = $1 ORDER BY id"),
    // Who was passed is theirs.
    ("rank_rises", "SELECT (to_jsonb(t) - 'passed')::text FROM rank_rises t WHERE user_id = $1 ORDER BY id"),
    ("workouts", "SELECT (to_jsonb(t) - 'answer')::text FROM workouts t WHERE user_id = $1 ORDER BY completed_at"),
    (
        "workout_sets",
        "SELECT to_jsonb(t)::text FROM workout_sets t WHERE user_id = $1 ORDER BY performed_at, workout_id, position",
    ),
    ("deleted_sets", "SELECT to_jsonb(t)::text FROM deleted_sets t WHERE user_id = $1 ORDER BY client_id"),
    ("own_exercises", "SELECT to_jsonb(t)::text FROM own_exercises t WHERE user_id = $1 ORDER BY created_at, id"),
    ("user_xp", "SELECT to_jsonb(t)::text FROM user_xp t WHERE user_id = $1"),
    (
        "xp_events",
        "SELECT to_jsonb(t)::text FROM xp_events t WHERE user_id = $1 ORDER BY created_at, source, source_id",
    ),
    ("user_quests", "SELECT to_jsonb(t)::text FROM user_quests t WHERE user_id = $1 ORDER BY cycle_start, id"),
    (
        "routines",
        "SELECT (to_jsonb(t) || jsonb_build_object('items', (
             SELECT jsonb_agg(to_jsonb(i) - 'routine_id' ORDER BY i.position) FROM routine_items i
             WHERE i.routine_id = t.id)))::text
         FROM routines t WHERE user_id = $1 ORDER BY created_at, id",
    ),
    ("hidden_routines", "SELECT to_jsonb(t)::text FROM hidden_routines t WHERE user_id = $1 ORDER BY routine_id"),
    (
        "routine_shares",
        "SELECT (to_jsonb(t) - 'content')::text FROM routine_shares t WHERE shared_by = $1 ORDER BY created_at, code",
    ),
    ("uploads", "SELECT to_jsonb(t)::text FROM uploads t WHERE user_id = $1 ORDER BY uploaded_at, key"),
    (
        "follows",
        "SELECT to_jsonb(t)::text FROM follows t WHERE follower_id = $1 OR followee_id = $1 ORDER BY created_at",
    ),
    ("follow_calls", "SELECT to_jsonb(t)::text FROM follow_calls t WHERE user_id = $1"),
    ("lookup_names", "SELECT to_jsonb(t)::text FROM lookup_names t WHERE user_id = $1"),
    // Who blocked or reported somebody is theirs.
    ("blocks", "SELECT to_jsonb(t)::text FROM blocks t WHERE blocker_id = $1 ORDER BY created_at"),
    ("reports", "SELECT (to_jsonb(t) - 'closed_by')::text FROM reports t WHERE reporter_id = $1 ORDER BY id"),
    (
        "guild_members",
        "SELECT (to_jsonb(t) || jsonb_build_object('name', g.name))::text
         FROM guild_members t JOIN guilds g ON g.id = t.guild_id WHERE t.user_id = $1",
    ),
    ("guild_requests", "SELECT to_jsonb(t)::text FROM guild_requests t WHERE user_id = $1 ORDER BY created_at"),
    ("sessions", "SELECT to_jsonb(t)::text FROM sessions t WHERE user_id = $1 ORDER BY id"),
    (
        "refresh_tokens",
        "SELECT (to_jsonb(t) - 'token_hash')::text FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id
         WHERE s.user_id = $1 ORDER BY t.expires_at",
    ),
    ("api_keys", "SELECT (to_jsonb(t) - 'key_hash')::text FROM api_keys t WHERE user_id = $1 ORDER BY id"),
    ("invites", "SELECT (to_jsonb(t) - 'code_hash')::text FROM invites t WHERE created_by = $1 ORDER BY id"),
    ("links", "SELECT (to_jsonb(t) - 'token_hash')::text FROM links t WHERE user_id = $1 ORDER BY id"),
    (
        "second_factors",
        "SELECT (to_jsonb(t) - 'sealed_secret' || jsonb_build_object('recovery_codes', (
             SELECT jsonb_agg(jsonb_build_object('used_at', used_at)) FROM recovery_codes WHERE user_id = $1)))::text
         FROM second_factors t WHERE user_id = $1",
    ),
    (
        "idempotency_keys",
        "SELECT (to_jsonb(t) - 'request_hash')::text FROM idempotency_keys t WHERE user_id = $1 ORDER BY created_at",
    ),
    // Where others sat who did something to this account is theirs.
    (
        "audit",
        "SELECT (to_jsonb(t) || jsonb_build_object('address', CASE WHEN actor = $1 THEN address END))::text
         FROM audit t WHERE actor = $1 OR target = $1 ORDER BY id",
    ),
];

/// So many exports at once, and one for each user: each holds a connection for as long as its client reads.
const AT_ONCE: usize = 6;
static UNDER_WAY: Mutex<BTreeSet<UserId>> = Mutex::new(BTreeSet::new());
/// How long a client may take for a piece, and for all.
const PATIENCE: Duration = Duration::from_secs(20);
const LONGEST: Duration = Duration::from_secs(120);
const PIECE: usize = 32 * 1024;

type Piece = Result<Bytes, DatabaseError>;

/// Everything that this server keeps of oneself.
///
/// One JSON object; each section is a list of rows. Secrets are not in it, since they are kept as hashes.
#[utoipa::path(security(("bearer" = [])), tag = "accounts",
    responses((status = 200, body = serde_json::Value), (status = 401, body = Problem), (status = 503, body = Problem)))]
#[get("/users/me/export")]
async fn export(me: InPerson, client: Client, db: Data<Database>) -> Result<HttpResponse, Problem> {
    let place = Place::take(me.id)?;
    let connection = db.connection().await?;
    audit::record(&connection, &client, Entry::own(me.id, Action::Exported)).await?;
    let (sender, mut receiver) = mpsc::channel::<Piece>(2);
    actix_web::rt::spawn(async move {
        let late = |_| Err(DatabaseError::Unavailable("the client takes too long".into()));
        let written = tokio::time::timeout(LONGEST, write(&connection, me.id, &sender)).await;
        if let Err(error) = written.unwrap_or_else(late) {
            slog_scope::warn!("an export broke off"; "error" => error.to_string());
            // The connection is closed without the end of the body, so that nobody takes it for whole.
            let _ = sender.try_send(Err(error));
        }
        drop(place);
    });
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header(("Content-Disposition", "attachment; filename=\"repduel-export.json\""))
        .insert_header(("Cache-Control", "no-store"))
        .streaming(stream::poll_fn(move |context| receiver.poll_recv(context))))
}

/// One of the exports that may be under way.
struct Place(UserId);

impl Place {
    fn take(user: UserId) -> Result<Self, Problem> {
        let mut under_way = UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner);
        if under_way.len() >= AT_ONCE || !under_way.insert(user) {
            let detail = "Too many exports are under way, or one of yours is; try again in a moment.";
            return Err(Problem::unavailable(detail, 10));
        }
        Ok(Self(user))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

async fn write(db: &Connection, user: UserId, sender: &mpsc::Sender<Piece>) -> Result<(), DatabaseError> {
    let transaction = db.begin().await?;
    db.client()?.batch_execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let mut text = String::from("{\"format\":\"repduel export 1\"");
    for (name, sql) in SECTIONS {
        text.push_str(&format!(",\n\"{name}\":["));
        let statement = db.client()?.prepare_cached(sql).await?;
        let rows = db.client()?.query_raw(&statement, [&user.0]).await?;
        pin_mut!(rows);
        let mut is_first = true;
        while let Some(row) = rows.try_next().await? {
            text.push_str(if is_first { "\n" } else { ",\n" });
            text.push_str(row.get(0));
            is_first = false;
            if text.len() > PIECE {
                send(sender, std::mem::take(&mut text)).await?;
            }
        }
        text.push(']');
    }
    text.push_str("}\n");
    send(sender, text).await?;
    transaction.commit().await
}

async fn send(sender: &mpsc::Sender<Piece>, text: String) -> Result<(), DatabaseError> {
    let gone = |_| DatabaseError::Unavailable("the client does not read on".into());
    sender.send_timeout(Ok(text.into()), PATIENCE).await.map_err(gone)
}
