//! Many workouts at once.
