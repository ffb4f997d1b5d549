//! The accounts that try out a release: members like any other, but on no board, and gone afterwards.

use tokio_postgres::Client;

use super::{Email, Hasher, Password, Username};
use crate::platform::UserId;

/// What such an account signs in with.
pub struct SmokeAccount {
    pub email: String,
    pub password: String,
}

/// Makes one. Each has a name of its own, so that two releases can be tried at once.
pub async fn make(db: &Client, hasher: &Hasher) -> Result<SmokeAccount, String> {
    let mut random = [0; 24];
    getrandom::fill(&mut random).map_err(|error| error.to_string())?;
    let hexadecimal = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let (name, password) = (format!("smoke-{}", hexadecimal(&random[..6])), hexadecimal(&random[6..]));
    let (email, username) = (Email::parse(&format!("{name}@smoke.invalid"))?, Username::parse(&name)?);
    let typed = Password::parse(password.clone())?;
    let hash = hasher.hash(typed).await.map_err(|problem| problem.to_string())?;
    let insert = "INSERT INTO users (id, email, username, display_name, password_hash, weight_kg, is_hidden)
                  VALUES ($1, $2, $3, $3, $4, 80, true)";
    db.execute(insert, &[&UserId::new().0, &email.as_str(), &username.as_str(), &hash])
        .await
        .map_err(|error| error.to_string())?;
    Ok(SmokeAccount { email: email.as_str().to_owned(), password })
}

/// Takes all of them out, with everything that they did.
pub async fn remove(db: &Client) -> Result<u64, tokio_postgres::Error> {
    db.execute("DELETE FROM users WHERE is_hidden", &[]).await
}
