use clap::Args;

use super::{Outcome, begin, open_database, user};
use crate::platform::settings::Sources;

/// Print a link with which somebody can set a new password. It works once, for 30 minutes.
///
/// For servers that send no mail, and for lifters who lost their address. Whoever has the link has the account: hand it
/// on in person. That it was made is kept in the audit.
#[derive(Debug, Args)]
pub struct ResetLink {
    /// The username or the e-mail address.
    user: String,
}

impl ResetLink {
    pub async fn run(self, sources: Sources) -> Outcome {
        let (config, _log) = begin(sources)?;
        let database = open_database(&config).await?;
        user::print_link(&database, &config, &self.user).await
    }
}
