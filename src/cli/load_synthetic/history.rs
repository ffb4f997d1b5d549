//! A made-up lifter's history: a weekly rhythm of three days, lifts that grow, now and then a single.

use jiff::{SignedDuration, Timestamp, ToSpan};
use uuid::Uuid;

use crate::accounts::bulk::BulkUser;
use crate::catalogue::Catalogue;
use crate::lifts::bulk::BulkLift;
use crate::lifts::{Equipment, score_value};
use crate::progress::volume_xp;
use crate::strength::standards::{CoreLift, thresholds_kg};

/// The most weeks that a history goes back.
const MOST_WEEKS: f64 = 52.0;
/// Of the members who train for some weeks, one in 2^this trains for twice as many: as in any service, most have only
/// looked in, and few stay for long.
const LEAVING: f64 = 2.1;
/// How much stronger than at the beginning members become, and after how many sessions most of that is gained: beginners
/// grow fast, and nobody for ever.
const GAIN: f64 = 0.35;
const SOON: f64 = 30.0;
/// Every so many-th time an exercise is done it is tested with a single.
const TEST: usize = 3;

/// The lifts of somebody who began some weeks ago and trains once, twice or three times a week, the earliest first.
/// Three quarters have only begun, most of those with one session; a few have been at it for most of a year.
pub fn history(user: &BulkUser, catalogue: &Catalogue, today: Timestamp, random: &mut fastrand::Rng) -> Vec<BulkLift> {
    let (Some(scored_as), Some(bodyweight)) = (user.scored_as, user.weight_kg) else { return Vec::new() };
    let strength = 0.15 + 0.6 * random.f64() * random.f64();
    let weeks = (1.0 - random.f64()).powf(-1.0 / LEAVING).min(MOST_WEEKS) as i64;
    let often = if weeks == 1 { [1, 1, 1, 1, 2, 3] } else { [1, 1, 1, 2, 2, 3] };
    let a_week = often[random.usize(0..6)];
    let hour = random.i64(6..21);
    let mut lifts = Vec::new();
    let mut session = 0;
    for week in (0..weeks).rev() {
        for day in 0..a_week {
            // A week is missed now and then, and no day is begun at the same minute.
            if weeks > 1 && random.u8(0..10) == 0 {
                continue;
            }
            let days_ago = week * 7 + (a_week - 1 - day) * 2 + 1;
            let minute = SignedDuration::from_mins(hour * 60 + random.i64(0..50));
            let Ok(midnight) = today.checked_sub((days_ago * 24).hours()) else { continue };
            let at = midnight + minute;
            let core = CoreLift::ALL[session % 3];
            let Some(exercise) = catalogue.find(core.exercise_id()) else { continue };
            let celestial = thresholds_kg(bodyweight, scored_as, exercise.multiplier)[11];
            let grown = strength * (1.0 + GAIN * (1.0 - (-(session as f64) / SOON).exp()));
            let is_test = (session / 3) % TEST == 0;
            session += 1;
            let steps = |kg: f64| ((kg / 2.5).round() * 2.5).clamp(20.0, 400.0);
            let mut add = |weight_kg: f64, reps: i32, sets: i32| {
                lifts.push(BulkLift {
                    user_id: user.id,
                    exercise_id: core.exercise_id(),
                    weight_kg,
                    reps,
                    sets,
                    score_value: score_value(exercise, weight_kg, Some(reps)),
                    performed_at: at,
                    recorded_at: Some(at),
                    volume_xp: volume_xp(exercise, weight_kg, Some(reps), Some(sets), Some(bodyweight)),
                    bodyweight_kg: Some(bodyweight),
                    scored_as: Some(scored_as),
                    age_years: None,
                    equipment: Equipment::Raw,
                    source: "self",
                    meet: None,
                    event: None,
                    is_tested: None,
                });
            };
            if is_test {
                add(steps(celestial * grown), 1, 1);
            }
            add(steps(celestial * grown * 0.8), 5, 2);
        }
    }
    lifts
}

/// The id that a member of a seed always has. They sort by their numbers, as those of real members do by their making.
pub fn id(number: usize, random: &mut fastrand::Rng) -> Uuid {
    let mut bytes = [0; 10];
    random.fill(&mut bytes);
    // From 2024 on, a second each.
    uuid::Builder::from_unix_timestamp_millis(1_704_067_200_000 + 1_000 * number as u64, &bytes).into_uuid()
}
