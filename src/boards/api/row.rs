//! A row of a board, and what of it may be seen by whom.

use serde::Serialize;

use crate::boards::filter::Filter;
use crate::boards::ranks::{basis_name, scale};
use crate::boards::scope::{Basis, Board};
use crate::boards::store::pages::ListRow;
use crate::catalogue::Catalogue;
use crate::platform::{Config, Time, UserId};

/// Who stands in a row.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct BoardUser {
    pub id: UserId,
    pub username: String,
    pub display_name: Option<String>,
    pub avatar_url: Option<String>,
    /// Two letters of ISO 3166-1.
    pub country: Option<String>,
}

/// A row. On boards of points and of weight classes it has a name, kilograms and whatever else tells whose it is only for
/// lifters who show them, and for oneself: points and kilograms together tell a body weight.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct BoardRow {
    /// One more than there are lifters with more; equals share it.
    pub rank: u32,
    pub user: Option<BoardUser>,
    /// Whether it is one's own.
    pub is_me: bool,
    /// Kilograms, points, repetitions or energy. Points of a row without a name are rounded down to ten.
    pub value: Option<f64>,
    /// The value as it is to be read: `180 kg`, for an estimate `≈ 116.7 kg (100 × 5)`, without a name `390+ points`.
    pub shown: Option<String>,
    /// `single` or `estimate`; null where a board has no such distinction.
    pub basis: Option<&'static str>,
    /// `gym` or `meet`; null for energy, and for what is not shown.
    pub source: Option<&'static str>,
    /// What was worn.
    pub equipment: Option<String>,
    /// When it was lifted; of a total, when it became whole.
    pub performed_at: Option<Time>,
    /// Where it can be seen.
    pub evidence_url: Option<String>,
}

/// A board's value with its unit, without zeros that say nothing.
pub fn shown(board: Board, value: u32, catalogue: &Catalogue) -> String {
    let (whole, rest) = (value / 100, value % 100);
    match board {
        Board::ENERGY => format!("{value} energy"),
        Board::DOTS => format!("{whole}.{rest:02} points"),
        board if catalogue.of_board(board.0).is_some_and(|exercise| exercise.is_bodyweight) => {
            format!("{value} {}", if value == 1 { "rep" } else { "reps" })
        }
        _ if rest == 0 => format!("{whole} kg"),
        _ if rest % 10 == 0 => format!("{whole}.{} kg", rest / 10),
        _ => format!("{whole}.{rest:02} kg"),
    }
}

impl BoardRow {
    pub fn new(
        row: ListRow,
        rank: u32,
        filter: &Filter,
        visitor: Option<UserId>,
        catalogue: &Catalogue,
        config: &Config,
    ) -> Self {
        let is_me = visitor == Some(UserId(row.user));
        let value = f64::from(row.value) / scale(filter.board, catalogue);
        let basis = basis_name(filter.board, filter.basis, catalogue);
        if filter.tells_bodyweight() && !row.shows_points && !is_me {
            // Kilograms say whose the row is, and so would exact points beside kilograms and energy that are public.
            let tens = (filter.board == Board::DOTS).then_some(row.value / 1000 * 10);
            let (value, shown) = (tens.map(f64::from), tens.map(|tens| format!("{tens}+ points")));
            let (equipment, source) = (Some(filter.equipment.to_owned()), None);
            let (user, performed_at, evidence_url) = (None, None, None);
            return Self { rank, user, is_me, value, shown, basis, source, equipment, performed_at, evidence_url };
        }
        let text = match (filter.basis, row.weight_kg, row.reps) {
            (Basis::Estimate, Some(kg), Some(reps)) => format!("≈ {value:.1} kg ({} × {reps})", trimmed(kg)),
            _ => shown(filter.board, row.value, catalogue),
        };
        Self {
            rank,
            user: Some(BoardUser {
                id: UserId(row.user),
                username: row.username,
                display_name: row.display_name,
                avatar_url: row.avatar_key.map(|key| format!("{}/static/{key}", config.base_url)),
                country: row.country,
            }),
            is_me,
            value: Some(value),
            shown: Some(text),
            basis,
            source: row.source.map(|source| if source == "meet" { "meet" } else { "gym" }),
            equipment: row.equipment,
            performed_at: Some(Time(row.at)),
            evidence_url: row.evidence_url,
        }
    }
}

fn trimmed(kg: f64) -> String {
    let text = format!("{kg:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
