//! The ladder of ranks, from Iron to Celestial, and where a score stands on it.

/// One rung. The order of the variants is the order of the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    Iron,
    Bronze,
    Silver,
    Gold,
    Platinum,
    Diamond,
    Jade,
    Master,
    Grandmaster,
    Nova,
    Astra,
    Celestial,
}

/// What somebody below Iron is called.
pub const UNRANKED: &str = "Unranked";

/// How many rungs there are.
pub const RUNGS: usize = 12;

impl Rank {
    pub const ALL: [Rank; RUNGS] = [
        Rank::Iron,
        Rank::Bronze,
        Rank::Silver,
        Rank::Gold,
        Rank::Platinum,
        Rank::Diamond,
        Rank::Jade,
        Rank::Master,
        Rank::Grandmaster,
        Rank::Nova,
        Rank::Astra,
        Rank::Celestial,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Rank::Iron => "Iron",
            Rank::Bronze => "Bronze",
            Rank::Silver => "Silver",
            Rank::Gold => "Gold",
            Rank::Platinum => "Platinum",
            Rank::Diamond => "Diamond",
            Rank::Jade => "Jade",
            Rank::Master => "Master",
            Rank::Grandmaster => "Grandmaster",
            Rank::Nova => "Nova",
            Rank::Astra => "Astra",
            Rank::Celestial => "Celestial",
        }
    }

    /// The DOTS points of a three-lift total that reach this rank.
    pub fn dots_points(self) -> f64 {
        const POINTS: [f64; RUNGS] =
            [120.0, 150.0, 180.0, 210.0, 240.0, 270.0, 300.0, 330.0, 360.0, 400.0, 450.0, 500.0];
        POINTS[self as usize]
    }

    /// The energy at which this rank begins.
    pub fn energy_floor(self) -> f64 {
        100.0 * (self as usize as f64 + 1.0)
    }

    /// The highest rank whose energy floor is at or below `energy`; none below Iron.
    pub fn from_energy(energy: f64) -> Option<Rank> {
        Rank::ALL.into_iter().rev().find(|rank| rank.energy_floor() <= energy)
    }
}

/// The name of a rank, or `Unranked`.
pub fn name_of(rank: Option<Rank>) -> &'static str {
    rank.map_or(UNRANKED, Rank::name)
}

/// Where a score stands between two thresholds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    pub rank: Option<Rank>,
    /// None at the top.
    pub next_threshold: Option<f64>,
}

/// Where `score` stands among `thresholds`, which never fall from Iron to Celestial.
/// Where several ranks share a threshold the highest of them counts.
pub fn progress(score: f64, thresholds: &[f64; RUNGS]) -> Progress {
    let reached = thresholds.iter().take_while(|threshold| **threshold <= score).count();
    Progress {
        rank: reached.checked_sub(1).map(|rung| Rank::ALL[rung]),
        next_threshold: thresholds.get(reached).copied(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn energy_floors_are_the_published_ones() {
        assert_eq!(name_of(Rank::from_energy(99.9)), "Unranked");
        assert_eq!(name_of(Rank::from_energy(-5.0)), "Unranked");
        assert_eq!(name_of(Rank::from_energy(100.0)), "Iron");
        assert_eq!(name_of(Rank::from_energy(799.0)), "Jade");
        assert_eq!(name_of(Rank::from_energy(1200.0)), "Celestial");
        assert_eq!(name_of(Rank::from_energy(9999.0)), "Celestial");
    }

    #[test]
    fn shared_thresholds_give_the_highest_rank() {
        let thresholds = [1.0, 1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0];
        let one = progress(1.0, &thresholds);
        assert_eq!((one.rank, one.next_threshold), (Some(Rank::Silver), Some(2.0)));
        assert_eq!(progress(0.5, &thresholds).rank, None);
        assert_eq!(progress(10.0, &thresholds).next_threshold, None);
    }
}
