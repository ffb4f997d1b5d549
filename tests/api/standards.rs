//! `/standards`: what each rank asks for.

use serde_json::json;

use crate::support::spawn_app;

#[tokio::test]
async fn the_golden_rows_come_in_the_order_of_the_ladder() {
    let app = spawn_app().await;
    for (query, iron, celestial) in [
        ("80", [175, 55, 45, 75], [725, 240, 180, 305]),
        ("80?gender=male&unit=kg", [175, 55, 45, 75], [725, 240, 180, 305]),
        ("60?gender=female", [110, 35, 25, 45], [450, 150, 115, 190]),
        ("180?unit=lbs", [390, 130, 95, 165], [1620, 535, 405, 680]),
        ("90.7", [185, 60, 45, 80], [775, 255, 195, 325]),
    ] {
        let answer = app.get(&format!("/standards/{query}")).await;
        assert!(answer.header("cache-control").contains("max-age"));
        let text = answer.text.clone();
        let standards = answer.expect(200);
        for (rank, [total, squat, bench, deadlift]) in [("Iron", iron), ("Celestial", celestial)] {
            let lifts = json!({ "squat": squat, "bench": bench, "deadlift": deadlift });
            assert_eq!(standards[rank], json!({ "total": total, "lifts": lifts, "metadata": {} }), "{query}");
        }
        let ranks = [
            "Iron",
            "Bronze",
            "Silver",
            "Gold",
            "Platinum",
            "Diamond",
            "Jade",
            "Master",
            "Grandmaster",
            "Nova",
            "Astra",
            "Celestial",
        ];
        let places: Vec<_> = ranks.iter().map(|rank| text.find(&format!("\"{rank}\"")).unwrap()).collect();
        assert!(places.is_sorted());
        assert_eq!(standards.as_object().unwrap().len(), 12);
    }
}

#[tokio::test]
async fn what_is_no_body_weight_is_refused() {
    let app = spawn_app().await;
    for (query, status) in [
        ("0", 400),
        ("-5", 400),
        ("80?gender=other", 400),
        ("80?unit=stone", 422),
        ("heavy", 422),
        ("NaN", 422),
        ("inf", 422),
        ("1e309", 422),
    ] {
        app.get(&format!("/standards/{query}")).await.problem(status);
    }
}
