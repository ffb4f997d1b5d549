//! How many points a level takes: the n-th from the first `base · (n−1)²`, up to a last one.

use crate::platform::Config;

/// The curve of levels, as the settings say.
#[derive(Debug, Clone, Copy)]
pub struct Curve {
    pub base: i64,
    pub max_level: i64,
}

/// Where some points stand on the curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    pub level: i64,
    /// Points that are missing for the next one; 0 on the last.
    pub to_next: i64,
    /// How much of the way to the next one is done, 0 to 1.
    pub progress: f64,
}

impl Curve {
    pub fn of(config: &Config) -> Self {
        Self { base: config.xp_curve_base, max_level: config.xp_max_level }
    }

    fn need(self, level: i64) -> i64 {
        self.base * (level - 1) * (level - 1)
    }

    pub fn level(self, xp: i64) -> Level {
        let mut level = ((xp.max(0) / self.base).isqrt() + 1).min(self.max_level);
        // The root is of a quotient that was rounded down.
        while level < self.max_level && self.need(level + 1) <= xp {
            level += 1;
        }
        if level == self.max_level {
            return Level { level, to_next: 0, progress: 1.0 };
        }
        let (from, to) = (self.need(level), self.need(level + 1));
        Level { level, to_next: to - xp.max(0), progress: (xp.max(0) - from) as f64 / (to - from) as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_levels() {
        let curve = Curve { base: 100, max_level: 100 };
        for (xp, level, to_next) in [
            (0, 1, 100),
            (1, 1, 99),
            (99, 1, 1),
            (100, 2, 300),
            (399, 2, 1),
            (400, 3, 500),
            (899, 3, 1),
            (900, 4, 700),
            (980_099, 99, 1),
            (980_100, 100, 0),
            (i64::MAX / 2, 100, 0),
        ] {
            let found = curve.level(xp);
            assert_eq!((found.level, found.to_next), (level, to_next), "{xp}");
            assert!((0.0..=1.0).contains(&found.progress));
        }
        assert_eq!(curve.level(250).progress, 0.5);
        assert_eq!(curve.level(980_100).progress, 1.0);
    }
}
