//! `/ranks`: where a score stands.

use crate::support::spawn_app;

async fn progress(query: &str) -> (String, f64) {
    let app = spawn_app().await;
    let answer = app.get(&format!("/ranks/get_rank_progress?{query}")).await.expect(200);
    (answer["current_rank"].as_str().unwrap().to_owned(), answer["next_rank_threshold"].as_f64().unwrap())
}

#[tokio::test]
async fn a_weighted_exercise_is_ranked_by_its_share_of_a_total() {
    // The contract's exact thresholds of a quarter of a total at 80 kg.
    let (rank, next) = progress("scenario_id=barbell_bench_press&final_score=50&user_weight=80").await;
    assert_eq!(rank, "Iron");
    assert!((next - 54.3836).abs() < 5e-5);
    let (rank, next) = progress("scenario_id=barbell_bench_press&final_score=43&user_weight=80&user_gender=male").await;
    assert_eq!(rank, "Unranked");
    assert!((next - 43.5069).abs() < 5e-5);
    let top = progress("scenario_id=barbell_bench_press&final_score=181.3&user_weight=80").await;
    assert_eq!(top, ("Celestial".to_owned(), -1.0));
    let (women, _) =
        progress("scenario_id=barbell_bench_press&final_score=100&user_weight=80&user_gender=Female").await;
    let (men, _) = progress("scenario_id=barbell_bench_press&final_score=100&user_weight=80&user_gender=Other").await;
    assert_ne!(women, men);
}

#[tokio::test]
async fn a_bodyweight_exercise_is_ranked_by_whole_repetitions() {
    let (rank, next) = progress("scenario_id=push_up&final_score=0&user_weight=80").await;
    assert_eq!(rank, "Unranked");
    assert_eq!(next.fract(), 0.0);
    let (rank, _) = progress(&format!("scenario_id=push_up&final_score={next}&user_weight=80")).await;
    assert_eq!(rank, "Iron");
}

#[tokio::test]
async fn bad_questions_are_refused_by_field() {
    let app = spawn_app().await;
    for (query, field) in [
        ("scenario_id=deadlift&final_score=NaN&user_weight=80", "final_score"),
        ("scenario_id=deadlift&final_score=inf&user_weight=80", "final_score"),
        ("scenario_id=deadlift&final_score=-1&user_weight=80", "final_score"),
        ("scenario_id=deadlift&final_score=100&user_weight=0", "user_weight"),
        ("scenario_id=deadlift&final_score=100", "user_weight"),
        ("final_score=100&user_weight=80", "scenario_id"),
    ] {
        let detail = app.get(&format!("/ranks/get_rank_progress?{query}")).await.problem(422);
        assert!(detail.contains(field), "{detail}");
    }
    let unknown = "/ranks/get_rank_progress?scenario_id=x&final_score=1&user_weight=80";
    assert!(app.get(unknown).await.problem(404).contains("scenarios"));
}
