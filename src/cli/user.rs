use std::io::{IsTerminal, Write};

use clap::{Args, Subcommand};

use super::{Failure, Outcome, begin, open_database};
use crate::accounts::{self, Email, Username};
use crate::admin::{self, Account, Actor, Change};
use crate::links;
use crate::platform::settings::Sources;
use crate::platform::{Config, Connection, Database, Time};
use crate::sessions::{Role, Tokens};

/// Make, list and change accounts. USER is a user name or an e-mail.
#[derive(Debug, Args)]
pub struct User {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make an account and print a link, good once and for 30 minutes, by which its owner sets the password.
    Create {
        username: String,
        email: String,
        /// Make it an admin: the first one is made like this.
        #[arg(long, conflicts_with = "moderator")]
        admin: bool,
        #[arg(long)]
        moderator: bool,
    },
    /// Give somebody a role, or take one back.
    Promote {
        user: String,
        /// moderator, admin, or member: what somebody has no longer.
        #[arg(long, value_enum)]
        to: Role,
    },
    /// Deactivate somebody: out everywhere within seconds, and no login. Nothing is deleted.
    Disable { user: String },
    /// Let somebody sign in again who was disabled.
    Enable { user: String },
    /// Take the second factor away from somebody who lost it. Ask first who it is.
    ResetSecondFactor { user: String },
    /// Delete somebody's account and everything in it. It cannot be undone.
    Delete {
        user: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// List accounts by user name: name, e-mail, role, state.
    List {
        /// How a user name or an e-mail begins.
        #[arg(default_value = "")]
        begins_with: String,
    },
}

impl User {
    pub async fn run(self, sources: Sources) -> Outcome {
        let (config, _log) = begin(sources)?;
        let database = open_database(&config).await?;
        let db = database.connection().await?;
        let tokens = Tokens::new(&config);
        let operator = Actor::operator();
        let set_active = |is_active| Change { is_active: Some(is_active), ..Change::default() };
        match self.command {
            Command::Create { username, email, admin, moderator } => {
                let username = Username::parse(&username).map_err(|problem| format!("USERNAME: {problem}"))?;
                let email = Email::parse(&email).map_err(|problem| format!("EMAIL: {problem}"))?;
                let user = accounts::make_account_without_password(&db, &config, username, email).await?;
                if admin || moderator {
                    let role = if admin { Role::Admin } else { Role::Moderator };
                    let change = Change { role: Some(role), ..Change::default() };
                    admin::change(&db, &tokens, &operator, user.id, change).await?;
                }
                print_link(&database, &config, &user.username).await?;
            }
            Command::ResetSecondFactor { user } => {
                let account = find(&db, &user).await?;
                admin::remove_second_factor(&db, &operator, account.id).await?;
                println!("{} signs in by the password alone now", account.username);
            }
            Command::Promote { user, to } => {
                let account = find(&db, &user).await?;
                let change = Change { role: Some(to), ..Change::default() };
                admin::change(&db, &tokens, &operator, account.id, change).await?;
                println!("{} is {} now", account.username, to.as_str());
            }
            Command::Disable { user } => {
                let account = find(&db, &user).await?;
                admin::change(&db, &tokens, &operator, account.id, set_active(false)).await?;
                println!("{} is disabled, and out within seconds", account.username);
            }
            Command::Enable { user } => {
                let account = find(&db, &user).await?;
                admin::change(&db, &tokens, &operator, account.id, set_active(true)).await?;
                println!("{} can sign in again", account.username);
            }
            Command::Delete { user, yes } => {
                let account = find(&db, &user).await?;
                if !yes {
                    confirm(&account.username)?;
                }
                admin::delete(&db, &config.static_directory, &operator, account.id).await?;
                println!("{} and everything of theirs is deleted", account.username);
            }
            Command::List { begins_with } => list(&db, &begins_with).await?,
        }
        Ok(())
    }
}

/// Prints a link by which the password is set. Whoever has it has the account.
pub async fn print_link(database: &Database, config: &Config, user: &str) -> Outcome {
    let link = links::print_reset(database, &config.data_keys.current, &config.app_url, user).await?;
    println!("{}", link.url);
    eprintln!("for {}, once, until {}", link.username, link.expires_at.0.strftime("%Y-%m-%d %H:%M:%S UTC"));
    eprintln!(
        "without the web app: POST {}/api/v1/auth/reset-password with {{\"token\": …, \"password\": …}}",
        config.base_url
    );
    Ok(())
}

/// The account that an operator means.
pub async fn find(db: &Connection, user: &str) -> Result<Account, Failure> {
    let unknown =
        || Failure::Failed(format!("no user has the name or the e-mail {user:?}; repduel user list shows them"));
    admin::find_account(db, user).await?.ok_or_else(unknown)
}

/// Asks for the name once more. Nobody is asked where nobody sits.
fn confirm(username: &str) -> Result<(), Failure> {
    if !std::io::stdin().is_terminal() {
        return Err("nobody can be asked here; add --yes".into());
    }
    print!("This deletes {username} and everything of theirs for good. Type the user name to go on: ");
    std::io::stdout().flush()?;
    let mut typed = String::new();
    std::io::stdin().read_line(&mut typed)?;
    match typed.trim() == username {
        true => Ok(()),
        false => Err("not deleted: that was another name".into()),
    }
}

async fn list(db: &Connection, begins_with: &str) -> Outcome {
    let mut after = String::new();
    loop {
        let accounts = admin::list_accounts(db, begins_with, &after, 500).await?;
        for account in &accounts {
            let state = match (account.is_active, account.is_withheld) {
                (false, _) => "disabled",
                (true, true) => "withheld",
                (true, false) => "active",
            };
            let email = account.email.as_deref().unwrap_or("-");
            let since = Time(account.created_at);
            println!("{:<32}  {email:<40}  {:<9}  {state:<8}  since {since}", account.username, account.role);
        }
        match accounts.last() {
            Some(last) => after = last.username.to_lowercase(),
            None => return Ok(()),
        }
    }
}
