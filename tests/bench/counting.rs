//! `cargo bench`: the counting structure alone, with up to ten million lifters.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use repduel::boards::counting::Counts;

/// Points as real ones lie: around 350, between 50 and 700.
fn points(random: &mut fastrand::Rng) -> u32 {
    5_000 + (random.u32(0..22_000) + random.u32(0..22_000) + random.u32(0..21_000))
}

fn counts(lifters: u32) -> Counts {
    let (mut counts, mut random) = (Counts::default(), fastrand::Rng::with_seed(1));
    (0..lifters).for_each(|_| counts.add(points(&mut random)));
    counts
}

/// Kilograms on a bar: few different values.
fn kilograms(lifters: u32) -> Counts {
    let (mut counts, mut random) = (Counts::default(), fastrand::Rng::with_seed(1));
    (0..lifters).for_each(|_| counts.add(250 * random.u32(8..160)));
    counts
}

fn bench(criterion: &mut Criterion) {
    for lifters in [10_000, 1_000_000, 10_000_000] {
        for (kind, mut counts) in [("points", counts(lifters)), ("kilograms", kilograms(lifters))] {
            let mut random = fastrand::Rng::with_seed(2);
            let mut group = criterion.benchmark_group(format!("{kind} of {lifters}"));
            group.bench_function("rank", |bencher| bencher.iter(|| counts.above(black_box(points(&mut random)))));
            group.bench_function("at a rank", |bencher| bencher.iter(|| counts.at(black_box(random.u32(0..lifters)))));
            group.bench_function("change and rank", |bencher| {
                bencher.iter(|| {
                    let old = counts.at(random.u32(0..lifters)).unwrap_or(0);
                    counts.remove(old);
                    counts.add(old + 250);
                    counts.above(old + 250)
                })
            });
        }
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
