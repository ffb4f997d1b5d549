use tokio_postgres::Client;

use super::Catalogue;

/// Makes the database's exercises those of the catalogue; doing it again changes nothing. None is ever removed:
/// lifts may name it.
pub async fn mirror(client: &Client, catalogue: &Catalogue) -> Result<u64, tokio_postgres::Error> {
    let column = |of: fn(&super::Exercise) -> &str| catalogue.iter().map(of).collect::<Vec<_>>();
    let flags = |of: fn(&super::Exercise) -> bool| catalogue.iter().map(of).collect::<Vec<_>>();
    client
        .execute(
            "INSERT INTO exercises AS e (id, name, is_bodyweight, is_ranked, load)
             SELECT * FROM unnest($1::text[], $2::text[], $3::bool[], $4::bool[], $5::text[])
             ON CONFLICT (id) DO UPDATE
                 SET name = excluded.name, is_bodyweight = excluded.is_bodyweight,
                     is_ranked = excluded.is_ranked, load = excluded.load
                 WHERE (e.name, e.is_bodyweight, e.is_ranked, e.load) IS DISTINCT FROM
                       (excluded.name, excluded.is_bodyweight, excluded.is_ranked, excluded.load)",
            &[
                &column(|exercise| &exercise.id),
                &column(|exercise| &exercise.name),
                &flags(|exercise| exercise.is_bodyweight),
                &flags(|exercise| exercise.is_ranked()),
                &column(|exercise| exercise.load.as_str()),
            ],
        )
        .await
}

/// How many exercises of the catalogue the database does not know.
pub async fn missing(client: &Client, catalogue: &Catalogue) -> Result<i64, tokio_postgres::Error> {
    let ids: Vec<_> = catalogue.iter().map(|exercise| exercise.id.as_str()).collect();
    let row = client
        .query_one(
            "SELECT count(*) FROM unnest($1::text[]) AS wanted (id)
             WHERE NOT EXISTS (SELECT FROM exercises e WHERE e.id = wanted.id)",
            &[&ids],
        )
        .await?;
    Ok(row.get(0))
}
